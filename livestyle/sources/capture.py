"""One opened camera: the way that gives a picture, and its pictures."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Event

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.errors import SourceError
from livestyle.frame import Pixels
from livestyle.sources.device import diagnosis
from livestyle.sources.wish import Answer, Wish, answer

RETRY = 0.02  # seconds between two tries to read a camera that gives nothing
WAKING = 3  # times the patience that a camera may take for its first picture


class NotOpenedError(Exception):
    """No way to open the device gives a picture; it lists each one's reason."""


class Capture:
    """A camera that is open and has given a picture.

    Args:
        device: the camera's number, or a path.
        backends: OpenCV's ways to open it, tried one after the other.
        wish: the mode to ask for.
        patience: seconds without a picture after which it counts as lost.
        closed: ends every waiting.

    Attributes:
        answer: the mode that it runs in.
        first: its first picture; None if it was closed meanwhile.

    Raises:
        NotOpenedError: no backend gives a picture.
        SourceError: its pictures have a layout that is none.
    """

    def __init__(
        self,
        device: int | str,
        backends: Iterable[str],
        wish: Wish,
        patience: float,
        closed: Event,
    ) -> None:
        self._device = device
        self._wish = wish
        self._patience = patience
        self._closed = closed
        self.answer = Answer((0, 0), "", 0.0, "")
        self.first: Pixels | None = None
        failures: dict[str, list[str]] = {}
        for backend in backends:
            with _opencv_quiet():
                failure = self._try(backend)
            if not failure:
                return
            failures.setdefault(failure, []).append(backend)
        raise NotOpenedError(
            "; ".join(f"{', '.join(who)}: {why}" for why, who in failures.items())
        )

    def read(self, times: int = 1) -> Pixels | None:
        """The next picture; None when closed or out of patience.

        Reads may fail now and then, as they do when a packet was broken on its way.

        Args:
            times: how many times the usual patience to have.

        Raises:
            SourceError: the picture has a layout that is none.
        """
        end = time.monotonic() + times * self._patience
        while not self._closed.is_set():
            try:
                ok, pixels = self._capture.read()
            except cv2.error:
                # V4L2 decodes in here: half a JPEG is no end.
                ok, pixels = False, None
            if ok and pixels is not None and pixels.size:
                return as_bgr(pixels)
            if time.monotonic() > end or self._closed.wait(RETRY):
                break
        return None

    def release(self) -> None:
        """Gives the device back."""
        self._capture.release()

    def _try(self, backend: str) -> str:
        """Opens it by one backend and takes a picture, or says why that failed."""
        try:
            self._capture = cv2.VideoCapture(
                self._device, getattr(cv2, f"CAP_{backend.upper()}")
            )
        except cv2.error as error:
            return error.err or "it refuses"
        if not self._capture.isOpened():
            self.release()
            return diagnosis(self._device).reason
        self._wish.ask(self._capture, backend)
        self.first = self.read(WAKING)
        if self.first is None and not self._closed.is_set():
            self.release()
            return "it opens but gives no picture"
        if self.first is not None:
            size_wh = self.first.shape[1], self.first.shape[0]
            self.answer = answer(self._capture, size_wh, backend)
        return ""


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
            hint="Choose another mode with --size or --format.",
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
