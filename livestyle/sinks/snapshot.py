"""Saves single pictures as PNG."""

from __future__ import annotations

from pathlib import Path

import cv2

from livestyle.frame import Frame, Pixels
from livestyle.naming import write_fresh, write_whole


def save_snapshot(frame: Frame, folder: Path, style: str) -> Path:
    """Saves a frame under a name made of date and style.

    Args:
        frame: what to save.
        folder: where; it is made if needed.
        style: the style's name, for the file's.

    Returns:
        The new file.

    Raises:
        OutputError: the folder or the file cannot be made.
    """
    return write_fresh(folder, style, ".png", _png(frame.pixels))


def write_png(path: Path, pixels: Pixels, *, overwrite: bool = False) -> None:
    """Writes a picture; its name appears only when the file is whole.

    Args:
        path: the PNG file, in a folder that exists.
        pixels: BGR uint8, shape (height, width, 3).
        overwrite: whether a file of that name may be replaced.

    Raises:
        OutputError: the name is taken, or the file cannot be written.
    """
    write_whole(path, _png(pixels), overwrite=overwrite)


def _png(pixels: Pixels) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()
