"""Percentiles of durations, however many there are."""

from __future__ import annotations

import math
from itertools import accumulate


class Histogram:
    """Percentiles of any number of durations in a fixed memory.

    Bins grow by 2 %, from 0.1 ms to 1000 s, so that a percentile within the range is
    right to within 1 %, and never outside of what was added.
    """

    _SMALLEST = 1e-4
    _GROWTH = math.log(1.02)
    _BINS = math.ceil(math.log(1e7) / _GROWTH)

    def __init__(self) -> None:
        self._counts = [0] * self._BINS
        self._least, self._most = math.inf, -math.inf

    def add(self, seconds: float) -> None:
        """Counts one duration."""
        place = math.log(max(seconds, self._SMALLEST) / self._SMALLEST) / self._GROWTH
        self._counts[min(int(place), self._BINS - 1)] += 1
        self._least = min(self._least, seconds)
        self._most = max(self._most, seconds)

    def percentile(self, percent: float) -> float | None:
        """The duration below which `percent` of all lie, in seconds."""
        total = sum(self._counts)
        if total == 0:
            return None
        rank = percent / 100 * (total - 1)
        sums = accumulate(self._counts)
        place = next(i for i, counted in enumerate(sums) if counted > rank)
        middle = self._SMALLEST * math.exp((place + 0.5) * self._GROWTH)
        return min(self._most, max(self._least, middle))
