"""Which of a painter's precisions is the fastest here, found out in half a second."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np

from livestyle.frame import Pixels
from livestyle.model import Painter
from livestyle.variants import PLAIN

BUDGET = 0.5  # seconds for all
SIZE = (640, 480)  # (width, height) of the frames in px
# Where a frame takes longer than this (seconds), a quarter of it is painted instead, so
# that a slow machine keeps to the budget as well.
SLOW = BUDGET / 6
COUNTED = 2  # runs of each turn, behind one that is not counted
WORTH = 0.97  # equally fast is not worth what another precision changes


def trial(painters: Mapping[str, Painter]) -> dict[str, float]:
    """Times painters for about `BUDGET` seconds in all.

    Args:
        painters: by precision.

    Returns:
        The fastest frame of each, in milliseconds.
    """
    end = time.perf_counter() + BUDGET
    pixels = frame(*SIZE)
    for painter in painters.values():
        seconds(painter, pixels)  # the first run takes memory, for one
        if seconds(painter, pixels) > SLOW:
            pixels = frame(SIZE[0] // 2, SIZE[1] // 2)
    return race(painters, pixels, end - time.perf_counter())


def race(
    painters: Mapping[str, Painter], pixels: Pixels, budget: float
) -> dict[str, float]:
    """Times painters in turns, so that a machine that is busy at times slows all.

    Args:
        painters: by name.
        pixels: what they paint, BGR uint8 of shape (H, W, 3).
        budget: seconds for all; each has two turns at least, however long they take.

    Returns:
        The fastest frame of each, in milliseconds.
    """
    end = time.perf_counter() + budget
    best = dict.fromkeys(painters, float("inf"))
    turns = 0
    while turns < 2 or time.perf_counter() < end:
        for name, painter in painters.items():
            seconds(painter, pixels)  # the other's threads are still in its way
            runs = [seconds(painter, pixels) for _ in range(COUNTED)]
            best[name] = min(best[name], *runs)
        turns += 1
    return {name: 1e3 * shortest for name, shortest in best.items()}


def fastest(ms: Mapping[str, float]) -> str:
    """The precision to take, by the milliseconds a frame that each one takes."""
    best = min(ms, key=lambda name: ms[name])
    return best if ms[best] <= WORTH * ms[PLAIN] else PLAIN


def frame(width: int, height: int) -> Pixels:
    """A frame of noise, BGR uint8 of shape (height, width, 3)."""
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def seconds(painter: Painter, pixels: Pixels) -> float:
    """One run, frame in to frame out."""
    start = time.perf_counter()
    painter.paint(pixels, painter.identity)
    return time.perf_counter() - start
