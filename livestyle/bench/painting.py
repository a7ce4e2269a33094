"""Painters alone, frame in to frame out, in turns."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from livestyle.apart import TrialError, apart
from livestyle.errors import ProviderError
from livestyle.frame import Pixels
from livestyle.likeness import psnr
from livestyle.model import Painter
from livestyle.providers import PROVIDERS, absent
from livestyle.sources.demo import Demo
from livestyle.variants import plain_path

WARM = 3  # runs before the clock counts
TURN = 0.4  # seconds that each has until the next one's turn
LEAST = 5  # runs of each, however slow
SCENE = 8  # pictures of the demo, a fifth of a second apart
PATIENCE = 120.0  # seconds for a provider to open and paint a first time


@dataclass(frozen=True)
class Combination:
    """A painter's file on a provider at a size."""

    path: Path
    provider: str
    size_wh: tuple[int, int]

    def __str__(self) -> str:
        width, height = self.size_wh
        return f"{self.path.stem} on {self.provider} at {width}x{height}"


class Contender:
    """One combination, opened and ready to paint the demo's scene.

    Args:
        what: what to open.
        threads: of the CPU, 0 for ONNX Runtime's own choice.

    Attributes:
        seconds: of each run that counted.

    Raises:
        LivestyleError: it cannot be opened.
    """

    def __init__(self, what: Combination, threads: int) -> None:
        self.what = what
        self.seconds: list[float] = []
        self.painter = Painter(what.path, provider=what.provider, threads=threads)
        self._style = self.painter.embedding(self.painter.names[0])
        demo = Demo(what.size_wh)
        self._scene = [demo.picture_at(n / 5) for n in range(SCENE)]
        self._next: Iterator[Pixels] = cycle(self._scene)

    def paint(self) -> float:
        """One run; the seconds that it took."""
        pixels = next(self._next)
        began = time.perf_counter()
        self.painter.paint(pixels, self._style)
        return time.perf_counter() - began

    def turn(self) -> None:
        """Some runs that count, behind one that does not.

        The first run after another's turn still has that one's threads and memory in
        its way.
        """
        self.paint()
        end = time.perf_counter() + TURN
        self.seconds.append(self.paint())
        while time.perf_counter() < end:
            self.seconds.append(self.paint())

    def likeness(self) -> float:
        """PSNR in dB against the plain painter on the CPU; infinite where equal."""
        plain = Painter(plain_file(self.painter), provider="cpu")
        style = plain.embedding(plain.names[0])
        pixels = self._scene[0]
        return psnr(self.painter.paint(pixels, self._style), plain.paint(pixels, style))


def plain_file(painter: Painter) -> Path:
    """The file that a painter is compared with: its float32 one.

    A variant lies beside it. Other files whose cards have one name are taken for one
    painter, and the plain one among them is called like the card. A file without such
    a neighbour is plain itself.
    """
    neighbour = plain_path(painter.path)
    if neighbour == painter.path:
        neighbour = painter.path.with_name(f"{painter.card.name}.onnx")
    return neighbour if neighbour.is_file() else painter.path


def memory_mb(what: Combination, threads: int) -> float | None:
    """The memory that a combination needs, measured in a process of its own.

    Raises:
        ProviderError: it does not run there.
    """
    # Nothing to try: opening it here says why in a moment.
    if what.provider in PROVIDERS and absent(what.provider):
        Painter(what.path, provider=what.provider)
    words = (str(what.path), what.provider, *map(str, what.size_wh), str(threads))
    try:
        answer = apart("livestyle.bench.memory_trial", *words, seconds=PATIENCE)
    except TrialError as error:
        raise ProviderError(f"{what}: {error}") from error
    if "error" in answer:
        raise ProviderError(str(answer["error"]), hint=str(answer["hint"]))
    found: float | None = answer["memory_mb"]
    return found


def race(contenders: Sequence[Contender], seconds: float) -> None:
    """Lets all paint in turns, so that a machine that is busy at times slows all.

    Args:
        contenders: get their times.
        seconds: how long each one's counted runs take together, at least.
    """
    for contender in contenders:
        for _ in range(WARM):
            contender.paint()
    waiting = list(contenders)
    while waiting:
        for contender in waiting:
            contender.turn()
        waiting = [c for c in waiting if _unfinished(c, seconds)]


def _unfinished(contender: Contender, seconds: float) -> bool:
    return sum(contender.seconds) < seconds or len(contender.seconds) < LEAST


def row(contender: Contender, memory: float | None) -> dict[str, Any]:
    """What was found of one combination, for programs."""
    ms = 1e3 * np.array(contender.seconds)
    likeness = contender.likeness()
    p50, p95, p99 = (round(float(np.percentile(ms, p)), 2) for p in (50, 95, 99))
    return {
        "model": contender.what.path.stem,
        "provider": contender.painter.provider.name,
        "size": "{}x{}".format(*contender.what.size_wh),
        "ms": {"p50": p50, "p95": p95, "p99": p99},
        "fps": round(1e3 / float(ms.mean()), 1),
        "runs": len(ms),
        "memory_mb": memory,
        "equal": math.isinf(likeness),
        "psnr_db": None if math.isinf(likeness) else round(likeness, 1),
    }
