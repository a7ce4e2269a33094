"""The mark in a movie of what it was painted from, and how."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from pathlib import Path

# OpenCV before PyAV: with PyAV's libxcb loaded first, no window ever comes up.
import cv2  # noqa: F401

# isort: split
import av

from livestyle.model import Painter

# What a killed program leaves before the first pictures: bytes that nobody can play.
NO_PICTURE = 4096


def mark_of(source: Path, painter: Painter, style: str, strength: float) -> str:
    """What is written into a movie, equal only if painting again changed nothing.

    A video counts as the same while its name, its size in bytes and the moment of its
    last change are; its folder is not told.

    Args:
        source: the video.
        painter: what paints it.
        style: of that painter.
        strength: 0..1.
    """
    try:
        found = source.stat()
    except OSError:
        return ""  # whoever reads it says why it is not there
    what = [
        *(source.name, found.st_size, found.st_mtime_ns),
        *(painter.card.name, painter.embedding(style).tolist(), strength),
    ]
    digest = hashlib.sha256(json.dumps(what).encode()).hexdigest()[:24]
    return f"Painted by livestyle: {style}, strength {strength:g} ({digest})"


def mark_in(movie: Path) -> str:
    """The mark that a movie has, "" if it has none or cannot be read."""
    try:
        with av.open(str(movie), metadata_errors="replace") as container:
            words = {key.lower(): word for key, word in container.metadata.items()}
    except (av.FFmpegError, OSError):
        return ""
    return words.get("comment", "")


def remove_parts(target: Path, mark: str) -> None:
    """Removes what runs before this one began of a movie that is finished now.

    Args:
        target: the finished movie; parts lie beside it as `STEM.partial*.SUFFIX`.
        mark: only parts with it are removed, and those without a single picture.
    """
    name = re.escape(target.stem) + r"\.partial(-\d+)?" + re.escape(target.suffix)
    for part in sorted(target.parent.iterdir()):
        if not re.fullmatch(name, part.name) or not part.is_file():
            continue
        if mark_in(part) == mark or _is_empty(part):
            with suppress(OSError):  # then it stays; the movie is whole all the same
                part.unlink()


def _is_empty(part: Path) -> bool:
    if part.stat().st_size > NO_PICTURE:
        return False
    with suppress(av.FFmpegError, OSError), av.open(str(part)) as container:
        return not container.streams.video
    return True
