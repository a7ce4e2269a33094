"""Records painted frames to a movie while the program goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from livestyle.errors import OutputError
from livestyle.frame import Frame
from livestyle.sinks.encoder import TICK, Movie, require_format
from livestyle.sinks.encoder_choice import choose_encoder, distrust
from livestyle.sinks.newfile import NewFile
from livestyle.sinks.pauses import Pauses
from livestyle.sinks.sound import Sound
from livestyle.sinks.times import MovieTimes
from livestyle.sinks.waiting import MOST_BYTES, MOST_FRAMES, Waiting
from livestyle.sound.hearing import Hearing

AWAKE = 0.1  # seconds after which sound is written though no picture comes
STALL = 1.5  # seconds after which no picture comes that was captured so long ago


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
        hearing: what the microphone hears, for frames of a live source; None records
            pictures alone.

    Attributes:
        path: the movie.
        left_out: frames that found the queue full.
        encoder: FFmpeg's name of what encodes, "" before the first frame.

    Raises:
        OutputError: the file is there already or cannot be made.
    """

    def __init__(
        self,
        path: Path,
        *,
        fps_hint: float = 30.0,
        queue_frames: int = MOST_FRAMES,
        queue_bytes: int = MOST_BYTES,
        lossless: bool = False,
        encoded: Callable[[float], object] | None = None,
        hearing: Hearing | None = None,
    ) -> None:
        require_format(path)
        self.path = path
        self.left_out = 0
        self.encoder = ""
        self._lossless = lossless
        self._encoded = encoded
        self._waiting = Waiting(queue_frames, queue_bytes)
        self._file = NewFile(path)
        self._pauses = Pauses()
        self._times = MovieTimes(fps_hint)
        self._sound = (
            Sound(hearing, self._pauses, self._times, self._file) if hearing else None
        )
        self._certain: float | None = None  # pictures of before that are all here
        self._movie: Movie | None = None
        self._frames = 0
        self._error: BaseException | None = None
        self._told = False
        self._ended_at: float | None = None
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
    def sound_failure(self) -> str:
        """Why there is no more sound in it, "" if there is, or none was wanted."""
        return self._sound.failure if self._sound else ""

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._waiting.closed

    def write(self, frame: Frame) -> None:
        """Hands a frame to the encoder; its pixels are read later and never written.

        Raises:
            OutputError: the movie broke; so will every later call say.
            ValueError: the recorder is closed.
        """
        if self.closed:
            raise ValueError("the recorder is closed")
        moved = replace(frame, captured=self._pauses.resume(frame.captured))
        taken = self._waiting.put(moved, patient=self._lossless)
        if self._waiting.ended:
            self._tell()
            raise ValueError("the recorder is closed")
        if not taken:
            self.left_out += 1

    def wish_pause(self, paused: bool, now: float) -> None:
        """Says whether it is to be paused, also while no frames come.

        Args:
            paused: what is wished for at this moment.
            now: by the clock of `Frame.captured`.
        """
        self._pauses.wish(paused, now)
        if not paused:
            self._certain = (self._pauses.end(now) or now) - STALL

    def skip(self, frame: Frame) -> None:
        """Leaves a frame out, as the recording is paused.

        The time from the first frame that is left out to the next one that is written
        is cut out of the movie.
        """
        self._pauses.skip(frame.captured)

    def close(self, at: float | None = None) -> None:
        """Encodes what waits and finishes the movie. Safe to call twice.

        A recorder that got no frame leaves no file.

        Args:
            at: the moment at which the recording ended, by the clock of
                `Frame.captured`; the last frame is shown until then, or until the
                pause in which it ended. Without it, as with a moment that is not within
                an hour after that frame, the last frame is shown for as long as is
                usual for the frames before it.

        Raises:
            OutputError: the movie broke, unless `write` has said so before. Its cause
                is what the encoder died of, if that was something unforeseen.
        """
        if not self.closed:
            self._ended_at = self._pauses.end(at)
        self._waiting.close()
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

    def _encode(self) -> None:
        with self._kept():
            while not self._waiting.exhausted:
                frame = self._waiting.take(AWAKE if self._sound else None)
                if frame is not None:
                    self._add(frame)
                elif self._sound is not None and self._certain is not None:
                    self._sound.follow(self._certain)
        end = self._end()
        with self._kept():
            if self._sound is not None and end is not None:
                self._sound.finish(self._times.moment(end))
        with self._kept():
            if self._movie is not None:
                self._movie.close(None if self._error else end)
        with self._kept():
            self._file.close()
        if self._sound is not None:
            self._sound.close()
        self._waiting.end()

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """Keeps the first error for `_tell`."""
        try:
            yield
        except BaseException as error:  # noqa: BLE001 - nothing is lost: see _tell
            self._error = self._error or error

    def _add(self, frame: Frame) -> None:
        if self._movie is None:
            rate = Fraction(self._times.fps_hint).limit_denominator(1001)
            size_wh = (frame.width, frame.height)
            self.encoder = choose_encoder(*size_wh)
            self._movie = Movie(self._file, *size_wh, rate=rate, encoder=self.encoder)
            if self._sound is not None:
                self._sound.join(self._movie)
        at, duration = self._times.place(frame.captured)
        began = time.perf_counter()
        try:
            self._movie.write(frame.pixels, at, duration)
        except OutputError:
            if self._file.failure is None:  # else it was the disk
                distrust(self.encoder)
            raise
        if self._encoded is not None:
            self._encoded(time.perf_counter() - began)
        self._frames += 1
        if self._sound is not None:
            self._sound.follow(frame.captured)

    def _end(self) -> int | None:
        """Where the movie ends, in ticks; None at its last frame if it broke there."""
        return None if self._error else self._times.finish(self._ended_at)
