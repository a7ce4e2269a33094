"""The options of the program as flags of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from livestyle.settings import Settings

# Options whose flag is not their field's name: 'for' is a word of Python's, and flags
# have a dash where names have a line.
FLAGS = {
    "seconds": "for",
    "require_gpu": "require-gpu",
    "blend_weight": "blend-weight",
    "keep_colours": "keep-colours",
    "slide_show": "slide-show",
    "record_what": "record-what",
    "virtual_camera": "virtual-camera",
    "release_when_unwatched": "release-when-unwatched",
    "styles_folder": "styles-folder",
    "target_fps": "target-fps",
}


def add_options(parser: argparse.ArgumentParser, *names: str) -> None:
    """Adds options of the table to a parser; all of them if none is named.

    Their defaults are left out, so that only what was typed overrides the file.
    """
    for row in fields(Settings):
        if names and row.name not in names:
            continue
        flag = "--" + FLAGS.get(row.name, row.name)
        help = row.metadata["help"]
        common: dict[str, Any] = {"dest": row.name, "default": argparse.SUPPRESS}
        if row.metadata["read"] is bool:
            shown = "on" if row.default else "off"
            parser.add_argument(
                flag,
                action=argparse.BooleanOptionalAction,
                help=f"{help} ({shown})",
                **common,
            )
        else:
            default = "" if row.default is None else f" ({row.default})"
            parser.add_argument(
                flag,
                type=reader(row.metadata["read"]),
                metavar=row.metadata["meta"],
                help=help + default,
                **common,
            )


def reader(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """For argparse, which shows the text of its own error and swallows ValueError's."""

    def convert(text: str) -> Any:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error

    return convert
