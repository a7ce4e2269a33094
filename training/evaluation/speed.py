"""How long a frame takes, beside the network of Johnson et al. 2016."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from livestyle.frame import Pixels
from livestyle.model import Painter
from training.checkpoint import Checkpoint
from training.config import Painting, Recipe
from training.export import export
from training.nets import Painter as Network

WARM = 3  # runs before the clock counts
TURNS = 4  # runs of the painter for each of the Johnson network, which is far slower
SIZES = ((96, 128),)  # (height, width): the Johnson network's export is compared there


@dataclass(frozen=True)
class Times:
    """Milliseconds a frame, over some runs."""

    median_ms: float
    min_ms: float
    p95_ms: float
    runs: int


def johnson(threads: int) -> Painter:
    """The Johnson network as a painter on the CPU.

    Its weights are random, which takes as long as fitted ones.

    Args:
        threads: of the CPU, 0 for ONNX Runtime's own choice.
    """
    recipe = Recipe(
        "johnson", (Painting("none", "", "None", "Nobody", "2016"),), network="johnson"
    )
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(0)
        network = Network(recipe.network, 1, recipe.dim)
    checkpoint = Checkpoint(recipe, 0, 0.0, network.state_dict(), {})
    with tempfile.TemporaryDirectory() as folder:
        path = export(checkpoint, Path(folder) / "johnson.onnx", SIZES)
        return Painter(path, provider="cpu", threads=threads)


def race(
    painter: Painter,
    other: Painter,
    size_wh: tuple[int, int],
    rounds: int,
    watch: Callable[[int], None] = lambda _: None,
) -> tuple[Times, Times]:
    """Times two painters that take turns, so that a busy machine slows both.

    The first run after a change is not counted: the other's threads and memory are
    still in its way.

    Args:
        painter: runs `TURNS` times a round.
        other: runs once a round.
        size_wh: (width, height) of the frame in px.
        rounds: from 1 up.
        watch: is told each round.

    Returns:
        The times of the first and of the other, frame in to frame out.
    """
    width, height = size_wh
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    for runner in (painter, other):
        for _ in range(WARM):
            _seconds(runner, pixels)
    own: list[float] = []
    others: list[float] = []
    for done in range(rounds):
        for runner, times, turns in ((other, others, 1), (painter, own, TURNS)):
            _seconds(runner, pixels)
            times += [_seconds(runner, pixels) for _ in range(turns)]
        watch(done + 1)
    return _times(own), _times(others)


def ratio(times: Times, other: Times, *, fastest: bool = False) -> float:
    """How many times as fast the first is, by the medians or by the fastest runs."""
    if fastest:
        return round(other.min_ms / times.min_ms, 1)
    return round(other.median_ms / times.median_ms, 1)


def _seconds(painter: Painter, pixels: Pixels) -> float:
    """One run, frame in to frame out."""
    start = time.perf_counter()
    painter.paint(pixels, painter.identity)
    return time.perf_counter() - start


def _times(seconds: list[float]) -> Times:
    return Times(
        median_ms=round(statistics.median(seconds) * 1e3, 2),
        min_ms=round(min(seconds) * 1e3, 2),
        p95_ms=round(float(np.percentile(seconds, 95)) * 1e3, 2),
        runs=len(seconds),
    )
