"""SHA-256 of large files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

CHUNK = 1 << 22  # bytes


def sha256(path: Path, report: Callable[[int], None] = lambda _: None) -> str:
    """The file's SHA-256 in hexadecimal; `report` is told the bytes read so far."""
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            done += len(chunk)
            report(done)
    return digest.hexdigest()
