"""How long each part of a frame's way takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from livestyle.histogram import Histogram


class Stages:
    """Durations by name, over the whole run, in a bounded memory.

    A stage that runs within another counts for itself alone, so that the stages of a
    frame add up. `timed` belongs to one thread, `add` may be called from another for a
    name of its own. One stage costs a few microseconds.

    Args:
        clock: seconds, for durations.
        skip: the first so many durations of each stage are not counted, as warm-up.

    Attributes:
        last: seconds of the newest duration of each stage, warm-up or not.
    """

    def __init__(
        self, clock: Callable[[], float] = time.perf_counter, *, skip: int = 0
    ) -> None:
        self._clock = clock
        self._skip = skip
        self._to_skip: dict[str, int] = {}
        self.last: dict[str, float] = {}
        self._histograms: dict[str, Histogram] = {}
        # For each stage that runs now: how much of its time went to those within it.
        self._within: list[float] = []

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Counts how long the block takes, without the stages within it."""
        self._within.append(0.0)
        began = self._clock()
        try:
            yield
        finally:
            passed = self._clock() - began
            own = passed - self._within.pop()
            if self._within:
                self._within[-1] += passed
            self.add(name, own)

    def add(self, name: str, seconds: float) -> None:
        """Counts a duration that was measured elsewhere."""
        self.last[name] = seconds
        left = self._to_skip.get(name, self._skip)
        if left:
            self._to_skip[name] = left - 1
            return
        histogram = self._histograms.get(name)
        if histogram is None:
            histogram = self._histograms[name] = Histogram()
        histogram.add(seconds)

    def summary(self) -> dict[str, dict[str, float]]:
        """Percentiles 50 and 95 of each stage in ms, in the order of first use."""
        return {
            name: {
                key: round(1e3 * (histogram.percentile(percent) or 0.0), 3)
                for key, percent in (("p50", 50), ("p95", 95))
            }
            for name, histogram in self._histograms.copy().items()
        }
