"""The photographs that a painter is judged by: the same ones each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livestyle.errors import PictureError, SettingsError
from livestyle.frame import Pixels
from livestyle.pictures import read_picture
from training.data import centre_crop, find_pictures, split


@dataclass(frozen=True)
class Photo:
    """A photograph: its file's name and BGR uint8, shape (side, side, 3)."""

    name: str
    pixels: Pixels


@dataclass(frozen=True)
class Validation:
    """What is judged by.

    Attributes:
        photos: evenly from the whole of the validation part.
        broken: names of files that were passed over, for they cannot be read.
        held_out: whether fits with this recipe and folder leave these photographs out;
            of a handful of pictures none are.
    """

    photos: tuple[Photo, ...]
    broken: tuple[str, ...]
    held_out: bool


def choose_photos(folder: Path, every: int, count: int, side: int) -> Validation:
    """Takes photographs from the validation part of a folder, see `training.data`.

    Args:
        folder: of photographs.
        every: the recipe's `validation`.
        count: how many at most.
        side: px of the square that is cut from the middle of each.

    Raises:
        SettingsError: there is no such folder, or nothing in it that can be read.
    """
    training, kept = split(find_pictures(folder), every)
    photos, broken = take(kept, count, side)
    if not photos:
        raise SettingsError(
            f"none of the {len(kept)} validation pictures in {folder} can be read",
            hint="Check the folder of photographs.",
        )
    return Validation(photos, broken, training is not kept)


def take(
    pictures: Sequence[Path], count: int, side: int
) -> tuple[tuple[Photo, ...], tuple[str, ...]]:
    """Takes photographs evenly from a list of files.

    Args:
        pictures: files, by name.
        count: how many at most.
        side: px of the square that is cut from the middle of each.

    Returns:
        The photographs, by name, and the names of files that cannot be read.
    """
    chosen: dict[Path, Photo] = {}
    broken: dict[Path, str] = {}
    count = min(count, len(pictures))
    for i in range(count):
        # Where one is broken, the next one comes instead.
        for path in pictures[i * len(pictures) // count :]:
            if path in chosen or path in broken:
                continue
            try:
                pixels = centre_crop(read_picture(path), side)
            except PictureError:
                broken[path] = path.name
                continue
            chosen[path] = Photo(path.name, np.ascontiguousarray(pixels))
            break
    return tuple(chosen[path] for path in sorted(chosen)), tuple(broken.values())
