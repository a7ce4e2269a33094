"""Opening a live source again that was lost: growing pauses, and words for them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Event

AWAKE = 0.05  # seconds between two signs of life while there is nothing to give
PAUSES = (0.5, 5.0)  # seconds before opening again: the first, doubling to the last


class Reconnection:
    """What is said and waited between the loss of a source and its return.

    Args:
        what: what is lost, for the status: "stream", "camera 0".
        closed: ends a pause at once.

    Attributes:
        status: that it is lost, why, and when it is tried again; "" while it works.
    """

    def __init__(self, what: str, closed: Event) -> None:
        self.status = ""
        self._what = what
        self._closed = closed
        self._pause = PAUSES[0]

    def works(self) -> None:
        """A picture came: all is well, and the next pause is a short one again."""
        self.status = ""
        self._pause = PAUSES[0]

    def wait(self, why: str) -> Iterator[None]:
        """Yields None until it is time to open it again, at most every 50 ms."""
        lost = f"{self._what} lost ({why}), reconnecting"
        self.status = f"{lost} in {self._pause:g} s"
        yield from awake(self._pause, self._closed)
        self._pause = min(self._pause * 2, PAUSES[1])
        self.status = lost


def awake(seconds: float, closed: Event) -> Iterator[None]:
    """Lets some time pass with signs of life; `closed` ends it."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        yield None
        if closed.wait(min(left, AWAKE)):
            return
