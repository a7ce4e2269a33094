"""Why a camera device does not open, as far as the system tells."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ELSE = "or try --source demo."
VIDEO4LINUX = 81  # the major number of its devices


@dataclass(frozen=True)
class Diagnosis:
    """Why a device does not open, in a few words, and what a person can do."""

    reason: str
    hint: str


UNKNOWN = Diagnosis(
    "no camera, or busy",
    "Plug it in, allow camera access in the system's privacy settings, close programs "
    f"that use it, {ELSE}",
)


def diagnosis(device: int | str) -> Diagnosis:
    """Looks at the device's file where there is one: missing, forbidden, in use?

    Args:
        device: a camera's number, or a path.
    """
    if isinstance(device, int) and sys.platform != "linux":
        return UNKNOWN
    path = Path(f"/dev/video{device}" if isinstance(device, int) else device)
    if not path.exists():
        return Diagnosis(f"{path} does not exist", f"{_others()}, {ELSE}")
    if sys.platform != "linux":
        return UNKNOWN
    if not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
        return Diagnosis(f"{path}: permission denied", f"{_admission(path)}, {ELSE}")
    if not _is_video(path):
        return Diagnosis(f"{path} is no camera", f"{_others()}, {ELSE}")
    if users := programs_using(path):
        return Diagnosis(
            f"{path} is busy: {', '.join(users)}",
            f"Close {' and '.join(users)}, {ELSE}",
        )
    return Diagnosis(f"{path} exists but gives no video", f"{_others()}, {ELSE}")


def programs_using(path: Path, *, reading: bool = False) -> list[str]:
    """Other programs that hold the file open: "zoom (process 4711)".

    Only Linux tells, and of other people's processes only to root; else empty.

    Args:
        path: of a device, or of any other file.
        reading: leave out those that can only write to it.
    """
    target = str(path.resolve())
    users = []
    for process in Path("/proc").glob("[0-9]*"):
        if process.name == str(os.getpid()):
            continue
        held = _handles(process, target)
        if any(not reading or _reads(process, handle) for handle in held):
            users.append(f"{_name(process)} (process {process.name})")
    return users


def _handles(process: Path, target: str) -> list[str]:
    """The numbers under which a process has a file open.

    A person's programs have thousands open: paths as plain text take half the time.
    """
    folder = f"{process}/fd"
    found = []
    with suppress(OSError):  # it has ended, or is not ours to look into
        for handle in os.listdir(folder):  # noqa: PTH208 - see above
            with suppress(OSError):  # it was closed meanwhile
                if os.readlink(f"{folder}/{handle}") == target:  # noqa: PTH115
                    found.append(handle)
    return found


def _reads(process: Path, handle: str) -> bool:
    """Whether an open file of a process was opened to read from it as well."""
    try:
        _, _, rest = (process / "fdinfo" / handle).read_text().partition("flags:")
    except OSError:
        return False  # it was closed meanwhile
    return int(rest.split()[0], 8) & 0o3 != os.O_WRONLY


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return "a program"


def _admission(path: Path) -> str:
    """How a person comes to be allowed to open the file."""
    status = path.stat()
    if status.st_gid == 0 or not status.st_mode & stat.S_IRGRP:
        return (
            f"It belongs to root alone: give it to a group (sudo chgrp video {path}; "
            f"sudo chmod g+rw {path}) and join that (sudo usermod -aG video $USER)"
        )
    group = _group_name(status.st_gid)
    return (
        f"Join the group '{group}' that owns it (sudo usermod -aG {group} $USER) and "
        "log in again"
    )


def _group_name(number: int) -> str:
    import grp  # not on Windows, where this module is imported all the same

    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)  # a group of the machine around this container


def _is_video(path: Path) -> bool:
    status = path.stat()
    return stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) == VIDEO4LINUX


def _others() -> str:
    present = sorted(str(path) for path in Path("/dev").glob("video*"))
    if present:
        return f"Present are {', '.join(present)}: choose one with --source"
    return "Plug a camera in"
