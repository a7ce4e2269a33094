"""Frames that wait for another thread: few, and never the other way round."""

from __future__ import annotations

import threading
from collections import deque

from livestyle.frame import Frame

# At 1280x720 the number of frames is what limits (84 MiB), at 3840x2160 these bytes do
# (5 frames).
MOST_FRAMES = 32
MOST_BYTES = 128 * 2**20


class Waiting:
    """A queue between the loop, which puts, and one thread, which takes.

    Args:
        most_frames: how many frames may wait.
        most_bytes: how many bytes of pixels may wait; two frames may, however large.
    """

    def __init__(
        self, most_frames: int = MOST_FRAMES, most_bytes: int = MOST_BYTES
    ) -> None:
        self._most_frames = most_frames
        self._most_bytes = most_bytes
        self._frames: deque[Frame] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._ended = False

    @property
    def closed(self) -> bool:
        """Whether no more frames are to come."""
        return self._closed

    @property
    def ended(self) -> bool:
        """Whether nobody takes frames any more."""
        return self._ended

    def put(self, frame: Frame, *, patient: bool = False) -> bool:
        """Adds a frame, if somebody takes it and there is room.

        Args:
            frame: what waits; its pixels are read later.
            patient: wait until there is room.

        Returns:
            Whether the frame was added.
        """
        with self._changed:
            while patient and self._has_no_room(frame) and not self._ended:
                self._changed.wait()
            if self._ended or self._has_no_room(frame):
                return False
            self._frames.append(frame)
            self._changed.notify_all()
            return True

    @property
    def exhausted(self) -> bool:
        """Whether the last frame was taken and no more are to come."""
        with self._changed:
            return self._closed and not self._frames

    def take(self, timeout: float | None = None) -> Frame | None:
        """The frame that waits longest; None when the last one was taken.

        Args:
            timeout: seconds after which it is None too if no frame came.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._frames or self._closed, timeout)
            if not self._frames:
                return None
            self._changed.notify_all()
            return self._frames.popleft()

    def close(self) -> None:
        """Says that no more frames come. Safe to call twice."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def end(self) -> None:
        """Says that no more frames are taken; whoever waits for room goes on."""
        with self._changed:
            self._ended = True
            self._frames.clear()
            self._changed.notify_all()

    def _has_no_room(self, frame: Frame) -> bool:
        count = len(self._frames)
        size = sum(waiting.pixels.nbytes for waiting in (*self._frames, frame))
        return count >= self._most_frames or (count >= 2 and size > self._most_bytes)
