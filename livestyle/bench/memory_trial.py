"""Paints some frames and prints how much memory that took, as JSON.

Arguments: MODEL PROVIDER WIDTH HEIGHT THREADS. A module of its own: what one painter
needed would hide in what another one needed before. It is also the first to run on a
provider, so that one which ends its process ends no more than this.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from livestyle.bench.memory import Growth
from livestyle.errors import LivestyleError
from livestyle.model import Painter
from livestyle.sources.demo import Demo

FRAMES = 4


def trial(
    path: Path, provider: str, size_wh: tuple[int, int], threads: int
) -> dict[str, Any]:
    """`memory_mb`, None where the system does not tell; or `error` and `hint`."""
    pixels = Demo(size_wh).picture_at(0.0)
    growth = Growth()
    try:
        painter = Painter(path, provider=provider, threads=threads)
        style = painter.embedding(painter.names[0])
        for _ in range(FRAMES):
            painter.paint(pixels, style)
    except LivestyleError as error:
        return {"error": error.message, "hint": error.hint}
    return {"memory_mb": growth.megabytes()}


def main() -> None:
    """Runs one trial."""
    path, provider, width, height, threads = sys.argv[1:]
    answer = trial(Path(path), provider, (int(width), int(height)), int(threads))
    print(json.dumps(answer))  # noqa: T201 - this is the answer


if __name__ == "__main__":
    main()
