"""The cameras of macOS and Windows: names and numbers, no modes.

What a camera there offers shows when it is open: `livestyle cameras --measure`.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable
from typing import Any

from livestyle.cameras.camera_info import CameraInfo, Kind, printable

# Programs that pose as cameras, by what their names have in common.
POSERS = re.compile(
    r"\b(virtual|obs|snap camera|manycam|xsplit|unity video|mmhmm)\b", re.IGNORECASE
)
PATIENCE = 20.0  # seconds; the first answer of system_profiler takes some


def find_on_macos() -> list[CameraInfo]:
    """What `system_profiler` lists."""
    try:
        done = subprocess.run(
            ["system_profiler", "-json", "SPCameraDataType"],
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return parse_macos(done.stdout)


def parse_macos(answer: bytes | str) -> list[CameraInfo]:
    """Cameras out of the JSON of `system_profiler`.

    OpenCV numbers them by their unique ids (opencv/opencv#22946), not by this list.
    """
    try:
        rows: list[dict[str, Any]] = json.loads(answer)["SPCameraDataType"]
        rows = sorted(rows, key=lambda row: str(row.get("spcamera_unique-id", "")))
        names = [str(row["_name"]) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
    return _numbered(names, "AVFOUNDATION")


def find_on_windows() -> list[CameraInfo]:
    """What DirectShow lists, in the order in which OpenCV's DSHOW counts."""
    # OpenCV before PyAV: with PyAV's libxcb loaded first, no window ever comes up.
    import cv2  # noqa: F401

    # isort: split
    import av

    enumerate_devices = getattr(av, "enumerate_input_devices", None)
    if enumerate_devices is None:  # an older PyAV
        return []
    try:
        devices = enumerate_devices("dshow")
    except (av.FFmpegError, ValueError):
        return []  # FFmpeg without DirectShow, or without a device
    names = (d.description for d in devices if "video" in d.media_types)
    return _numbered(names, "DSHOW")


def _numbered(names: Iterable[str], backend: str) -> list[CameraInfo]:
    return [
        CameraInfo(number, printable(name), kind_by_name(name), backend)
        for number, name in enumerate(names)
    ]


def kind_by_name(name: str) -> Kind:
    """Whether a camera's name is that of a program: "OBS Virtual Camera"."""
    return "virtual" if POSERS.search(name) else "camera"
