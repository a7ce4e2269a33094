"""Cameras: found, allowed, free, and really giving pictures."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from livestyle.cameras import CameraInfo, find_cameras
from livestyle.cameras.absence import advice
from livestyle.doctor.finding import Finding, Status
from livestyle.errors import SourceError

SECONDS = 1.0  # that each camera is watched for


def check_cameras(seconds: float = SECONDS) -> Iterator[Finding]:
    """Opens each camera for a moment and counts what comes; virtual ones stay shut.

    Cameras none of which can be used are an error, no camera at all is none: files,
    streams and the demo need none.
    """
    cameras = [camera for camera in find_cameras() if camera.kind == "camera"]
    if not cameras and sys.platform != "linux":
        # There a list may be missing where the camera is not.
        cameras = [CameraInfo(0, "the first camera", "camera", "")]
        found = [_looked_at(camera, seconds) for camera in cameras]
        if found[0].status == "ok":
            yield found[0]
            return
        cameras = []
    if not cameras:
        yield Finding("camera", "warning", "no camera was found", advice())
        return
    yield from weighed([_looked_at(camera, seconds) for camera in cameras])


def weighed(found: list[Finding]) -> Iterator[Finding]:
    """Faults are warnings beside a camera that works, or that only is in use."""
    hopeless = all(f.status == "error" for f in found)
    for one in found:
        if one.status == "error" and not hopeless:
            yield Finding(one.check, "warning", one.text, one.fix, one.figures)
        else:
            yield one


def _looked_at(camera: CameraInfo, seconds: float) -> Finding:
    from livestyle.cameras.measure import measure
    from livestyle.sources import Camera

    check = f"camera {camera.number}"
    if camera.trouble:
        status: Status = "error"
        if camera.trouble.startswith("in use"):
            status = "warning"  # it will be free again
        text = f"{camera.name}: {camera.trouble}"
        return Finding(check, status, text, camera.fix)
    source = Camera(camera.number, called=camera.name, backend=camera.backend)
    try:
        found = measure(source, seconds)
    except SourceError as error:
        return Finding(check, "error", error.message, error.hint)
    figures = {
        "name": camera.name,
        "size_wh": found.size_wh,
        "fps": round(found.fps, 2),
        "stated_fps": found.stated_fps,
        "first_ms": round(1e3 * found.first_after),
    }
    width, height = found.size_wh
    text = (
        f"{camera.name} gives {width}x{height} at {found.fps:.1f} frames/s, the first "
        f"after {found.first_after:.1f} s"
    )
    return Finding(check, "ok", text, "", figures)
