"""The file of settings: where it lies, and one with every option to begin with."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Iterator
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from livestyle.flags import FLAGS
from livestyle.naming import make_folder, write_whole
from livestyle.places import config_file
from livestyle.settings import Settings

HEAD = """\
# Settings of livestyle, for every start. What is typed goes before them.
# A line that begins with '#' says nothing until that sign is taken away.
"""
WIDTH = 88


def add_config(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say which file is read; `chosen` understands them."""
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="options as TOML, instead of the usual file (see 'livestyle config')",
    )
    parser.add_argument(
        "--no-config",
        dest="config",
        action="store_const",
        const=False,
        help="read no such file",
    )


def chosen(config: Path | bool | None) -> Path | None:
    """The file to read.

    Args:
        config: what was typed; None takes the usual file if there is one, False none.
    """
    if isinstance(config, Path):
        return config
    usual = None if config is False else usual_file()
    return usual if usual is not None and usual.exists() else None


def usual_file() -> Path | None:
    """The file that is read by itself, None for a person without a home."""
    try:
        return config_file()
    except RuntimeError:
        return None


def text() -> str:
    """TOML with every option, its default and what it does."""
    return "\n".join([HEAD, *(_entry(row) for row in fields(Settings))])


def write(path: Path, *, with_folder: bool = False) -> None:
    """Writes a file of settings in which everything stands as it is without one.

    Args:
        path: of the new file.
        with_folder: whether its folder is made, too.

    Raises:
        OutputError: it is there already, or cannot be written.
    """
    if with_folder:
        make_folder(path.parent)
    write_whole(path, text().encode())


def _entry(row: Field[Any]) -> str:
    key = FLAGS.get(row.name, row.name)
    lines = list(_comment(row))
    if row.default is None:
        # An example is no number where it is text.
        example = row.metadata["example"]
        value = example if example.isdigit() else json.dumps(example)
        lines.append(f"# {key} = {value}")
    else:
        lines.append(f"{key} = {_toml(row.default)}")
    return "\n".join(lines) + "\n"


def _comment(row: Field[Any]) -> Iterator[str]:
    help = row.metadata["help"]
    for line in textwrap.wrap(help[0].upper() + help[1:] + ".", WIDTH - 2):
        yield f"# {line}"


def _toml(value: Any) -> str:
    """A default as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, int | float) else json.dumps(str(value))
