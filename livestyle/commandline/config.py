"""The command `config`: a file of settings to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from livestyle.configfile import usual_file, write
from livestyle.errors import OutputError


def register(commands: Any) -> None:
    """Adds the command to argparse's subcommands."""
    parser = commands.add_parser(
        "config",
        help="write a file with every option and what it does",
        description="Writes a TOML file with every option, its default and what it "
        "does. Without a PATH it goes to where every start of livestyle reads it. "
        "Nothing is overwritten.",
    )
    parser.add_argument("path", type=Path, nargs="?", metavar="PATH")
    parser.set_defaults(call=call)


def call(options: dict[str, Any]) -> int:
    """Writes the file and says where it is.

    Raises:
        OutputError: it is there already, or cannot be written.
    """
    path = options["path"] or usual_file()
    if path is None:
        raise OutputError(
            "there is no folder for your settings, as you have no home",
            hint="Give a path: livestyle config FILE.",
        )
    write(path, with_folder=options["path"] is None)
    print(path)
    return 0
