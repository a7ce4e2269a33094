"""Holds a rate: finds the largest size at which a machine paints quickly enough."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from statistics import median
from typing import NamedTuple

# The sizes, as shares of the picture's sides. The steps are small, as in a smaller
# picture strokes are larger, and half is the least that still looks like the style.
SHARES = (1.0, 0.85, 0.7, 0.6, 0.5)

SLOW = 1.0  # seconds of frames that are too slow until the size goes down
ROOMY = 5.0  # seconds of frames with room enough until it goes up
OFTEN = 0.1  # seconds between two judgements: each costs some 0.1 ms
FEWEST = 3  # frames by which a size is judged, however slow they are
# Frames after a change that say nothing: one may have been begun before it, and GPUs
# look for algorithms then.
SETTLE = 3
# Shares of the time from one picture to the next. Between the first and the others
# nothing happens, so noise alone moves nothing.
TOO_LONG = 1.05
ROOM = 0.9
PATIENCE, LONGEST = 60.0, 960.0  # seconds until what failed is tried again
# What a smaller size must save, of what it would if painting went by the area alone.
LEAST_GAIN = 0.25


class _Took(NamedTuple):
    """When a frame was done, and the seconds of its painting and of all of it."""

    at: float
    paint: float
    loop: float


class Governor:
    """Goes down in a second, goes up a step in five, and learns from what failed.

    It judges by medians, so a frame that was slow for once changes nothing. It goes
    up only if the time of painting, growing with the area, would leave room. A step up
    that does not last is not tried again for a minute, then for two, four and so on.
    Where a smaller size does not make frames quicker, it goes back and waits likewise.

    Args:
        clock: seconds, never going back.

    Attributes:
        share: of the picture's sides at which is to be painted, one of `SHARES`.
        changes: how often it changed.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.share = SHARES[0]
        self.changes = 0
        self._clock = clock
        # Since when is judged, when the last frame was, when the next judgement is due.
        self._since = self._last = self._next = clock()
        self.forget()

    def forget(self) -> None:
        """Judges anew from here on: something else paints, or other pictures come."""
        self._risen: dict[float, float] = {}  # when it went up to a share
        self._patience: dict[float, float] = {}  # for how long a share was barred
        self._barred: dict[float, float] = {}  # until when it is
        self._top: tuple[float, float] | None = None  # share and loop before the fall
        self._vain: tuple[float, float] | None = None  # share and loop of such a fall
        self._held_until, self._hold = 0.0, PATIENCE
        self._judge_anew(SETTLE)

    def note(self, paint: float, loop: float, period: float) -> None:
        """Takes in a frame that was painted at `share`, and may change that.

        Args:
            paint: seconds that its painting took.
            loop: seconds from when it was taken until it was shown.
            period: seconds that it may take.
        """
        now = self._clock()
        if now - loop - self._last > SLOW + period:
            self._judge_anew(1)  # the picture stood still meanwhile
        self._last = now
        if self._settling:
            self._settling -= 1
            self._since = now
            return
        self._frames.append(_Took(now, paint, loop))
        while now - self._frames[0].at > ROOMY and len(self._frames) > FEWEST:
            self._frames.popleft()
        if len(self._frames) < FEWEST or now < max(self._since + SLOW, self._next):
            return
        self._next = now + OFTEN
        recent = [took for took in self._frames if now - took.at <= SLOW]
        if len(recent) < FEWEST:
            recent = list(self._frames)[-FEWEST:]
        if median(took.loop for took in recent) > TOO_LONG * period:
            self._fall(now, _middle(recent), period)
            return
        self._top = None
        if now - self._since >= ROOMY:
            self._rise(now, period)

    def _judge_anew(self, settling: int) -> None:
        self._frames: deque[_Took] = deque()
        self._settling = settling
        self._since = self._last = self._next = self._clock()

    def _go(self, share: float) -> None:
        self.share = share
        self.changes += 1
        self._judge_anew(SETTLE)

    def _fall(self, now: float, took: _Took, period: float) -> None:
        """To the largest size that is foreseen to do; to the least if none is."""
        if self._vain is not None:
            # Frames that are slower than even there: it was the machine that changed.
            if now < self._held_until and not _gains(
                self.share, took.loop, *self._vain
            ):
                return
            self._vain = None
        lower = [share for share in SHARES if share < self.share]
        if not lower:
            self._doubt(now, took.loop)
            return
        least = lower[-1]
        if not _gains(self.share, took.loop, least, self._foreseen(took, least)):
            return  # it is not the painting that takes so long
        limit = ROOM * period
        fitting = (s for s in lower if self._foreseen(took, s) <= limit)
        self._top = self._top or (self.share, took.loop)
        self._bar(now)
        self._go(next(fitting, least))

    def _doubt(self, now: float, loop: float) -> None:
        """At the least size frames are too slow: goes back if it gained nothing."""
        top, self._top = self._top, None
        if top is None or _gains(*top, self.share, loop):
            return
        self._vain, self._held_until = (self.share, loop), now + self._hold
        self._hold = min(2 * self._hold, LONGEST)
        self._go(top[0])

    def _rise(self, now: float, period: float) -> None:
        """One step, if nearly all frames of the last seconds would leave room."""
        higher = [share for share in SHARES if share > self.share]
        if not higher or now < self._barred.get(higher[-1], 0.0):
            return
        share = higher[-1]
        foreseen = sorted(self._foreseen(took, share) for took in self._frames)
        if foreseen[4 * len(foreseen) // 5] <= ROOM * period:
            self._risen[share] = now
            self._go(share)

    def _bar(self, now: float) -> None:
        """Bars the size that is left, if the step up to it did not last."""
        risen, share = self._risen.pop(self.share, None), self.share
        if risen is None:
            return
        patience = self._patience.pop(share, 0.0)
        if now - risen < max(patience, PATIENCE):
            self._patience[share] = min(max(2 * patience, PATIENCE), LONGEST)
            self._barred[share] = now + self._patience[share]

    def _foreseen(self, took: _Took, share: float) -> float:
        """Seconds that the whole frame would take at another size."""
        return took.loop - took.paint + took.paint * (share / self.share) ** 2


def _middle(frames: Iterable[_Took]) -> _Took:
    """A frame with the median of each time."""
    return _Took(*(median(times) for times in zip(*frames, strict=True)))


def _gains(share: float, loop: float, smaller: float, then: float) -> bool:
    """Whether a smaller size makes, or made, frames quicker to speak of.

    Args:
        share: the size before.
        loop: seconds of a frame at it.
        smaller: the size after it.
        then: seconds of a frame at that.
    """
    by_area = 1 - (smaller / share) ** 2
    return 1 - then / loop >= LEAST_GAIN * by_area
