"""`fit --add PAINTING --into PAINTER`: a person's own paintings into a painter."""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.commands.fitting import read_options, watched

if TYPE_CHECKING:
    from training.config import Painting, Recipe

WORDS = {
    "name": "what it is called: my-style (made from the file's name)",
    "title": "of the painting (made from the name)",
    "artist": "who painted it",
    "year": "when",
    "licence": "why the picture is free to use",
    "source": "where the picture comes from",
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """What is added to which painter, and what the card will say of it."""
    group = parser.add_argument_group(
        "instead of all by a recipe: one more style for a finished painter",
        "A RECIPE tells layers, weights and crops then; it may be left out.",
    )
    group.add_argument(
        "--add",
        type=Path,
        action="append",
        metavar="PAINTING",
        help="a picture; give it again for more of them",
    )
    group.add_argument(
        "--into",
        metavar="PAINTER",
        help="an .onnx file, which stays as it is, or a painter that comes along",
    )
    for name, text in WORDS.items():
        group.add_argument(f"--{name}", action="append", metavar="TEXT", help=text)
    group.add_argument(
        *("-o", "--output"),
        type=Path,
        metavar="FILE.onnx",
        help="the new painter (PAINTER-STYLE.onnx beside the old one)",
    )


def lone_options(options: dict[str, Any]) -> str:
    """The first option given that means nothing without --add, else ""."""
    names = ("into", *WORDS, "output")
    return next((f"--{name}" for name in names if options[name] is not None), "")


def run(options: dict[str, Any]) -> int:
    """Adds the paintings and says how to paint with them."""
    from livestyle.bank import find
    from livestyle.naming import claim
    from training.add import add, recipe_to_add, require_room
    from training.paintings import own_paintings
    from training.ranks import is_first
    from training.reopen import reopen

    into = find(options["into"])
    opened = reopen(into)
    paintings = own_paintings(options["add"], {n: options[n] or () for n in WORDS})
    recipe = recipe_to_add(opened.card, paintings, options["recipe"])
    require_room(opened.card, paintings)
    label = _label(into, paintings)
    output = options["output"] or _free(_folder(options["into"], into), label)
    claim(output)
    out = options["out"] or Path("runs") / label
    if options["resume"]:
        recipe = _begun(out, paintings)
    if options["steps"] is not None:
        recipe = replace(recipe, steps=options["steps"])
    # Each painting has its whole path.
    fit_options = read_options(options, Path(), out)
    with watched(fit_options) as report:
        add(opened, recipe, fit_options, output, report)
    if not is_first():
        return 0
    names = ", ".join(painting.name for painting in paintings)
    print(f"{output}: the styles of {into.name} as they were, and {names}")
    print(f"preview: {out / 'sheet.png'}")
    print(f"next: livestyle --model {output} --style {paintings[0].name}")
    return 0


def _label(into: Path, paintings: Sequence[Painting]) -> str:
    """What file and run are called, "small-irises"."""
    from livestyle.naming import safe

    return f"{into.stem}-{safe('-'.join(painting.name for painting in paintings))}"


def _folder(spec: str, into: Path) -> Path:
    """Beside a painter that was given as a file; the program's own folder is not ours.

    A painter that comes along lies inside of the installation.
    """
    return into.parent if Path(spec) == into else Path()


def _free(folder: Path, label: str) -> Path:
    numbered = (f"{label}-{number}" for number in itertools.count(2))
    names = itertools.chain([label], numbered)
    return next(
        path for name in names if not (path := folder / f"{name}.onnx").exists()
    )


def _begun(out: Path, paintings: tuple[Painting, ...]) -> Recipe:
    """The recipe of the run that is to go on, with what is said of its paintings now.

    Raises:
        SettingsError: there is no such run, or it fits other paintings.
    """
    from livestyle.errors import SettingsError
    from training.checkpoint import Checkpoint

    recipe = Checkpoint.load(out).recipe
    files = [painting.file for painting in recipe.styles]
    if files != [painting.file for painting in paintings]:
        raise SettingsError(
            f"the fit in {out} was begun with other paintings ({', '.join(files)})",
            hint="Give those with --add, or another folder with --out.",
        )
    return replace(recipe, styles=paintings)
