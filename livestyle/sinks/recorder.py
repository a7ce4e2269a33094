"""Records painted frames to a movie while the program goes on."""

from __future__ import annotations

import threading
from collections import deque
from fractions import Fraction
from pathlib import Path

from livestyle.errors import OutputError
from livestyle.frame import Frame
from livestyle.sinks.encoder import TICK, Movie, require_format
from livestyle.sinks.newfile import NewFile


class Recorder:
    """A Sink that encodes on its own thread and never keeps the caller waiting.

    The time of a frame in the movie is that of its capture, so the movie lasts as long
    as what it shows, at whatever rate frames came.

    Args:
        path: the movie, new, its suffix one of `.mp4`, `.m4v`, `.mov`, `.mkv`.
        fps_hint: frames/s, for the length of a movie of one frame; 0 if unknown.
        queue_frames: how many frames may wait; when as many do, frames are left out.
        lossless: wait for the encoder instead of leaving frames out.

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
        queue_frames: int = 32,
        lossless: bool = False,
    ) -> None:
        require_format(path)
        self.path = path
        self.left_out = 0
        self._lossless = lossless
        self._queue_frames = queue_frames
        self._file = NewFile(path)
        self._times = MovieTimes(fps_hint)
        self._movie: Movie | None = None
        self._frames = 0
        self._error: OutputError | None = None
        self._told = False
        self._waiting: deque[Frame] = deque()
        self._closing = threading.Event()
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
            while self._lossless and self._is_full() and not self._ended:
                self._changed.wait()
            if self._ended:
                self._told = True
                raise self._error or OutputError(f"the encoder of '{self.path}' died")
            if self._is_full():
                self.left_out += 1
            else:
                self._waiting.append(frame)
                self._changed.notify_all()

    def close(self) -> None:
        """Encodes what waits and finishes the movie. Safe to call twice.

        A recorder that got no frame leaves no file.

        Raises:
            OutputError: the movie broke, unless `write` has said so before.
        """
        with self._changed:
            self._closing.set()
            self._changed.notify_all()
        self._thread.join()
        if self._error is not None and not self._told:
            self._told = True
            raise self._error

    def _is_full(self) -> bool:
        return len(self._waiting) >= self._queue_frames

    def _encode(self) -> None:
        try:
            while (frame := self._next()) is not None:
                self._add(frame)
        except OutputError as error:
            self._error = error
        finally:
            self._finish()

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
        self._movie.write(frame.pixels, at, duration)
        self._frames += 1

    def _finish(self) -> None:
        try:
            if self._movie is not None:
                self._movie.close()
        except OutputError as error:
            self._error = self._error or error
        finally:
            self._file.close()
            with self._changed:
                self._ended = True
                self._waiting.clear()
                self._changed.notify_all()


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

    def __init__(self, fps_hint: float) -> None:
        self.fps_hint = fps_hint if 1 <= fps_hint <= 1000 else 30.0
        self.end = 0
        self._interval = round(1 / (self.fps_hint * TICK))
        self._last: int | None = None
        self._origin = 0.0
        self._captured = 0.0

    def place(self, captured: float) -> tuple[int, int]:
        """Where a frame goes and how long it is shown if no other follows.

        Args:
            captured: seconds, from any origin.

        Returns:
            Ticks since the first frame, always increasing, and ticks of duration.
        """
        if self._last is None:
            self._origin = captured
            at = 0
        else:
            passed = captured - self._captured
            if not -self.RESTART <= passed <= self.LONGEST_PAUSE:
                self._origin = captured - self.end * float(TICK)
            at = max(round((captured - self._origin) / float(TICK)), self._last + 1)
            self._interval = at - self._last
        self._captured, self._last = captured, at
        self.end = at + self._interval
        return at, self._interval
