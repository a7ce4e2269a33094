"""A person's own paintings: picture files as the styles of a fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from livestyle.contract import MAX_NAME, is_style_name
from livestyle.errors import PictureError, SettingsError
from livestyle.pictures import read_picture
from training.config import MIN_CROP, Painting
from training.reading import read_rgb

WORDS = ("name", "title", "artist", "year", "licence", "source")
ONE_EACH = ("name", "title")  # the others may be the same for all paintings


def own_paintings(
    files: Sequence[Path], words: Mapping[str, Sequence[str]]
) -> tuple[Painting, ...]:
    """The paintings with what was said of them.

    Args:
        files: pictures of any kind.
        words: by the names of `WORDS`, in the order of the files. An artist, year,
            licence or source that is given once holds for all. A name that is not given
            is made from the file's, a title from the name; other words are left empty.

    Raises:
        PictureError: a file is no picture that can be fitted on.
        SettingsError: a name is none for a style, or words are too many or too few.
    """
    told = [_told(kind, words.get(kind) or (), len(files)) for kind in WORDS]
    return tuple(_painting(file, *own) for file, *own in zip(files, *told, strict=True))


def style_name(file: Path) -> str:
    """A style's name from a file's: "my-painting" from "My Painting (2).jpg" and such.

    Raises:
        SettingsError: the file's name has no letter or digit that a style's can have.
    """
    plain = unicodedata.normalize("NFKD", file.stem).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:MAX_NAME].rstrip("-")
    if not name:
        raise SettingsError(
            f"no style's name can be made from '{file.name}'",
            hint="Give one with --name my-style.",
        )
    return name


def _told(kind: str, given: Sequence[str], count: int) -> Sequence[str]:
    if len(given) == 1 and kind not in ONE_EACH:
        return [*given] * count
    if len(given) not in (0, count):
        raise SettingsError(
            f"--{kind} is given {len(given)} times for {count} paintings",
            hint=f"Give one --{kind} for each --add, in the same order.",
        )
    return given or [""] * count


def _painting(file: Path, *words: str) -> Painting:
    name, title, artist, year, licence, source = words
    _require_picture(file)
    name = name or style_name(file)
    if not is_style_name(name):
        raise SettingsError(
            f"'{name}' is no name for a style",
            hint="Take lower case words or digits with hyphens, at most "
            f"{MAX_NAME} characters: --name my-style.",
        )
    title = title or name.replace("-", " ").capitalize()
    whole = str(file.resolve())
    return Painting(name, whole, title, artist, year, licence, source)


def _require_picture(file: Path) -> None:
    """Refuses what a fit could not read, or could not find strokes in."""
    height, width = read_picture(file).shape[:2]
    if min(height, width) < MIN_CROP:
        raise PictureError(
            f"the painting '{file}' is too small: {width}x{height} pixels",
            hint=f"Each side needs at least {MIN_CROP}, better 400: "
            "take a larger picture of it.",
        )
    if read_rgb(file) is None:
        raise PictureError(
            f"the painting '{file}' is of a kind that a fit cannot read",
            hint="Save it as JPEG or PNG.",
        )
