"""A fixed rate, whatever happens in between."""

from __future__ import annotations

import math


class Beat:
    """Says when the next of a row of evenly spaced moments comes.

    Who is late does not catch up: moments that have passed are left out, the others
    stay where they are.

    Args:
        rate: moments a second.
    """

    def __init__(self, rate: float) -> None:
        self._interval = 1 / rate
        self._next: float | None = None

    def wait(self, now: float) -> float:
        """How many seconds are left until the next moment; the first one is now.

        Args:
            now: seconds, of a clock that does not go back.
        """
        if self._next is None:
            self._next = now
            return 0.0
        missed = math.floor((now - self._next) / self._interval)
        self._next += self._interval * max(1, missed + 1)
        return max(0.0, self._next - now)
