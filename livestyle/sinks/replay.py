"""Remembers the last seconds, so that they can be saved after they happened."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from fractions import Fraction
from io import BytesIO
from pathlib import Path

# OpenCV before PyAV: with PyAV's libxcb loaded first, no window ever comes up.
import cv2  # noqa: F401

# isort: split
import av
from av.packet import Packet

from livestyle.errors import OutputError
from livestyle.frame import Frame
from livestyle.sinks.encoder import TICK, Movie
from livestyle.sinks.encoder_choice import choose_encoder
from livestyle.sinks.ring import Remembered, Ring
from livestyle.sinks.times import MovieTimes
from livestyle.sinks.waiting import Waiting

# Ten seconds of 1920x1080 take about as much.
MOST_BYTES = 64 * 2**20

# More would be of no use: who is late is left out of what perhaps nobody will save.
MOST_WAITING = 4

# How far the thread steps back behind those that paint, in the system's own measure.
NICE = 10


class Replay:
    """A Sink that encodes all the time, keeps the last seconds, and writes nothing.

    It does so cheaply and behind everything else: its thread steps back where the
    system knows of that, and frames that it has no time for are left out.

    Args:
        seconds: how much is remembered.
        fps_hint: the source's nominal rate, 0 if unknown.
        most_bytes: what the memory takes at most.

    Attributes:
        frames: how many frames it has encoded.
        left_out: frames that it had no time for.
        failure: why it remembers nothing any more, None while it does.
    """

    def __init__(
        self,
        seconds: float,
        *,
        fps_hint: float = 30.0,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.frames = self.left_out = 0
        self.failure: OutputError | None = None
        self._fps_hint = fps_hint
        self._ring = Ring(seconds, most_bytes)
        self._waiting = Waiting(MOST_WAITING)
        self._size_wh = (0, 0)
        self._times = MovieTimes(fps_hint)
        self._movie: Movie | None = None
        self._thread = threading.Thread(
            target=self._remember, name="replay", daemon=True
        )
        self._thread.start()

    @property
    def size(self) -> int:
        """How many bytes are remembered."""
        return self._ring.size

    def write(self, frame: Frame) -> None:
        """Hands a frame over; its pixels are read later and never written."""
        if not self._waiting.put(frame):
            self.left_out += 1

    def remembered(self) -> Remembered | None:
        """The last seconds; None if there is nothing."""
        return self._ring.remembered()

    def close(self) -> None:
        """Forgets everything and ends the thread. Safe to call twice."""
        self._waiting.close()
        self._thread.join()
        self._ring.clear()

    def _remember(self) -> None:
        step_back()
        try:
            while (frame := self._waiting.take()) is not None:
                self._add(frame)
        except Exception as error:  # noqa: BLE001 - the picture goes on without it
            self.failure = _failure(error)
            self._ring.clear()
        finally:
            self._waiting.end()
            self._finish()

    def _add(self, frame: Frame) -> None:
        size_wh = (frame.width, frame.height)
        if self._movie is None or size_wh != self._size_wh:
            self._finish()
            self._size_wh = size_wh
            self._times = MovieTimes(self._fps_hint)
            rate = Fraction(self._times.fps_hint).limit_denominator(1001)
            self._movie = Movie(
                Nowhere(),
                *size_wh,
                rate=rate,
                encoder=choose_encoder(*size_wh, "cheap"),
                effort="cheap",
                packets=self._ring.add,
            )
        at, duration = self._times.place(frame.captured)
        self._movie.write(frame.pixels, at, duration)
        self.frames += 1

    def _finish(self) -> None:
        if self._movie is not None:
            with suppress(OutputError):  # nothing is written that could be lost
                self._movie.close()


class Nowhere:
    """Takes what a new file would, and keeps none of it.

    As Matroska: an MP4 keeps an entry of its index for every picture until its end.

    Attributes:
        path: what an error calls it.
        failure: always None.
    """

    def __init__(self) -> None:
        self.path = Path("replay.mkv")
        self.failure: OSError | None = None
        self._at = self._end = 0

    def write(self, data: bytes) -> int:
        """Lets it fall."""
        self._at += len(data)
        self._end = max(self._end, self._at)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves as in a file."""
        starts = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._end}
        self._at = starts[whence] + offset
        return self._at

    def tell(self) -> int:
        """The place as in a file."""
        return self._at

    def require_present(self) -> None:
        """It cannot be lost."""

    def close(self) -> None:
        """There is nothing to close."""


def movie_bytes(remembered: Remembered) -> memoryview:
    """An MP4 file of what is remembered; nothing is encoded again.

    Raises:
        OutputError: the packets do not go into a file.
    """
    file, at = BytesIO(), 0
    try:
        with av.open(file, "w", format="mp4") as container:
            stream = container.add_stream_from_template(remembered.stream)
            stream.time_base = TICK
            for kept in remembered.packets:
                packet = Packet(kept.data)
                packet.stream, packet.time_base = stream, TICK
                packet.pts = packet.dts = at
                packet.duration, packet.is_keyframe = kept.ticks, kept.keyframe
                container.mux(packet)
                at += kept.ticks
    except (av.FFmpegError, ValueError, MemoryError) as error:
        raise _failure(error) from error
    return file.getbuffer()


def _failure(error: Exception) -> OutputError:
    if isinstance(error, OutputError):
        return error
    reason = " ".join([f"{type(error).__name__}:", *str(error).split()])
    return OutputError(
        f"the last seconds are lost: {reason.rstrip(':.')}",
        hint="The picture goes on without them. Please report it.",
    )


def step_back() -> None:
    """Lets the threads that paint go first; only Linux can tell threads apart."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):
            now = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, min(now + NICE, 19))
