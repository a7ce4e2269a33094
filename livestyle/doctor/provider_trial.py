"""Paints some frames on one execution provider: `MODEL NAME`, prints a JSON object.

A module of its own, so that a provider that ends the process ends this one.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from livestyle.errors import LivestyleError
from livestyle.likeness import psnr
from livestyle.model import Painter
from livestyle.sources.demo import Demo

SIZE = (640, 480)  # width and height of the frames
WARM = 2  # runs before the clock counts
RUNS = 7


def trial(path: Path, name: str) -> dict[str, Any]:
    """Really runs a painter on a provider, and compares with the CPU.

    Returns:
        `ran_on` (judged after the session was made), `first_ms` with what a new size
        costs, `ms`, the median, and `psnr_db` against the CPU's picture, None where
        they are equal; or `error` and `hint`.
    """
    try:
        painter = Painter(path, provider=name)
        style = painter.embedding(painter.names[0])
        pixels = Demo(SIZE).picture_at(0.0)
        times = []
        for _ in range(1 + WARM + RUNS):
            began = time.perf_counter()
            painted = painter.paint(pixels, style)
            times.append(1e3 * (time.perf_counter() - began))
        own = (
            painted
            if name == "cpu"
            else Painter(path, provider="cpu").paint(pixels, style)
        )
    except LivestyleError as error:
        return {"error": error.message, "hint": error.hint}
    likeness = psnr(painted, own)
    return {
        "ran_on": painter.provider.name,
        "first_ms": round(times[0], 1),
        "ms": round(statistics.median(times[1 + WARM :]), 1),
        "psnr_db": None if likeness == float("inf") else round(likeness, 1),
    }


def main() -> None:
    """Runs one trial."""
    path, name = sys.argv[1:]
    print(json.dumps(trial(Path(path), name)))  # noqa: T201 - this is the answer


if __name__ == "__main__":
    main()
