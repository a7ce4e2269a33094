"""What a camera is asked for, and what it answered."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import cv2

from livestyle.cameras.camera_info import printable
from livestyle.errors import SourceError

# Pixels and frames/s; above them raw pictures outgrow USB 2: they are compressed then.
MODEST = 640 * 480
UNHURRIED = 30.0


@dataclass(frozen=True)
class Wish:
    """The mode that a camera is asked for; it may answer with its nearest.

    Attributes:
        size_wh: width and height in px; None for the camera's own.
        fps: frames/s; None for the camera's own.
        format: "mjpg" (compressed), "yuyv" (raw), or "auto": compressed where a raw
            mode of this size or rate does not fit through USB 2.

    Raises:
        SourceError: no camera can have this size or rate.
    """

    size_wh: tuple[int, int] | None = None
    fps: float | None = None
    format: str = "auto"

    def __post_init__(self) -> None:
        if self.size_wh is not None and min(self.size_wh) < 1:
            raise SourceError(
                f"a camera cannot give {self.size_wh[0]}x{self.size_wh[1]} pixels",
                hint="Ask for something like --size 640x480.",
            )
        if self.fps is not None and self.fps <= 0:
            raise SourceError(
                f"a camera cannot give {self.fps:g} frames/s",
                hint="Ask for something like 30.",
            )

    @property
    def code(self) -> str:
        """The four characters to ask for, "" to leave the camera its own format."""
        if self.format == "yuyv":
            # The same bytes have another name in Windows.
            return "YUY2" if sys.platform == "win32" else "YUYV"
        width, height = self.size_wh or (0, 0)
        high = width * height > MODEST or (self.fps or 0) > UNHURRIED
        return "MJPG" if self.format == "mjpg" or high else ""

    def ask(self, capture: cv2.VideoCapture, backend: str) -> None:
        """Asks an open camera; what it refuses is seen in `answer`."""
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # one picture waiting, not four
        # The format before the size: drivers fix the one with the other.
        steps = [self._ask_format, self._ask_size]
        # OpenCV's DSHOW opens the device anew for each of these: for a size with the
        # format said before, for a rate without any.
        steps.insert(0 if backend == "DSHOW" else 2, self._ask_rate)
        for step in steps:
            step(capture)

    def __str__(self) -> str:
        """As a person says it: "1280x720 MJPG at 60 frames/s"; "" for no wish."""
        named = "" if self.format == "auto" else self.format.upper()
        return _mode(self.size_wh, named, self.fps)

    def _ask_format(self, capture: cv2.VideoCapture) -> None:
        if self.code:
            capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*self.code))

    def _ask_size(self, capture: cv2.VideoCapture) -> None:
        if self.size_wh is not None:
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, self.size_wh[0])
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self.size_wh[1])

    def _ask_rate(self, capture: cv2.VideoCapture) -> None:
        if self.fps is not None:
            capture.set(cv2.CAP_PROP_FPS, self.fps)


@dataclass(frozen=True)
class Answer:
    """The mode in which a camera runs, as its driver states it.

    Attributes:
        size_wh: width and height of the pictures that come, in px.
        format: the four characters of the pixels' format, "" where unknown.
        stated_fps: frames/s that the driver promises, 0.0 where it says nothing.
        backend: OpenCV's way by which it was opened: "V4L2".
    """

    size_wh: tuple[int, int]
    format: str
    stated_fps: float
    backend: str

    def told(self, measured_fps: float) -> str:
        """As a person says it, with the rate that was counted."""
        return _mode(self.size_wh, self.format, measured_fps)

    def as_json(self) -> dict[str, Any]:
        """All of it in what JSON knows."""
        return {
            "size": _size(self.size_wh),
            "format": self.format or None,
            "stated_fps": self.stated_fps or None,
            "backend": self.backend,
        }


def answer(capture: cv2.VideoCapture, size_wh: tuple[int, int], backend: str) -> Answer:
    """What an open camera says of itself, with the size of its first picture."""
    code = int(capture.get(cv2.CAP_PROP_FOURCC))
    named = printable(code.to_bytes(4, "little")) if 0 < code < 2**32 else ""
    stated = max(0.0, float(capture.get(cv2.CAP_PROP_FPS)))
    return Answer(size_wh, named, stated, backend)


def _size(size_wh: tuple[int, int] | None) -> str | None:
    return None if size_wh is None else f"{size_wh[0]}x{size_wh[1]}"


def _mode(size_wh: tuple[int, int] | None, format: str, fps: float | None) -> str:
    rate = "" if fps is None else f"at {fps:g} frames/s"
    return " ".join(filter(None, (_size(size_wh), format, rate)))
