"""How much of a fit's time goes by while it waits for photographs."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

MUCH = 0.05  # share of the time above which the data holds a fit back


class Waiting:
    """Times a stream from the side that takes from it.

    Args:
        warmup: so many first items are waited for while workers start; those waits are
            kept apart.
        recent: items that `share` looks back over.
        clock: gives the time in seconds.

    Attributes:
        started: seconds waited for the first `warmup` items.
    """

    def __init__(
        self, warmup: int, recent: int, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.warmup = warmup
        self._clock = clock
        self.started = 0.0
        self._taken, self._waited, self._since = 0, 0.0, 0.0
        # When each item was asked for, and when it came.
        self._recent: deque[tuple[float, float]] = deque(maxlen=recent)

    def watch(self, stream: Iterable[Item]) -> Iterator[Item]:
        """The same items, in order; what passes between two is the taker's time."""
        items = iter(stream)
        while True:
            asked = self._clock()
            try:
                item = next(items)
            except StopIteration:
                return
            self._note(asked, self._clock())
            yield item

    def _note(self, asked: float, came: float) -> None:
        self._taken += 1
        if self._taken <= self.warmup:
            self.started += came - asked
            return
        if not self._recent:
            self._since = asked
        self._waited += came - asked
        self._recent.append((asked, came))

    @property
    def share(self) -> float:
        """Waiting's share of the time since the first of the last items, 0..1."""
        if not self._recent:
            return 0.0
        waited = sum(came - asked for asked, came in self._recent)
        return waited / (self._clock() - self._recent[0][0])

    @property
    def overall(self) -> float:
        """Waiting's share of all the time since the workers were up, 0..1."""
        if not self._recent:
            return 0.0
        return self._waited / (self._clock() - self._since)


def in_words(overall: float, started: float, workers: int) -> str:
    """One sentence for people, with advice where too much was waited.

    Args:
        overall: see `Waiting.overall`.
        started: see `Waiting.started`, s.
        workers: how many processes decoded.
    """
    said = f"waited for data {overall * 100:.1f} % of the time"
    if started:
        said += f", besides {started:.1f} s until the workers were up"
    if overall > MUCH:
        said += f"; {workers + 1} or more --workers, or a faster disk, would help"
    return said
