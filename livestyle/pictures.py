"""Reads pictures of any common kind."""

from __future__ import annotations

import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from livestyle.contract import MIN_SIDE
from livestyle.errors import PictureError
from livestyle.frame import Pixels

# A painter needs some 200 bytes of memory for each pixel: 64 megapixels are about the
# most that an ordinary machine survives, and more than cameras give.
MAX_PIXELS = 64_000_000

# What Pillow's readers raise on broken files, one or another by format.
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    MemoryError,
    EOFError,
    struct.error,
    Image.DecompressionBombError,
)

_limits = threading.Lock()


def read_picture(path: Path) -> Pixels:
    """Reads a picture upright, as a person sees it.

    Camera rotation (EXIF) is applied and transparency is laid on white; grey, CMYK,
    palette and 16-bit pictures become plain ones; an animation gives its first picture.

    Args:
        path: a file of any kind that Pillow reads.

    Returns:
        BGR uint8, shape (height, width, 3), each side at least `MIN_SIDE`.

    Raises:
        PictureError: it is missing, broken, no picture, too small or too large. The
            size is judged from the header, before memory is taken for the picture.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is not there"
        raise PictureError(f"picture '{path}' {what}", hint="Give a picture file.")
    with _quiet(), _opened(path) as picture:
        _require_size(path, picture.size)
        try:
            upright = _plain(ImageOps.exif_transpose(picture))
        except BROKEN as error:
            raise PictureError(
                f"picture '{path}' is broken: {error}",
                hint="Save it anew with another program, or take another one.",
            ) from error
        # In icons the header may promise another size than comes.
        _require_size(path, upright.size)
    return np.ascontiguousarray(np.asarray(upright, np.uint8)[:, :, ::-1])


@contextmanager
def _quiet() -> Iterator[None]:
    """Hides Pillow's remarks about odd files: we judge by our own rules."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Reads the header alone."""
    try:
        with _limits:
            # Pillow refuses some sizes without saying which they are.
            limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
            try:
                picture = Image.open(path)
            finally:
                Image.MAX_IMAGE_PIXELS = limit
    except UnidentifiedImageError as error:
        raise PictureError(
            f"'{path}' is not a picture", hint="JPEG, PNG, WebP and TIFF are known."
        ) from error
    except BROKEN as error:
        raise PictureError(
            f"picture '{path}' cannot be read: {error}",
            hint="Check that the file is whole and that you may read it.",
        ) from error
    with picture:
        yield picture


def _require_size(path: Path, size_wh: tuple[int, int]) -> None:
    width, height = size_wh
    if min(width, height) < MIN_SIDE:
        raise PictureError(
            f"picture '{path}' is too small: {width}x{height} pixels",
            hint=f"Each side needs at least {MIN_SIDE} pixels: enlarge it first.",
        )
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"picture '{path}' is too large: {width}x{height} pixels",
            hint=f"At most {MAX_PIXELS // 10**6} megapixels fit: scale it down first.",
        )


def _plain(picture: Image.Image) -> Image.Image:
    """The same picture as 8-bit RGB without transparency."""
    if picture.mode.startswith(("I", "F")):
        return _from_deep(picture)
    if picture.has_transparency_data:
        layered = picture.convert("RGBA")
        white = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(white, layered).convert("RGB")
    return picture.convert("RGB")


def _from_deep(picture: Image.Image) -> Image.Image:
    """Grey of 16 bits, or in floating point, as 8-bit RGB."""
    grey = np.asarray(picture).astype(np.float64)
    if picture.mode == "F":
        scale = 255.0 if np.nanmax(grey, initial=0.0) <= 1.0 else 1.0
    else:
        scale = 255.0 / 65535.0
    levels = np.nan_to_num(grey * scale).clip(0, 255).round().astype(np.uint8)
    return Image.fromarray(levels).convert("RGB")
