"""Opens a painter and paints: `FILE WIDTH HEIGHT THREADS SECONDS WAIT`, prints JSON.

A module of its own, so that a file that ends the process, fills the memory or never
comes to an end does so here.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from livestyle.errors import LivestyleError

MEMORY = 4 * 2**30  # bytes; a frame of 1920x1080 takes Johnson's network some 2 GB
POLITE = 10  # of 19: the live picture goes before a trial


def trial(path: Path, size: tuple[int, int], threads: int) -> dict[str, Any]:
    """Really runs a painter on the CPU.

    Returns:
        `sha256` of the file that ran and `ms`, its faster frame of two; or `error` and
        `hint`.
    """
    from livestyle.model import Painter
    from livestyle.trial import frame, seconds

    try:
        painter = Painter(path, provider="cpu", threads=threads)
        picture = frame(*size)
        ms = 1e3 * min(seconds(painter, picture), seconds(painter, picture))
    except LivestyleError as error:
        return {"error": error.message, "hint": error.hint}
    return {"sha256": painter.about.sha256, "ms": ms}


def limit(seconds: float, wait: float) -> None:
    """Bounds what this process may take, as far as the system lets it.

    Args:
        seconds: of the processor's time.
        wait: seconds by the clock.
    """
    # Ends the process from a thread that waits for nobody, should who started it be
    # gone by then.
    faulthandler.dump_traceback_later(wait, exit=True)
    if sys.platform != "win32":
        import resource

        os.nice(POLITE)
        # It may die of a signal: that is an answer, no file shall tell of it.
        limits = {
            resource.RLIMIT_DATA: MEMORY,
            resource.RLIMIT_CPU: max(1, round(seconds)),
            resource.RLIMIT_CORE: 0,
        }
        for kind, most in limits.items():
            hard = resource.getrlimit(kind)[1]
            if hard != resource.RLIM_INFINITY:
                most = min(most, hard)
            with suppress(ValueError, OSError):  # not every system has every limit
                resource.setrlimit(kind, (most, hard))


def main() -> None:
    """Runs one trial."""
    path, width, height, threads, seconds, wait = sys.argv[1:]
    limit(float(seconds), float(wait))
    answer = trial(Path(path), (int(width), int(height)), int(threads))
    print(json.dumps(answer))  # noqa: T201 - this is the answer


if __name__ == "__main__":
    main()
