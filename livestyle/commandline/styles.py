"""The command `styles`: what there is to choose from, and where more can be put."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from livestyle.configfile import add_config, chosen
from livestyle.flags import add_options
from livestyle.settingsfile import load_settings

if TYPE_CHECKING:
    from livestyle.catalogue import Catalogue
    from livestyle.contract import Style
    from livestyle.variants import About

OPTIONS = ("model", "styles_folder")


def register(commands: Any) -> None:
    """Adds the command to argparse's subcommands."""
    parser = commands.add_parser(
        "styles",
        help="list the styles",
        description="Lists the styles of the painter that comes along, or of another "
        "one, and those in the folder for painters of your own.",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    add_config(parser)
    add_options(parser, *OPTIONS)
    parser.set_defaults(call=call)


def call(options: dict[str, Any]) -> int:
    """Lists the styles.

    Raises:
        ModelError: the painter cannot be read; a broken file in the folder is told of.
    """
    from livestyle.atelier import catalogue_of
    from livestyle.bank import find
    from livestyle.choice import usable
    from livestyle.model import Painter
    from livestyle.shelf import shelf_of

    typed = {key: options[key] for key in OPTIONS if key in options}
    settings = load_settings(typed, chosen(options["config"]))
    path = find(settings.model)
    home = Painter(path, provider="cpu")
    files, notes = usable(path)
    shelf = shelf_of(settings, _say)
    catalogue = catalogue_of(home, shelf)
    rows = list(_rows(catalogue, home.about, list(files)))
    if options["json"]:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    width = max(len(row["name"]) for row in rows)
    for number, row in enumerate(rows, start=1):
        told = (row["title"], row["artist"], row["year"])
        painting = ", ".join(word for word in told if word)
        print(f"{number:2}  {row['name']:{width}}  {painting}")
    _tell_precisions(home.card.name, files, notes)
    if shelf.folder is not None:
        _say(f"painters of your own go into {shelf.folder}")
    return 0


def _rows(
    catalogue: Catalogue, home: About, precisions: list[str]
) -> Iterator[dict[str, Any]]:
    """Each style for programs."""
    for name in catalogue.names:
        about = catalogue[name].painter
        yield {
            "name": name,
            **_told(about, catalogue[name].style),
            "model": about.card.name,
            "precisions": precisions if about == home else [about.precision],
        }


def _told(about: About, name: str) -> dict[str, str]:
    """What a painter's card says of a style."""
    style: Style = next(style for style in about.card.styles if style.name == name)
    words = ("title", "artist", "year", "licence", "source")
    return {word: getattr(style, word) for word in words}


def _tell_precisions(painter: str, files: Mapping[str, Any], notes: list[str]) -> None:
    """Says on stderr what a painter can compute in, where there is a choice."""
    from livestyle.choice import measured, on_cpu

    for note in notes:
        _say(note)
    if len(files) > 1:
        known = measured(on_cpu(files), threads=0)
        said = f"; on this CPU {known[0]} is taken ({known[1]})" if known else ""
        _say(f"{painter} comes in {', '.join(files)}{said}")


def _say(line: str) -> None:
    print(f"livestyle: {line}", file=sys.stderr)
