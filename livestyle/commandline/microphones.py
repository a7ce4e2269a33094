"""The command `microphones`: which there are."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from livestyle.errors import SourceError


def register(commands: Any) -> None:
    """Adds the command to argparse's subcommands."""
    parser = commands.add_parser(
        "microphones",
        help="list the microphones by name",
        description="Lists what sound can be recorded from. 'livestyle --microphone "
        "NAME' takes a name, a part of it, a number, or default.",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(call=call)


def call(options: dict[str, Any]) -> int:
    """Lists the microphones; without one it says what to do.

    Raises:
        SourceError: there is none, or a package is missing that would find it.
    """
    from livestyle.sound.portaudio import ALLOW, find_microphones

    found = find_microphones()
    if options["json"]:
        rows = [{**asdict(row), "kind": row.kind._asdict()} for row in found]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    for row in () if options["json"] else found:
        default = ", the default" if row.default else ""
        channels = "1 channel" if row.kind.channels == 1 else "2 channels or more"
        about = f"{row.system}, {channels}, {row.kind.rate} Hz{default}"
        print(f"{row.number:2}  {row.name}  ({about})")
    if not found:
        raise SourceError("no microphone was found", hint=ALLOW)
    return 0
