"""Virtual cameras, through which other programs get the picture."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from livestyle.apart import TrialError, apart
from livestyle.cameras import find_cameras
from livestyle.doctor import pip
from livestyle.doctor.finding import Finding
from livestyle.sinks.virtual_device import INSTALL_LOAD, LOAD, OBS, PACKAGE

CHECK = "virtual camera"
MODULE = Path("/sys/module/v4l2loopback")


def check_virtual_camera() -> Iterator[Finding]:
    """The package, the device that it needs, and a picture sent through both."""
    missing = [*_package(), *_device()]
    yield from missing
    if missing:
        return
    try:
        answer = apart("livestyle.doctor.virtual_camera_trial", seconds=30.0)
    except TrialError as error:
        answer = {"error": str(error)}
    if "error" in answer:
        text = f"no picture can be sent: {answer['error']}"
        linux = sys.platform == "linux"
        fix = f"sudo modprobe -r v4l2loopback && {LOAD}" if linux else OBS
        yield Finding(CHECK, "warning", text, fix)
    else:
        text = f"{answer['device']} takes pictures ({answer['backend']})"
        yield Finding(CHECK, "ok", text, "", answer)


def _package() -> Iterator[Finding]:
    if find_spec("pyvirtualcam") is None:
        text = "pyvirtualcam is not installed, so no other program can get the picture"
        yield Finding(CHECK, "warning", text, pip.install(PACKAGE))


def _device() -> Iterator[Finding]:
    """Linux needs a loopback device; elsewhere OBS brings what is needed."""
    if sys.platform != "linux":
        return
    if any(camera.kind == "virtual" for camera in find_cameras()):
        return
    if MODULE.exists():
        text = "v4l2loopback is loaded and has no device"
        fix = f"sudo modprobe -r v4l2loopback && {LOAD}"
    else:
        text = "there is no v4l2loopback device"
        fix = INSTALL_LOAD
    yield Finding(CHECK, "warning", text, fix)
