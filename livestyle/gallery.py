"""Pictures into a folder of paintings: FOLDER/STYLE/STEM.png."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from livestyle.errors import OutputError, PictureError
from livestyle.frame import Frame
from livestyle.model import Painter
from livestyle.naming import make_folder
from livestyle.pictures import read_picture
from livestyle.sinks.snapshot import write_png
from livestyle.stylizer import Stylizer


def paint_pictures(
    painter: Painter,
    pictures: Sequence[Path],
    styles: Sequence[str],
    folder: Path,
    *,
    strength: float = 1.0,
    overwrite: bool = False,
) -> Iterator[Path]:
    """Paints every picture in every style, at the picture's own size.

    Args:
        painter: what paints.
        pictures: files of any common format.
        styles: names of the painter's styles.
        folder: gets `STYLE/STEM.png` for each picture and style.
        strength: 0..1.
        overwrite: whether a file that is there may be replaced.

    Yields:
        The files, each when it is written.

    Raises:
        UnknownStyleError, PictureError, OutputError: before anything is painted, where
            that can be known; what was painted before an error stays.
    """
    pictures = list(dict.fromkeys(pictures))  # patterns of a shell may overlap
    stylizers = {s: Stylizer.of_style(painter, s, strength) for s in styles}
    _require_own_names(pictures)
    targets = {
        (picture, style): folder / style / f"{picture.stem}.png"
        for picture in pictures
        for style in styles
    }
    taken = [path for path in targets.values() if path.exists()]
    if taken and not overwrite:
        raise OutputError(
            f"{taken[0]} is there already",
            hint="Choose another folder with -o, or replace it with --overwrite.",
        )
    for picture in pictures:
        frame = Frame(read_picture(picture), 0, 0.0)
        for style in styles:
            target = targets[picture, style]
            make_folder(target.parent)
            painted = _painted(stylizers[style], frame, picture)
            write_png(target, painted.pixels, overwrite=overwrite)
            yield target


def _painted(stylize: Stylizer, frame: Frame, picture: Path) -> Frame:
    """The painted frame; an error says of which picture among many."""
    try:
        return stylize(frame)
    except PictureError as error:
        raise PictureError(
            f"picture '{picture}': {error.message}", hint=error.hint
        ) from error


def _require_own_names(pictures: Sequence[Path]) -> None:
    """Two pictures of one stem would land in one file."""
    seen: dict[str, Path] = {}
    for picture in pictures:
        other = seen.setdefault(picture.stem, picture)
        if other != picture:
            raise OutputError(
                f"{other} and {picture} would both become {picture.stem}.png",
                hint="Paint them into different folders.",
            )
