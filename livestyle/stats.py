"""The file with a run's figures, for programs to read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from livestyle.errors import OutputError


def require_writable(path: Path) -> None:
    """Tries the file out: a run of hours must not end by finding out.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        with path.open("a"):
            pass
    except OSError as error:
        raise _no_stats(path, error) from error


def write_stats(path: Path | None, stats: dict[str, Any]) -> None:
    """Writes figures as JSON; nothing for no path.

    Raises:
        OutputError: it cannot be written.
    """
    if path is None:
        return
    try:
        path.write_text(json.dumps(stats, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise _no_stats(path, error) from error


def _no_stats(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"the figures cannot be written to {path} ({error.strerror or error})",
        hint="Give --stats a file in a folder that exists.",
    )
