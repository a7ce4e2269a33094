"""Hands what a microphone hears to those who listen."""

from __future__ import annotations

import threading
from collections import deque

from livestyle.sound.block import Block
from livestyle.sound.sound_input import Kind
from livestyle.sound.steady import Steady

# A recording begins with a picture that was captured some time ago, and painted since.
BEFORE = 3.0  # seconds that are kept for it
# Who does not follow, as on a disk that hangs, gets the latest of it.
LONGEST = 60.0  # seconds
SHORTEST_BLOCK = 0.005  # seconds; shorter ones are put together by no device we know

Listener = deque[Block]


class Hearing:
    """Brings blocks onto the pictures' clock and keeps the last seconds of them.

    One thread hears, others listen.

    Args:
        kind: of the samples.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._steady = Steady(kind)
        self._lock = threading.Lock()
        self._recent: Listener = deque()
        self._listeners: list[Listener] = []

    def hear(self, block: Block) -> None:
        """Takes the next block from the microphone."""
        steady = self._steady(block)
        if not len(steady.samples):
            return
        with self._lock:
            self._recent.append(steady)
            while steady.captured - self._recent[0].captured > BEFORE:
                self._recent.popleft()
            for listener in self._listeners:
                listener.append(steady)

    def listen(self) -> Listener:
        """A queue of all blocks from now on, and of those of the last seconds.

        It is bounded: the oldest blocks are lost when nobody takes them.
        """
        with self._lock:
            listener = deque(self._recent, maxlen=int(LONGEST / SHORTEST_BLOCK))
            self._listeners.append(listener)
        return listener

    def forget(self, listener: Listener) -> None:
        """Ends what `listen` began. Safe to call twice."""
        with self._lock:
            self._listeners = [row for row in self._listeners if row is not listener]
