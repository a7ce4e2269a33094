"""Room on the disk, asked for before it is needed."""

from __future__ import annotations

import shutil
from pathlib import Path

from livestyle.errors import OutputError

BLOCK = 4096  # bytes: a file takes whole blocks of about this size


def in_blocks(size: int) -> int:
    """Bytes that a file of this size takes on the disk."""
    return -(-size // BLOCK) * BLOCK


def require_room(folder: Path, needed: int, what: str) -> None:
    """Sees that the disk of a folder, or of where it will be made, has room.

    Args:
        folder: where files will be written.
        needed: bytes.
        what: is to be written, in words.

    Raises:
        OutputError: there is not so much.
    """
    there = next(
        p for p in (folder.absolute(), *folder.absolute().parents) if p.exists()
    )
    free = shutil.disk_usage(there).free
    if free < needed:
        raise OutputError(
            f"{what} needs {needed / 1e9:,.1f} GB in {folder}, "
            f"where {free / 1e9:,.1f} GB are free",
            hint="Free some space or choose another folder with -o.",
        )
