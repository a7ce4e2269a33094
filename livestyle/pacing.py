"""A file at the pace of a person's eyes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Event

from livestyle.frame import Frame
from livestyle.sources.source import Source

NAP = 0.02  # seconds between two signs of life while the next frame is not due


class Paced:
    """A Source around a file: each frame waits for its time, and none is left out.

    When the reader is slower than the file, the file slows down with it; when the
    reader pauses, the file goes on from there afterwards.

    Args:
        source: a source that is not live.
    """

    live = False

    def __init__(self, source: Source) -> None:
        self._source = source
        self._closed = Event()

    @property
    def name(self) -> str:
        """The name of the source inside."""
        return self._source.name

    @property
    def fps(self) -> float:
        """The nominal rate of the source inside."""
        return self._source.fps

    @property
    def status(self) -> str:
        """The status of the source inside."""
        return self._source.status

    def __iter__(self) -> Iterator[Frame | None]:
        """Yields frames when they are due; None while waiting."""
        start: float | None = None
        for frame in self._source:
            if frame is None:
                yield None
                continue
            now = time.monotonic()
            due = now if start is None else start + frame.captured
            if now - due > 2 * NAP or start is None:
                start = now - frame.captured  # late: the rest moves with it
            while (left := due - time.monotonic()) > 0:
                if self._closed.wait(min(left, NAP)):
                    return
                if left > NAP:
                    yield None
            yield frame

    def close(self) -> None:
        """Closes the source inside. Safe to call twice."""
        self._closed.set()
        self._source.close()
