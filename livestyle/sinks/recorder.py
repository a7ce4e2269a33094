"""Records painted frames to a movie while the program goes on."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from statistics import median_low

from livestyle.errors import OutputError
from livestyle.frame import Frame
from livestyle.sinks.encoder import TICK, Movie, require_format
from livestyle.sinks.newfile import NewFile

# What may wait for the encoder: at 1280x720 the number of frames is what limits it (84
# MiB), at 3840x2160 these bytes do (5 frames).
QUEUE_FRAMES = 32
QUEUE_BYTES = 128 * 2**20


class Recorder:
    """A Sink that encodes on its own thread and never keeps the caller waiting.

    The time of a frame in the movie is that of its capture, so the movie lasts as long
    as what it shows, at whatever rate frames came.

    Args:
        path: the movie, new, its suffix one of `.mp4`, `.m4v`, `.mov`, `.mkv`.
        fps_hint: frames/s, for the length of a movie of one frame; 0 if unknown.
        queue_frames: how many frames may wait; when as many do, frames are left out.
        queue_bytes: how many bytes of pixels may wait; two frames may, however large.
        lossless: wait for the encoder instead of leaving frames out.
        encoded: is told how many seconds each frame took to encode, in the thread that
            encodes.

    Attributes:
        path: the movie.
        left_out: frames that found the queue full.

    Raises:
        OutputError: the file is there already or cannot be made.
    """

    def __init__(
        self,
        path: Path,
        *,
        fps_hint: float = 30.0,
        queue_frames: int = QUEUE_FRAMES,
        queue_bytes: int = QUEUE_BYTES,
        lossless: bool = False,
        encoded: Callable[[float], object] | None = None,
    ) -> None:
        require_format(path)
        self.path = path
        self.left_out = 0
        self._lossless = lossless
        self._encoded = encoded
        self._queue_frames = queue_frames
        self._queue_bytes = queue_bytes
        self._file = NewFile(path)
        self._times = MovieTimes(fps_hint)
        self._movie: Movie | None = None
        self._frames = 0
        self._error: BaseException | None = None
        self._told = False
        self._waiting: deque[Frame] = deque()
        self._closing = threading.Event()
        self._ended_at: float | None = None
        self._ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(
            target=self._encode, name="encoder", daemon=True
        )
        self._thread.start()

    @property
    def frames(self) -> int:
        """How many frames the encoder has taken."""
        return self._frames

    @property
    def seconds(self) -> float:
        """How long the movie is by now."""
        return self._times.end * float(TICK)

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closing.is_set()

    def write(self, frame: Frame) -> None:
        """Hands a frame to the encoder; its pixels are read later and never written.

        Raises:
            OutputError: the movie broke; so will every later call say.
            ValueError: the recorder is closed.
        """
        if self.closed:
            raise ValueError("the recorder is closed")
        with self._changed:
            while self._lossless and self._has_no_room(frame) and not self._ended:
                self._changed.wait()
            if self._ended:
                self._tell()
                raise ValueError("the recorder is closed")
            if self._has_no_room(frame):
                self.left_out += 1
            else:
                self._waiting.append(frame)
                self._changed.notify_all()

    def close(self, at: float | None = None) -> None:
        """Encodes what waits and finishes the movie. Safe to call twice.

        A recorder that got no frame leaves no file.

        Args:
            at: the moment at which the recording ended, by the clock of
                `Frame.captured`; the last frame is shown until then. Without it, as
                with a moment that is not within an hour after that frame, the last
                frame is shown for as long as is usual for the frames before it.

        Raises:
            OutputError: the movie broke, unless `write` has said so before. Its cause
                is what the encoder died of, if that was something unforeseen.
        """
        with self._changed:
            if not self.closed:
                self._ended_at = at
            self._closing.set()
            self._changed.notify_all()
        self._thread.join()
        if not self._told:
            self._tell()

    def _tell(self) -> None:
        """Raises in the caller's thread what ended the encoder's, if anything did."""
        if self._error is None:
            return
        self._told = True
        if isinstance(self._error, OutputError):
            raise self._error
        reason = " ".join([f"{type(self._error).__name__}:", *str(self._error).split()])
        raise OutputError(
            f"the encoder of '{self.path}' died of {reason.rstrip(':.')}",
            hint="What was recorded before that is kept. Please report it.",
        ) from self._error

    def _has_no_room(self, frame: Frame) -> bool:
        count = len(self._waiting)
        size = sum(waiting.pixels.nbytes for waiting in (*self._waiting, frame))
        return count >= self._queue_frames or (count >= 2 and size > self._queue_bytes)

    def _encode(self) -> None:
        with self._kept():
            while (frame := self._next()) is not None:
                self._add(frame)
        with self._kept():
            if self._movie is not None:
                self._movie.close(self._end())
        with self._kept():
            self._file.close()
        with self._changed:
            self._ended = True
            self._waiting.clear()
            self._changed.notify_all()

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """Keeps the first error for `_tell`."""
        try:
            yield
        except BaseException as error:  # noqa: BLE001 - nothing is lost: see _tell
            self._error = self._error or error

    def _next(self) -> Frame | None:
        """The frame that waits longest; None when the last one was taken."""
        with self._changed:
            while not self._waiting and not self._closing.is_set():
                self._changed.wait()
            if not self._waiting:
                return None
            self._changed.notify_all()
            return self._waiting.popleft()

    def _add(self, frame: Frame) -> None:
        if self._movie is None:
            rate = Fraction(self._times.fps_hint).limit_denominator(1001)
            self._movie = Movie(self._file, frame.width, frame.height, rate=rate)
        at, duration = self._times.place(frame.captured)
        began = time.perf_counter()
        self._movie.write(frame.pixels, at, duration)
        if self._encoded is not None:
            self._encoded(time.perf_counter() - began)
        self._frames += 1

    def _end(self) -> int | None:
        """Where the movie ends, in ticks; None at its last frame if it broke there."""
        return None if self._error else self._times.finish(self._ended_at)


class MovieTimes:
    """Turns moments of capture into places in the movie, in ticks.

    Args:
        fps_hint: frames/s, for the length of the first frame.

    Attributes:
        end: where the movie ends by now, in ticks.
    """

    # A clock that goes back further than this was set anew, as by a clip that begins
    # again; frames that are merely out of order follow one another closely.
    RESTART = 0.5
    # One that goes on further jumped: an MP4 cannot hold a pause of many hours.
    LONGEST_PAUSE = 3600.0
    # How long the last frame is shown is a guess from as many intervals before it, and
    # no guess is longer than this many seconds.
    RECENT = 9
    LONGEST_GUESS = 1.0

    def __init__(self, fps_hint: float) -> None:
        self.fps_hint = fps_hint if 1 <= fps_hint <= 1000 else 30.0
        self.end = 0
        self._intervals: deque[int] = deque(maxlen=self.RECENT)
        self._last: int | None = None
        self._origin = 0.0
        self._captured = 0.0

    def place(self, captured: float) -> tuple[int, int]:
        """Where a frame goes and how long it is shown if no other follows.

        Args:
            captured: seconds, from any origin.

        Returns:
            Ticks since the first frame, always increasing, and ticks of duration: the
            median of recent intervals, so that a stall before it is not repeated.
        """
        if self._last is None:
            self._origin = captured
            at = 0
        else:
            passed = captured - self._captured
            if not -self.RESTART <= passed <= self.LONGEST_PAUSE:
                self._origin = captured - self.end * float(TICK)
            at = max(round((captured - self._origin) / float(TICK)), self._last + 1)
            self._intervals.append(at - self._last)
        self._captured, self._last = captured, at
        self.end = at + self._usual()
        return at, self.end - at

    def finish(self, ended: float | None) -> int:
        """Where the movie ends, in ticks.

        Args:
            ended: the moment until which the last frame is shown, by the same clock as
                the moments of capture; None, or one that is not within `LONGEST_PAUSE`
                after that frame, leaves the usual duration.
        """
        if self._last is not None and ended is not None:
            passed = ended - self._captured
            if 0 < passed <= self.LONGEST_PAUSE:
                place = round((ended - self._origin) / float(TICK))
                self.end = max(place, self._last + 1)
        return self.end

    def _usual(self) -> int:
        """How long a frame is shown, as far as those before it can tell."""
        if not self._intervals:
            return round(1 / (self.fps_hint * TICK))
        return min(median_low(self._intervals), round(self.LONGEST_GUESS / TICK))
