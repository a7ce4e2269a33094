"""The cameras of Linux: names from sysfs, modes from the devices themselves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from livestyle.cameras import v4l2
from livestyle.cameras.camera_info import CameraInfo, printable
from livestyle.sources.device import diagnosis, programs_using

SYSTEM = Path("/sys/class/video4linux")
DEVICES = Path("/dev")


def find() -> list[CameraInfo]:
    """All devices that the kernel files under video, by their numbers."""
    return [_describe(number) for number in _numbers()]


def system_name(number: int) -> str:
    """What the kernel calls a device, asking nobody else; "" for none."""
    return _read(SYSTEM / f"video{number}" / "name")


def cameras_called(name: str) -> list[int]:
    """The numbers of the cameras of this name; a camera's other devices are none."""
    return [
        number
        for number in _numbers()
        if system_name(number) == name
        and _read(SYSTEM / f"video{number}" / "index") in ("", "0")
    ]


def _numbers() -> list[int]:
    return sorted(
        int(entry.name.removeprefix("video"))
        for entry in SYSTEM.glob("video*")
        if entry.name.removeprefix("video").isdecimal()
    )


def _describe(number: int) -> CameraInfo:
    import fcntl  # not on Windows, where this module is imported all the same

    entry, path = SYSTEM / f"video{number}", DEVICES / f"video{number}"
    # Before it was asked: the kernel's word. Devices without hardware are virtual; of a
    # camera's devices the first gives its pictures, the next ones metadata.
    info = CameraInfo(
        number,
        _read(entry / "name") or path.name,
        "camera" if _read(entry / "index") in ("", "0") else "metadata",
        "V4L2",
        str(path),
    )
    if "virtual" in entry.resolve().parts:
        info = replace(info, kind="virtual")
    try:
        with _opened(path) as handle:
            return asked(info, partial(fcntl.ioctl, handle))
    except OSError as error:
        trouble, fix = _why_not(path, error)
        return replace(info, trouble=trouble, fix=fix)


def _why_not(path: Path, error: OSError) -> tuple[str, str]:
    """Why a device that the kernel lists cannot be asked, and what to do."""
    if not path.exists():
        return (
            f"the kernel lists it, but {path} does not exist",
            f"In a container, start that with --device {path}.",
        )
    if not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
        found = diagnosis(str(path))
        return found.reason, found.hint
    reason = error.strerror or str(error)
    return f"{path} cannot be asked ({reason})", "Unplug it and plug it in again."


def asked(info: CameraInfo, ask: v4l2.Ask) -> CameraInfo:
    """What the device itself says, and who else has it open.

    Args:
        info: what is known of it already.
        ask: carries out a request on it.

    Raises:
        OSError: it is no video device, or it is gone.
    """
    capable = v4l2.capability(ask)
    info = replace(
        info,
        name=capable.card or info.name,
        kind="virtual" if info.kind == "virtual" else capable.kind,
        driver=capable.driver,
        bus=capable.bus,
    )
    if not info.usable:
        return replace(info, trouble=capable.role)
    if not capable.captures:
        return replace(
            info,
            trouble="no program sends pictures to it",
            fix="Start the program that does, OBS for example.",
        )
    info = replace(info, modes=tuple(v4l2.modes(ask, capable)))
    if users := programs_using(Path(info.path)):
        listed = " and ".join(users)
        return replace(info, trouble=f"in use by {listed}", fix=f"Close {listed}.")
    return info


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """An open device; asking lights no lamp, only streaming does."""
    handle = os.open(path, os.O_RDWR | getattr(os, "O_NONBLOCK", 0))
    try:
        yield handle
    finally:
        os.close(handle)


def _read(path: Path) -> str:
    try:
        return printable(path.read_bytes())
    except OSError:
        return ""
