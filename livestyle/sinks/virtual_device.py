"""pyvirtualcam, and what to install where it, or what it needs, is missing.

All that depends on that package is here, as it has been run on few machines.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Protocol, cast

from livestyle.errors import OutputError
from livestyle.frame import Pixels

PACKAGE = "pyvirtualcam>=0.12"
LOAD = "sudo modprobe v4l2loopback devices=1 exclusive_caps=1 card_label=livestyle"
INSTALL_LOAD = f"sudo apt-get install v4l2loopback-dkms && {LOAD}"
OBS = "Install OBS Studio 28 or newer and start its virtual camera once."


class Device(Protocol):
    """What is used of `pyvirtualcam.Camera`."""

    device: str

    def send(self, frame: Pixels) -> None:
        """Hands over one picture of the size and order of the device."""
        ...

    def close(self) -> None:
        """Gives the device back."""
        ...


OpenDevice = Callable[[tuple[int, int], float], Device]


def require_package() -> None:
    """Makes sure that pyvirtualcam is installed.

    Raises:
        OutputError: it is not.
    """
    if find_spec("pyvirtualcam") is None:
        raise OutputError(
            "there is no virtual camera without the package pyvirtualcam",
            hint="Install it: pip install '.[virtual-camera]' in the checkout, or "
            f"pip install '{PACKAGE}'.",
        )


def open_device(size_wh: tuple[int, int], fps: float) -> Device:
    """Opens a virtual camera that takes BGR pictures, uint8.

    Args:
        size_wh: of every picture.
        fps: how many will be sent in a second.

    Raises:
        OutputError: there is none that is free.
    """
    require_package()
    import pyvirtualcam

    try:
        camera = pyvirtualcam.Camera(*size_wh, fps, fmt=pyvirtualcam.PixelFormat.BGR)
    except RuntimeError as error:  # what its backends raise
        raise OutputError(
            f"no virtual camera can be opened ({' '.join(str(error).split())})",
            hint=_advice(),
        ) from error
    return cast(Device, camera)


def _advice() -> str:
    linux = sys.platform == "linux"
    return f"Load the driver first: {INSTALL_LOAD}" if linux else OBS
