"""A camera, opened through OpenCV."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.errors import SourceError
from livestyle.frame import Frame, Pixels
from livestyle.sources.device import diagnosis

PLATFORM = {"win32": ("DSHOW", "MSMF"), "linux": ("V4L2",), "darwin": ("AVFOUNDATION",)}
RETRY = 0.02  # seconds between two tries to read a camera that gives nothing
STILL = 3.0  # seconds; a sensor's noise never stands still for that long
MODEST = (
    640 * 480
)  # pixels; above it raw pictures outgrow USB 2, so they are compressed


class Camera:
    """Frames from a camera as it delivers them.

    Size and rate are requests that a camera may answer with its nearest mode; `got` is
    what it did.

    Args:
        device: the camera's number, 0 for the first, or a path: "/dev/video0".
        size_wh: width and height wanted, in pixels; None for the camera's own.
        fps: frames/s wanted; None for the camera's own.
        patience: seconds without a picture after which it counts as lost.
        called: its own name for messages, "" for the device's.
        backend: the one way of OpenCV's to open it, within which its number counts; ""
            tries those of the platform one after the other.

    Attributes:
        fps: the rate that the driver states, 0.0 while unknown.
        status: says when the picture stands still, as after an unplug that the driver
            hides; else "".

    Raises:
        SourceError: a number, size or rate that no camera can have.
    """

    live = True

    def __init__(
        self,
        device: int | str,
        size_wh: tuple[int, int] | None = None,
        fps: float | None = None,
        patience: float = 2.0,
        *,
        called: str = "",
        backend: str = "",
    ) -> None:
        self.name = f"camera {called or device}"
        self.fps = 0.0
        self.status = ""
        self._device = device
        self._size_wh = size_wh
        self._wanted_fps = fps
        self._patience = patience
        self._backends = (
            (backend,) if backend else (*PLATFORM.get(sys.platform, ()), "any")
        )
        self._got: tuple[int, int] | None = None
        self._closed = Event()
        self._check()

    @property
    def got(self) -> tuple[int, int] | None:
        """Width and height of the pictures that come, None before the first."""
        return self._got

    def __iter__(self) -> Iterator[Frame]:
        """Yields frames; `captured` is `time.monotonic()` right after the read.

        Raises:
            SourceError: it does not open, or it stopped delivering.
        """
        if self._closed.is_set():
            return
        capture, first = self._open()
        watch = _StillnessWatch()
        try:
            index, pixels = 0, first
            while pixels is not None and not self._closed.is_set():
                captured = time.monotonic()
                picture = as_bgr(pixels)
                self._got = picture.shape[1], picture.shape[0]
                self.status = watch(picture, captured)
                yield Frame(picture, index, captured)
                index += 1
                pixels = self._read(capture)
        finally:
            capture.release()
        if not self._closed.is_set():
            raise SourceError(
                f"{self.name} stopped delivering after {index} pictures",
                hint="Check its plug and that no other program took it.",
            )

    def close(self) -> None:
        """Ends the iteration after the read that is going on."""
        self._closed.set()

    def _check(self) -> None:
        if isinstance(self._device, int) and self._device < 0:
            raise SourceError(
                f"there is no camera {self._device}", hint="The first camera is 0."
            )
        if self._size_wh is not None and min(self._size_wh) < 1:
            raise SourceError(
                f"a camera cannot give {self._size_wh[0]}x{self._size_wh[1]} pixels",
                hint="Ask for something like --size 640x480.",
            )
        if self._wanted_fps is not None and self._wanted_fps <= 0:
            raise SourceError(
                f"a camera cannot give {self._wanted_fps:g} frames/s",
                hint="Ask for something like 30.",
            )

    def _open(self) -> tuple[cv2.VideoCapture, NDArray[np.generic] | None]:
        """The first backend that gives a picture, and that picture.

        Raises:
            SourceError: none does; it lists each one's reason.
        """
        failures: dict[str, list[str]] = {}
        for backend in self._backends:
            with _opencv_quiet():
                capture, failure = self._try(backend)
                if capture is not None:
                    first = self._read(capture)
                    if first is not None or self._closed.is_set():
                        return capture, first
                    capture.release()
                    failure = "it opens but gives no picture"
            failures.setdefault(failure, []).append(backend)
        listed = "; ".join(f"{', '.join(who)}: {why}" for why, who in failures.items())
        raise SourceError(
            f"{self.name} did not open ({listed})",
            hint=diagnosis(self._device).hint,
        )

    def _try(self, backend: str) -> tuple[cv2.VideoCapture | None, str]:
        try:
            capture = cv2.VideoCapture(
                self._device, getattr(cv2, f"CAP_{backend.upper()}")
            )
        except cv2.error as error:
            return None, error.err or "it refuses"
        if not capture.isOpened():
            capture.release()
            return None, diagnosis(self._device).reason
        self._request(capture)
        self.fps = max(0.0, float(capture.get(cv2.CAP_PROP_FPS)))
        return capture, ""

    def _request(self, capture: cv2.VideoCapture) -> None:
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # one picture waiting, not four
        if self._size_wh is not None:
            width, height = self._size_wh
            if width * height > MODEST or (self._wanted_fps or 0) > 30:
                # Before the size: some drivers fix the format with it.
                motion_jpeg = cv2.VideoWriter.fourcc(*"MJPG")
                capture.set(cv2.CAP_PROP_FOURCC, motion_jpeg)
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        if self._wanted_fps is not None:
            capture.set(cv2.CAP_PROP_FPS, self._wanted_fps)

    def _read(self, capture: cv2.VideoCapture) -> NDArray[np.generic] | None:
        """The next picture; None when closed or out of patience."""
        end = time.monotonic() + self._patience
        while not self._closed.is_set():
            ok, pixels = capture.read()
            if ok and pixels is not None and pixels.size:
                return pixels
            if time.monotonic() > end or self._closed.wait(RETRY):
                break
        return None


class _StillnessWatch:
    """Notices a driver that gives the last picture over and over."""

    def __init__(self) -> None:
        self._sample = np.empty(0, np.uint8)
        self._since = 0.0

    def __call__(self, picture: Pixels, now: float) -> str:
        sample = picture[::8, ::8]
        if not np.array_equal(sample, self._sample):
            self._sample, self._since = sample.copy(), now
        still = now - self._since
        return f"the picture has not changed for {still:.0f} s" if still > STILL else ""


def as_bgr(pixels: NDArray[np.generic]) -> Pixels:
    """Whatever a camera gives, as BGR: uint8, shape (height, width, 3), contiguous.

    Args:
        pixels: uint8 or uint16; shape (H, W), or (H, W, C) with 1, 3 or 4 channels.

    Raises:
        SourceError: another layout.
    """
    if pixels.dtype == np.uint16:
        pixels = np.right_shift(pixels.astype(np.uint16), 8)
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    picture = np.ascontiguousarray(pixels, np.uint8)
    if channels == 1:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False)
    elif channels == 4:
        picture = cv2.cvtColor(picture, cv2.COLOR_BGRA2BGR).astype(np.uint8, copy=False)
    elif channels != 3:
        raise SourceError(
            f"the camera gives pictures of {channels} channels ({pixels.dtype})",
            hint="Choose another mode with --size.",
        )
    return picture


@contextmanager
def _opencv_quiet() -> Iterator[None]:
    """Keeps OpenCV's warnings about backends off the screen: the error lists them."""
    # The FFmpeg inside OpenCV has a level of its own, read once; -8 is quiet.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    log = cv2.utils.logging
    before = log.getLogLevel()
    log.setLogLevel(log.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        log.setLogLevel(before)
