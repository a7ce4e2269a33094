"""Whether the machine has slept meanwhile."""

from __future__ import annotations

import time


class SleepWatch:
    """Tells how long the machine slept, from a clock that goes on in its sleep.

    On Linux that is the time since it was started. On macOS it is the time of day,
    which a person may set as well. On Windows both clocks go on, so nothing is noticed.
    """

    def __init__(self) -> None:
        self._ahead = _ahead()

    def __call__(self) -> float:
        """Seconds asleep since the last call; 0 or less for none."""
        before, self._ahead = self._ahead, _ahead()
        return self._ahead - before


def _ahead() -> float:
    """How far the clock that never stops is before the one that sleeps."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
    return time.time() - time.monotonic()
