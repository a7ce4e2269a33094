"""Room for recordings and for what is kept between runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from livestyle.cache import cache_folder
from livestyle.doctor.finding import Finding, Status

TRIAL = 1 << 20  # bytes that are written, and removed again
LITTLE = 10**9  # bytes; some 20 minutes of 1280x720


def check_recordings(folder: Path) -> Iterator[Finding]:
    """Writes to the folder where recordings go, or to where it would be made."""
    yield _try("recordings", folder, "error")


def check_cache() -> Iterator[Finding]:
    """Writes to the folder of what can be computed anew."""
    yield _try("cache", cache_folder(), "warning")


def _try(check: str, folder: Path, bad: Status) -> Finding:
    from livestyle.naming import output_error

    place = folder.absolute()
    while not place.exists():
        place = place.parent
    try:
        free = shutil.disk_usage(place).free
        _write(place)
    except OSError as error:
        said = output_error(folder, error)
        return Finding(check, bad, said.message, said.hint)
    figures = {"free_gb": round(free / 1e9, 2)}
    text = f"'{folder}' can be written, {free / 1e9:.1f} GB are free"
    if free < LITTLE:
        fix = "Free some space or choose another disk."
        return Finding(check, "warning", text, fix, figures)
    return Finding(check, "ok", text, "", figures)


def _write(place: Path) -> None:
    """Writes a file of some size and takes it away again."""
    from livestyle.naming import beside

    path = beside(place / "livestyle-doctor")
    try:
        with path.open("xb", buffering=0) as file:
            rest = memoryview(bytes(TRIAL))
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(file.fileno())
    finally:
        path.unlink(missing_ok=True)
