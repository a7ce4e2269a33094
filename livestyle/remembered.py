"""How fast a painter's precisions were found to be here, kept from run to run.

What is kept can be measured anew within half a second: whatever is wrong with it, or
with the place where it lies, counts as not having it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import onnxruntime as ort

from livestyle.cache import cache_folder
from livestyle.errors import OutputError
from livestyle.machine import cores, cpu_name
from livestyle.naming import make_folder, write_whole
from livestyle.variants import About

FORM = 1  # of what is kept; raised when figures of before mean something else
MOST_BYTES = 10_000


def recall(files: Iterable[About], threads: int) -> dict[str, float] | None:
    """What was measured of these very files on this machine, None if nothing was.

    Args:
        files: the painter's, one a precision.
        threads: of the CPU that a painter may use, 0 for automatic.

    Returns:
        Milliseconds a frame by precision, for all of the files.
    """
    files = list(files)
    try:
        with _place(_facts(files, threads)).open("rb") as file:
            data = json.loads(file.read(MOST_BYTES))
        ms = {about.precision: float(data["ms"][about.precision]) for about in files}
    # No home, no file, no JSON, JSON of something else.
    except (RuntimeError, OSError, ValueError, TypeError, LookupError):
        return None
    return ms if all(math.isfinite(v) and v > 0 for v in ms.values()) else None


def keep(files: Iterable[About], threads: int, ms: Mapping[str, float]) -> None:
    """Keeps what was measured, if there is a place for it."""
    facts = _facts(files, threads)
    data = json.dumps({**facts, "ms": dict(ms)}, indent=2) + "\n"
    with suppress(RuntimeError, OutputError, OSError):
        path = _place(facts)
        make_folder(path.parent)
        write_whole(path, data.encode(), overwrite=True)


def _facts(files: Iterable[About], threads: int) -> dict[str, Any]:
    """All that decides how fast the files are."""
    return {
        "form": FORM,
        "files": {about.precision: about.sha256 for about in files},
        "cpu": cpu_name(),
        "cores": cores(),
        "threads": threads,
        "onnxruntime": ort.__version__,
    }


def _place(facts: Mapping[str, Any]) -> Path:
    key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return cache_folder() / "precision" / f"{key[:32]}.json"
