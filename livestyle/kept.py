"""Small JSON files that the program keeps for itself; a broken one counts as none."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from livestyle.errors import OutputError
from livestyle.naming import make_folder, write_whole

MOST_BYTES = 10_000  # nothing that is kept needs more


def recall_json(place: Callable[[], Path]) -> Any:
    """What a file holds; None if there is none that can be read.

    Args:
        place: gives the path; it may raise RuntimeError where there is no home.
    """
    try:
        with place().open("rb") as file:
            return json.loads(file.read(MOST_BYTES))
    # No home, no file, no JSON, JSON too deep.
    except (RuntimeError, OSError, ValueError, RecursionError):
        return None


def keep_json(place: Callable[[], Path], data: Any) -> None:
    """Writes a file, whole or not at all, if there is a place for it."""
    with suppress(RuntimeError, OutputError, OSError):
        path = place()
        make_folder(path.parent)
        write_whole(path, json.dumps(data, indent=2).encode() + b"\n", overwrite=True)
