"""The command `bench`: how fast this machine paints."""

from __future__ import annotations

import json
import sys
from typing import Any

from livestyle.flags import add_options, reader
from livestyle.readers import parse_seconds, parse_size

SIZES = ((640, 480), (1280, 720))
SECONDS = 4.0


def register(commands: Any) -> None:
    """Adds the command to argparse's subcommands."""
    parser = commands.add_parser(
        "bench",
        help="measure how fast this machine paints",
        description="Times every painter on every execution provider that really runs, "
        "then the whole way of a frame with its stages, on the demo. Prints a table "
        "to paste.",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument(
        "--size",
        type=reader(parse_size),
        nargs="+",
        default=SIZES,
        metavar="WxH",
        help=f"sizes of frames ({' '.join('{}x{}'.format(*size) for size in SIZES)})",
    )
    parser.add_argument(
        "--seconds",
        type=reader(parse_seconds),
        default=SECONDS,
        metavar="S",
        help="for how long each row is measured (%(default)g)",
    )
    add_options(parser, "threads", "model", "provider")
    parser.set_defaults(call=call)


def call(options: dict[str, Any]) -> int:
    """Measures, and prints the result."""
    from livestyle.bench.measuring import Bench, measure
    from livestyle.bench.page import markdown

    bench = Bench(
        sizes=tuple(dict.fromkeys(options["size"])),
        seconds=options["seconds"],
        **{
            key: options[key]
            for key in ("threads", "model", "provider")
            if key in options
        },
    )
    result = measure(bench, lambda line: print(f"livestyle: {line}", file=sys.stderr))
    print(json.dumps(result, indent=2) if options["json"] else markdown(result))
    return 0
