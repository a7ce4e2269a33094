"""Photographs from files, decoded no finer than they are wanted."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from livestyle.errors import PictureError
from livestyle.pictures import BROKEN, MAX_PIXELS, read_picture
from training.gpu_decode import decode_on_gpu

Picture = NDArray[np.uint8]

# libjpeg makes these sizes while it decodes, for a fraction of the time.
REDUCED = {
    8: cv2.IMREAD_REDUCED_COLOR_8,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    2: cv2.IMREAD_REDUCED_COLOR_2,
}


@dataclass(frozen=True)
class Header:
    """What a file says of itself before it is decoded.

    Attributes:
        size: height and width as stored, px.
        jpeg: whether it is a JPEG.
        upright: whether it is stored as it is to be seen (EXIF orientation 1).
        transparent: whether it has transparency of any kind.
    """

    size: tuple[int, int]
    jpeg: bool
    upright: bool
    transparent: bool


def read_rgb(path: Path, short: int = 0, decode: str = "cpu") -> Picture | None:
    """A picture, upright, on white where it is transparent.

    Args:
        path: a file of any common kind.
        short: px that the short side needs. A JPEG whose short side is 2, 4 or 8 times
            that is decoded to 1/2, 1/4 or 1/8 of its size; 0 decodes all of it.
        decode: "cpu", or "cuda" for JPEGs on the GPU, see `training.gpu_decode`.

    Returns:
        RGB uint8 of shape (H, W, 3), or None if it cannot be decoded or has more than
        `MAX_PIXELS`.
    """
    try:
        data = np.fromfile(path, np.uint8)
    except OSError:
        return None
    header = read_header(data)
    if header is None or header.size[0] * header.size[1] > MAX_PIXELS:
        return None
    picture = None
    if header.transparent:
        picture = _read_transparent(path)
    elif decode == "cuda" and header.jpeg and header.upright:
        picture = decode_on_gpu(data)
    # What the GPU's decoder does not know, such as CMYK, the CPU's may.
    if picture is None:
        picture = _decode(data, _flag(header, short))
    return picture if picture is not None and min(picture.shape[:2]) >= 2 else None


def read_header(data: NDArray[np.uint8]) -> Header | None:
    """Reads a file's header alone; None if it is of no known kind."""
    try:
        with _without_remarks(), Image.open(io.BytesIO(data.data)) as opened:
            width, height = opened.size
            jpeg = opened.format in ("JPEG", "MPO")
            orientation = opened.getexif().get(ExifTags.Base.Orientation, 1)
            transparent = not jpeg and opened.has_transparency_data
    except BROKEN:
        return None
    return Header((height, width), jpeg, orientation == 1, transparent)


@contextmanager
def _without_remarks() -> Iterator[None]:
    """Hides Pillow's warnings of odd or large files: we judge by our own rules."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _flag(header: Header, short: int) -> int:
    """OpenCV's way to decode a picture of which `short` px are needed."""
    if header.jpeg and short:
        for factor, flag in REDUCED.items():
            if min(header.size) >= factor * short:
                return flag
    return cv2.IMREAD_COLOR


def _decode(data: NDArray[np.uint8], flag: int) -> Picture | None:
    try:
        picture = cv2.imdecode(data, flag)
    except cv2.error:
        return None
    if picture is None:
        return None
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def _read_transparent(path: Path) -> Picture | None:
    """On white; None where Pillow breaks, or finds it smaller than a painter takes."""
    try:
        return np.asarray(cv2.cvtColor(read_picture(path), cv2.COLOR_BGR2RGB), np.uint8)
    except PictureError:
        return None
