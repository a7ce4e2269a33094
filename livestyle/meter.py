"""How many pictures are shown, and how old they are when they are."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence

from livestyle.histogram import Histogram
from livestyle.stages import Stages

# The newest frames, whatever the rate: 5 s at 800 frames/s.
_MOST_RECENT = 4096


class Meter:
    """Rate and latency of shown frames, lately and over the whole run.

    Memory is bounded. Times are seconds, latencies are reported in milliseconds.

    Args:
        clock: gives the time in seconds, never going back.
        rate_window: the rate is that of so many last seconds.
        latency_window: recent latencies are those of so many last seconds.
        skip: the first so many frames are not counted, as warm-up.

    Attributes:
        frames_shown: frames counted so far.
        stages: how long the parts of a frame's way take.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        rate_window: float = 2.0,
        latency_window: float = 5.0,
        skip: int = 0,
    ) -> None:
        self._clock = clock
        self._rate_window = rate_window
        self._latency_window = latency_window
        self._moments: deque[float] = deque(maxlen=_MOST_RECENT)
        self._latencies: deque[tuple[float, float]] = deque(maxlen=_MOST_RECENT)
        self._histogram = Histogram()
        self._to_skip = skip
        self.stages = Stages(skip=skip)
        self._first = self._last = self._used = 0.0
        self.frames_shown = 0

    def shown(self, latency: float | None) -> None:
        """Counts a frame that has just been shown.

        Args:
            latency: seconds since its capture; None where that means nothing, as
                for a file.
        """
        if self._to_skip:
            self._to_skip -= 1
            return
        now = self._clock()
        if self.frames_shown == 0:
            self._first, self._used = now, time.process_time()
        self._last = now
        self.frames_shown += 1
        self._moments.append(now)
        if latency is not None:
            self._latencies.append((now, latency))
            self._histogram.add(latency)

    @property
    def seconds(self) -> float:
        """Since the first frame was shown, 0.0 before it."""
        return self._clock() - self._first if self.frames_shown else 0.0

    @property
    def cores(self) -> float:
        """How many cores the process has kept busy on average since the first frame."""
        used = time.process_time() - self._used
        return used / self.seconds if self.seconds > 0 else 0.0

    @property
    def fps(self) -> float:
        """Frames/s from the first shown frame to the last; 0.0 with fewer than two."""
        span = self._last - self._first
        return (self.frames_shown - 1) / span if span > 0 else 0.0

    @property
    def shown_fps(self) -> float:
        """Frames/s lately. It falls while nothing comes, instead of staying put."""
        now = self._clock()
        while self._moments and self._moments[0] <= now - self._rate_window:
            self._moments.popleft()
        if len(self._moments) < 2 or self._moments[-1] == self._moments[0]:
            return 0.0
        count, first = len(self._moments), self._moments[0]
        return min((count - 1) / (self._moments[-1] - first), count / (now - first))

    def latency_ms(self, percent: float) -> float | None:
        """A percentile (0 to 100) of recent latencies, None if there were none."""
        oldest = self._clock() - self._latency_window
        while self._latencies and self._latencies[0][0] <= oldest:
            self._latencies.popleft()
        if not self._latencies:
            return None
        return 1e3 * _percentile(sorted(age for _, age in self._latencies), percent)

    def total_latency_ms(self, percent: float) -> float | None:
        """A percentile of the whole run, to within 1 %; None if there were none."""
        seconds = self._histogram.percentile(percent)
        return None if seconds is None else 1e3 * seconds


def _percentile(ordered: Sequence[float], percent: float) -> float:
    """Between the two nearest ranks, in proportion."""
    rank = percent / 100 * (len(ordered) - 1)
    below = math.floor(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (rank - below) * (ordered[above] - ordered[below])
