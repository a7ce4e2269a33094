"""The sizes that a picture is made at, and what it starts from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livestyle.contract import MAX_SIDE, MIN_SIDE
from livestyle.errors import SettingsError
from livestyle.pictures import read_picture

NOISE = 0.15  # standard deviation around mid-grey: all but one pixel in 1000 fit 0..1
SHAPES_DIFFER = 0.05  # share by which the shapes of a coarse and a fine size may differ

Picture = NDArray[np.float32]
"""RGB, 0..1, shape (height, width, 3)."""


def read_rgb01(path: Path) -> Picture:
    """A picture of any common kind, upright, on white, RGB 0..1, shape (H, W, 3).

    Raises:
        PictureError: see `livestyle.pictures.read_picture`.
    """
    return np.asarray(read_picture(path)[..., ::-1] / 255, np.float32)


def parse_size(text: str) -> int | tuple[int, int]:
    """Reads "300", the long side, or "300x200", width and height, in px.

    Raises:
        SettingsError: it is neither, or too small or large.
    """
    parts = text.lower().split("x")
    if len(parts) > 2 or not all(p.isascii() and p.isdecimal() for p in parts):
        raise SettingsError(
            f"'{text}' is not a size",
            hint="Write 512 for the long side, or 1200x800 for width and height.",
        )
    sides = [int(part) for part in parts]
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in sides):
        raise SettingsError(
            f"the size {text} is out of range",
            hint=f"Sides have {MIN_SIDE} to {MAX_SIDE} px.",
        )
    return sides[0] if len(sides) == 1 else (sides[0], sides[1])


def resolve_sizes(
    sizes: Sequence[int | tuple[int, int]], picture: Picture
) -> list[tuple[int, int]]:
    """Width and height of every stage, coarse to fine.

    Args:
        sizes: long sides, for the picture's own shape, or (width, height).
        picture: the content.

    Raises:
        SettingsError: there is none, a side becomes too small, or the shapes differ:
            a coarse picture could not be enlarged into a fine one.
    """
    if not sizes:
        raise SettingsError("there is no size", hint="Give one, such as 512.")
    resolved = [
        size if isinstance(size, tuple) else scaled_wh(picture, size) for size in sizes
    ]
    for width, height in resolved:
        if min(width, height) < MIN_SIDE:
            raise SettingsError(
                f"the picture would have {width}x{height} pixels",
                hint=f"Each side needs at least {MIN_SIDE}: give a larger size.",
            )
    last = resolved[-1]
    for size in resolved:
        shape = size[0] / size[1] * last[1] / last[0]
        # A pixel more or less matters much for tiny pictures.
        if abs(shape - 1) > SHAPES_DIFFER + 1 / min(size):
            raise SettingsError(
                f"the sizes {size[0]}x{size[1]} and {last[0]}x{last[1]} have different "
                "shapes",
                hint="Give sizes of one shape, or only long sides.",
            )
    return resolved


def scaled_wh(picture: Picture, long: int) -> tuple[int, int]:
    """Width and height of a picture whose long side is scaled to `long` px."""
    height, width = picture.shape[:2]
    scale = long / max(height, width)
    return max(1, round(width * scale)), max(1, round(height * scale))


def crop_to(picture: Picture, size_wh: tuple[int, int]) -> Picture:
    """The largest part in the middle of a picture that has the shape of a size."""
    height, width = picture.shape[:2]
    shape = size_wh[0] / size_wh[1]
    w, h = min(width, round(height * shape)), min(height, round(width / shape))
    w, h = max(1, w), max(1, h)
    top, left = (height - h) // 2, (width - w) // 2
    return picture[top : top + h, left : left + w]


def resize(picture: Picture, size_wh: tuple[int, int]) -> Picture:
    """Scales a picture (H, W, 3), or a mask (H, W), without leaving 0..1."""
    smaller = size_wh[0] * size_wh[1] < picture.shape[0] * picture.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    scaled = cv2.resize(np.ascontiguousarray(picture), size_wh, interpolation=how)
    return np.asarray(scaled, np.float32).clip(0, 1)


def starting_picture(
    start: str, content: Picture, style: Picture, seed: int
) -> Picture:
    """What the optimisation begins with, of the content's size.

    Args:
        start: "content", "noise" (the same for the same seed and size), or "style",
            the middle of the painting.
        content: shape (H, W, 3).
        style: of any size.
        seed: of the noise.
    """
    size_wh = content.shape[1], content.shape[0]
    if start == "content":
        return content.copy()
    if start == "style":
        return resize(crop_to(style, size_wh), size_wh)
    return noise(size_wh, seed)


def noise(size_wh: tuple[int, int], seed: int) -> Picture:
    """White Gaussian noise around mid-grey, within 0..1."""
    rng = np.random.default_rng(seed)
    drawn = rng.normal(0.5, NOISE, (size_wh[1], size_wh[0], 3))
    return drawn.clip(0, 1).astype(np.float32)


def to_tensor(picture: Picture) -> Tensor:
    """From (H, W, 3) to (1, 3, H, W), or from (H, W) to (1, 1, H, W)."""
    channels = picture[..., None] if picture.ndim == 2 else picture
    return torch.from_numpy(np.ascontiguousarray(channels)).permute(2, 0, 1)[None]


def to_picture(tensor: Tensor) -> Picture:
    """From (3, H, W) on any device to (H, W, 3)."""
    return np.ascontiguousarray(
        tensor.detach().float().cpu().numpy().transpose(1, 2, 0)
    )


def to_bgr(picture: Picture) -> NDArray[np.uint8]:
    """As files and movies take it: BGR uint8, rounded."""
    levels = (picture[..., ::-1].clip(0, 1) * 255).round()
    return np.ascontiguousarray(levels, np.uint8)
