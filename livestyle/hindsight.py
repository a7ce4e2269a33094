"""What keys save after it has happened: the last seconds."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from livestyle.controls import Controls
from livestyle.errors import OutputError
from livestyle.frame import Frame
from livestyle.naming import write_fresh
from livestyle.sinks.gif import gif_bytes
from livestyle.sinks.replay import Replay, movie_bytes, step_back
from livestyle.sinks.ring import Remembered

# Who presses a key for longer than the disk can follow gets no more files.
MOST_SAVING = 4


class Hindsight:
    """A Sink that remembers, and saves what it remembers when a key asks for it.

    Files are made on a thread of their own, "saving", one after the other.

    Args:
        controls: read and answered at every frame.
        folder: where files go.
        seconds: how much is remembered; 0 remembers nothing, and the keys say so.
        fps: the source's nominal rate, 0.0 when unknown.
        saved: is told each file that was finished, in the thread of `follow`.
        failed: is told what went wrong, in the same thread.

    Attributes:
        replay: what remembers; None if nothing does.
    """

    def __init__(
        self,
        controls: Controls,
        folder: Path,
        seconds: float,
        fps: float,
        *,
        saved: Callable[[Path], object],
        failed: Callable[[OutputError], object],
    ) -> None:
        self._controls = controls
        self._folder = folder
        self._saved = saved
        self._failed = failed
        self.replay = Replay(seconds, fps_hint=fps) if seconds else None
        self._ended = False  # by an error
        self._saver = ThreadPoolExecutor(1, "saving", step_back)
        self._saving: list[Future[Path]] = []

    def write(self, frame: Frame) -> None:
        """Remembers a frame."""
        if self.replay is not None:
            self.replay.write(frame)

    def follow(self) -> None:
        """Begins to save what was asked for, and tells what was finished."""
        if self._controls.replays:
            self._controls.replays = 0
            self._save(".mp4")
        if self._controls.gifs:
            self._controls.gifs = 0
            self._save(".gif")
        self._tell(wait=False)
        if self.replay is not None and self.replay.failure is not None:
            failure, self.replay, self._ended = self.replay.failure, None, True
            self._failed(failure)

    def close(self) -> None:
        """Finishes what is being saved, and forgets the rest. Safe to call twice."""
        self._tell(wait=True)
        self._saver.shutdown()
        if self.replay is not None:
            self.replay.close()

    def _save(self, suffix: str) -> None:
        remembered = self.replay.remembered() if self.replay else None
        if self.replay is None:
            why = "they ended with an error" if self._ended else "see --replay"
            self._controls.say(f"no last seconds: {why}")
        elif remembered is None:
            self._controls.say("nothing is remembered yet")
        elif len(self._saving) >= MOST_SAVING:
            self._controls.say("still saving")
        else:
            style = self._controls.style
            job = self._saver.submit(_write, self._folder, style, suffix, remembered)
            self._saving.append(job)

    def _tell(self, *, wait: bool) -> None:
        """Tells what became of each file that is finished; of all, if it waits."""
        while self._saving and (wait or self._saving[0].done()):
            try:
                self._saved(self._saving.pop(0).result())
            except OutputError as error:
                self._failed(error)


def _write(folder: Path, style: str, suffix: str, remembered: Remembered) -> Path:
    return write_fresh(folder, style, suffix, MAKERS[suffix](remembered))


MAKERS = {".mp4": movie_bytes, ".gif": gif_bytes}
