"""How fast a painter's precisions were found to be here, kept from run to run.

What is kept can be measured anew within half a second: whatever is wrong with it, or
with the place where it lies, counts as not having it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import onnxruntime as ort

from livestyle.cache import cache_folder
from livestyle.kept import keep_json, recall_json
from livestyle.machine import cores, cpu_name
from livestyle.variants import About

FORM = 1  # of what is kept; raised when figures of before mean something else


def recall(files: Iterable[About], threads: int) -> dict[str, float] | None:
    """What was measured of these very files on this machine, None if nothing was.

    Args:
        files: the painter's, one a precision.
        threads: of the CPU that a painter may use, 0 for automatic.

    Returns:
        Milliseconds a frame by precision, for all of the files.
    """
    files = list(files)
    data = recall_json(lambda: _place(_facts(files, threads)))
    try:
        ms = {about.precision: float(data["ms"][about.precision]) for about in files}
    # There is none, or it is of something else.
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
    return ms if all(math.isfinite(v) and v > 0 for v in ms.values()) else None


def keep(files: Iterable[About], threads: int, ms: Mapping[str, float]) -> None:
    """Keeps what was measured, if there is a place for it."""
    facts = _facts(files, threads)
    keep_json(lambda: _place(facts), {**facts, "ms": dict(ms)})


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
