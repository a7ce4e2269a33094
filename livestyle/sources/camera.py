"""A camera, opened through OpenCV, which may be unplugged and come back."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterator
from threading import Event

from livestyle.cameras.again import name_of, number_again, twins_of
from livestyle.errors import SourceError
from livestyle.frame import Frame, Pixels
from livestyle.sources.asleep import SleepWatch
from livestyle.sources.capture import Capture, NotOpenedError
from livestyle.sources.device import diagnosis
from livestyle.sources.reconnect import Reconnection
from livestyle.sources.watching import PictureWatch
from livestyle.sources.wish import Answer, Wish

# DSHOW before MSMF, which may take minutes to open a camera.
PLATFORM = {"win32": ("DSHOW", "MSMF"), "linux": ("V4L2",), "darwin": ("AVFOUNDATION",)}
SLEPT = 2.0  # seconds of the machine's sleep after which a camera is opened anew


class Camera:
    """Frames from a camera as it delivers them.

    Size, rate and format are requests that a camera may answer with its nearest mode;
    `answer` is what it did.

    Args:
        device: the camera's number, 0 for the first, or a path: "/dev/video0".
        size_wh: width and height wanted, in pixels; None for the camera's own.
        fps: frames/s wanted; None for the camera's own.
        patience: seconds without a picture after which it counts as lost.
        format: of the pixels, "mjpg", "yuyv" or "auto".
        called: its own name for messages, "" for the device's.
        backend: the one way of OpenCV's to open it, within which its number counts; ""
            tries those of the platform one after the other.
        reconnect: whether a camera that has worked and is lost is opened again after
            growing pauses, for ever. Meanwhile `status` says so and the iteration
            yields None. Without it, the loss is an error.

    Attributes:
        wish: what it is asked for.
        answer: the mode that it runs in, None before the first picture.

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
        format: str = "auto",
        called: str = "",
        backend: str = "",
        reconnect: bool = False,
    ) -> None:
        if isinstance(device, int) and device < 0:
            raise SourceError(
                f"there is no camera {device}", hint="The first camera is 0."
            )
        self.name = f"camera {called or device}"
        self.wish = Wish(size_wh, fps, format)
        self.answer: Answer | None = None
        self._device = device
        self._patience = patience
        self._backends = (
            (backend,) if backend else (*PLATFORM.get(sys.platform, ()), "any")
        )
        self._reconnect = reconnect
        self._given = 0
        self._remark = ""
        self._system_name = ""
        self._twins: frozenset[int] = frozenset()
        self._closed = Event()
        self._again = Reconnection(self.name, self._closed)

    @property
    def fps(self) -> float:
        """The rate that the driver states, 0.0 while unknown."""
        return self.answer.stated_fps if self.answer else 0.0

    @property
    def got(self) -> tuple[int, int] | None:
        """Width and height of the pictures that come, None before the first."""
        return self.answer.size_wh if self.answer else None

    @property
    def status(self) -> str:
        """That it is lost, or that its pictures are black or stand still; else ""."""
        return self._again.status or self._remark

    def __iter__(self) -> Iterator[Frame | None]:
        """Yields frames; `captured` is `time.monotonic()` right after the read.

        Raises:
            SourceError: it does not open at first, or it stopped delivering and is not
                to be opened again.
        """
        while not self._closed.is_set():
            try:
                why = yield from self._pictures()
                failure = self._stopped()
            except NotOpenedError as error:
                why, failure = str(error), self._closed_to_us(error)
            except SourceError as error:
                why, failure = error.message, error
            if self._closed.is_set():
                return
            if not (self._reconnect and self._given):
                raise failure
            yield from self._again.wait(why)

    def close(self) -> None:
        """Ends the iteration after the read that is going on."""
        self._closed.set()

    def _pictures(self) -> Generator[Frame, None, str]:
        """Yields the frames of one opening and returns why there are no more."""
        capture = self._open()
        watch, asleep = PictureWatch(), SleepWatch()
        try:
            pixels = capture.first
            while pixels is not None and not self._closed.is_set():
                yield self._frame(pixels, capture.answer, watch)
                pixels = capture.read()
                if (slept := asleep()) > SLEPT:
                    return f"the machine slept for {slept:.0f} s"
        finally:
            capture.release()
        return "no pictures come"

    def _open(self) -> Capture:
        """The camera where it is now: plugged in again, it may have another number."""
        if isinstance(self._device, int):
            if self._given:
                self._device = number_again(
                    self._device, self._system_name, self._twins
                )
            else:
                self._system_name = name_of(self._device)
                self._twins = twins_of(self._device, self._system_name)
        return Capture(
            self._device, self._backends, self.wish, self._patience, self._closed
        )

    def _frame(self, pixels: Pixels, answer: Answer, watch: PictureWatch) -> Frame:
        frame = Frame(pixels, self._given, time.monotonic())
        size_wh = frame.width, frame.height
        self.answer = Answer(size_wh, answer.format, answer.stated_fps, answer.backend)
        self._remark = watch(pixels, frame.captured)
        self._again.works()
        self._given += 1
        return frame

    def _stopped(self) -> SourceError:
        return SourceError(
            f"{self.name} stopped delivering after {self._given} pictures",
            hint="Check its plug and that no other program took it.",
        )

    def _closed_to_us(self, error: NotOpenedError) -> SourceError:
        return SourceError(
            f"{self.name} did not open ({error})", hint=diagnosis(self._device).hint
        )
