"""Keeps sound on the clock of the pictures, whatever that of the sound card does."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from livestyle.sound.block import Block, Samples
from livestyle.sound.sound_input import Kind

# Moments that come with blocks are late by chance, when the system was busy, and now
# and then one is early. The lower quartile of those of the last second is neither.
RECENT = 1.0  # seconds

# What is amiss is put right within about so many seconds, by playing at most so much
# faster or slower: 2 in 1000 are 3.5 cents of a semitone, which nobody hears, and ten
# times what a sound card's quartz is off.
SOON = 4.0
MOST = 0.002

# More than this is no drift: samples were lost, and the sound makes a step.
STEP = 0.03  # seconds


class Steady:
    """Resamples sound by so little that each sample keeps its place in time.

    What comes out has exactly the rate that the microphone claims, by the clock of the
    blocks' moments: a block begins where the one before it ended, to the sample, unless
    sound was lost.

    Args:
        kind: of the samples.
    """

    def __init__(self, kind: Kind) -> None:
        self._rate, self._channels = kind
        self._begin()

    def _begin(self) -> None:
        """A stretch of sound begins; its samples are numbered from 0."""
        self._received = 0
        self._beginnings: deque[tuple[int, float]] = deque()
        self._at = 0.0  # number of the sample that is next, with a fraction
        self._first = -1  # number of the first one in `_rest`: a neighbour on the left
        self._rest: Samples = np.empty((0, self._channels), np.float32)
        self._origin: float | None = None  # moment of what was made first
        self._made = 0

    def __call__(self, block: Block) -> Block:
        """Gives what can be said by now; a few samples wait for their neighbours."""
        if block.after_gap:
            self._begin()
        late = self._lateness(block)
        self._keep(block.samples)
        if self._origin is None:
            self._origin, late = block.captured, 0.0
        elif abs(late) > STEP:
            self._origin, self._made, late = self._origin + self._past + late, 0, 0.0
        moment = self._origin + self._past
        return Block(self._resampled(late), moment)

    @property
    def _past(self) -> float:
        return self._made / self._rate

    def _lateness(self, block: Block) -> float:
        """How much later the next sample was captured than it would be placed."""
        beginning = block.captured - self._received / self._rate
        self._beginnings.append((self._received, beginning))
        self._received += len(block.samples)
        while self._received - self._beginnings[0][0] > RECENT * self._rate:
            if len(self._beginnings) == 1:
                break
            self._beginnings.popleft()
        agreed = sorted(moment for _, moment in self._beginnings)
        began = agreed[len(agreed) // 4]
        placed = (self._origin or 0.0) + self._past
        return began + self._at / self._rate - placed

    def _keep(self, samples: Samples) -> None:
        if self._first == -1 and not len(self._rest):
            samples = np.concatenate([samples[:1], samples])
        self._rest = np.concatenate([self._rest, samples])

    def _resampled(self, late: float) -> Samples:
        """All samples whose two neighbours on both sides are there."""
        step = 1 - min(max(late / SOON, -MOST), MOST)
        begin = self._at - self._first
        count = max(0, int(np.ceil((len(self._rest) - 2 - begin) / step)))
        places = begin + step * np.arange(count, dtype=np.float64)
        made = between(self._rest, places)
        self._at += step * count
        self._made += count
        passed = int(self._at) - 1 - self._first
        self._rest, self._first = self._rest[passed:], self._first + passed
        return made


def between(samples: Samples, places: NDArray[np.float64]) -> Samples:
    """Values between samples, on the cubic curve through the four around each.

    Args:
        samples: float32, shape (length, channels).
        places: from 1 to below length - 2, shape (count,).

    Returns:
        Float32, shape (count, channels).

    Source: Catmull and Rom 1974, as an interpolating cubic.
    """
    whole = places.astype(np.int64)
    part = (places - whole).astype(np.float32)[:, None]
    before, left, right, after = (samples[whole + n] for n in (-1, 0, 1, 2))
    square = 2 * before - 5 * left + 4 * right - after
    cube = 3 * (left - right) + after - before
    curve = left + part * (right - before + part * (square + part * cube)) / 2
    return curve.astype(np.float32, copy=False)
