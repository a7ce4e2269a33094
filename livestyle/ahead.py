"""Paints a frame on a thread of its own while the one before it is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Event, Thread

from livestyle.frame import Frame

# Seconds of painting from which on a frame is not begun early: next to nothing would be
# gained, and keys be obeyed a frame later.
SLOW = 0.05
JOIN = 3.0  # seconds to wait at the end for a painting that is going on


class Ahead:
    """One frame at a time: begun, and taken when it is painted.

    A network uses all cores for most of a frame's time, but not for all of it, and a
    picture that is drawn meanwhile costs it less than a pause would. Frames are painted
    on one thread, which is named "painting": runtimes keep what belongs to a device for
    each thread.

    Args:
        paint: makes of a frame what is to be shown, or None.
        beside: whether on a thread of its own; else `begin` itself paints.

    Attributes:
        frame: the one that was begun and not taken, None if there is none; one that
            could not be painted stays.
        began: when it was begun, in seconds of `time.monotonic`.
        seconds: that the painting taken last took.
    """

    def __init__(self, paint: Callable[[Frame], Frame | None], beside: bool) -> None:
        self.frame: Frame | None = None
        self.began = self.seconds = 0.0
        self._paint = paint
        self._beside = beside
        self._given: SimpleQueue[Frame | None] = SimpleQueue()
        self._starting = Event()
        self._done: Future[tuple[Frame | None, float]] = Future()
        self._thread: Thread | None = None

    @property
    def pays(self) -> bool:
        """Whether it is worth while to begin a frame before the last one is shown."""
        return self._beside and self.seconds < SLOW

    def begin(self, frame: Frame) -> None:
        """Begins a frame; the one before must have been taken."""
        self.frame, self.began = frame, time.monotonic()
        self._done = Future()
        if not self._beside:
            self._work(frame)
            return
        if self._thread is None:
            # A daemon: a driver that hangs must not keep the program alive.
            self._thread = Thread(target=self._run, name="painting", daemon=True)
            self._thread.start()
        self._starting.clear()
        self._given.put(frame)
        # Until it is under way: Python would let this thread go on for 5 ms before the
        # other one has its turn.
        self._starting.wait()

    def take(self) -> Frame | None:
        """What the frame that was begun has become; waits for it.

        Raises:
            Exception: what painting it raised.
        """
        painted, self.seconds = self._done.result()
        self.frame = None
        return painted

    def close(self) -> None:
        """Ends the thread, but does not wait for ever: a driver may hang."""
        if self._thread is not None:
            self._given.put(None)
            self._thread.join(JOIN)

    def _run(self) -> None:
        while (frame := self._given.get()) is not None:
            self._starting.set()
            self._work(frame)

    def _work(self, frame: Frame) -> None:
        began = time.perf_counter()
        try:
            painted = self._paint(frame)
        except BaseException as error:  # noqa: BLE001 (raised again by `take`)
            self._done.set_exception(error)
        else:
            self._done.set_result((painted, time.perf_counter() - began))
