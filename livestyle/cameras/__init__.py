"""Which cameras there are, by name, with what they offer."""

from __future__ import annotations

import sys

from livestyle.cameras.camera_info import CameraInfo, Mode
from livestyle.errors import SourceError

__all__ = ["CameraInfo", "Mode", "choose", "find_cameras", "first_camera"]


def find_cameras(system: str = sys.platform) -> list[CameraInfo]:
    """Everything that the system lists as a video device, cameras and others.

    On Linux nothing is missing. On macOS and Windows modes are not known, and names
    only where the system's tool or PyAV gives them.

    Args:
        system: what machine this is, as `sys.platform` has it.
    """
    if system == "linux":
        from livestyle.cameras.linux import find

        return find()
    from livestyle.cameras.elsewhere import find_on_macos, find_on_windows

    if system == "darwin":
        return find_on_macos()
    return find_on_windows() if system == "win32" else []


def choose(text: str, cameras: list[CameraInfo]) -> CameraInfo | None:
    """The camera that a person means by its name, or by a part of it.

    Args:
        text: as typed; capitals do not matter.
        cameras: as `find_cameras` gives them; what is no camera is passed over.

    Returns:
        None where no camera has this in its name.

    Raises:
        SourceError: several have it.
    """
    wanted = text.strip().casefold()
    usable = [camera for camera in cameras if camera.usable]
    found = [camera for camera in usable if camera.name.casefold() == wanted]
    if not found and wanted:
        found = [camera for camera in usable if wanted in camera.name.casefold()]
    if len(found) > 1:
        listed = ", ".join(f"{camera.number} ({camera.name})" for camera in found)
        raise SourceError(
            f"'{text}' may be any of the cameras {listed}",
            hint="Give more of the name, or the number.",
        )
    return found[0] if found else None


def first_camera() -> str:
    """What `--source` takes for the first camera that is none of a program's.

    Elsewhere than on Linux asking takes a second, so it is camera 0 there.
    """
    cameras = find_cameras() if sys.platform == "linux" else []
    real = (camera.number for camera in cameras if camera.kind == "camera")
    return str(next(real, 0))
