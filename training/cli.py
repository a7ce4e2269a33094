"""The command line: `python -m training COMMAND`."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from livestyle.errors import LivestyleError
from training.commands import data, evaluate, fit, optimize, reconstruct, variants


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: what was typed behind `python -m training`, None for `sys.argv`.

    Returns:
        The exit status: 0, 1 for an error that a person can mend, 130 for Ctrl-C.
    """
    options = vars(_parser().parse_args(arguments))
    command: Callable[[dict[str, Any]], int] = options.pop("call")
    stopped = "stopped; go on with --resume" if command is fit.call else "stopped"
    try:
        return command(options)
    except LivestyleError as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"training: {stopped}", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training",
        description="Fits painters and exports them for livestyle.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    fit.register(commands)
    export = commands.add_parser("export", help="write a fitted painter as ONNX")
    export.add_argument("run", type=Path, metavar="RUN", help="folder of a fit")
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.onnx")
    export.add_argument(
        "--recipe",
        metavar="RECIPE",
        help="take titles, licences and author from here, not as they were when fitted",
    )
    export.set_defaults(call=_export)
    variants.register(commands)
    data.register(commands)
    optimize.register(commands)
    reconstruct.register(commands)
    evaluate.register(commands)
    return parser


def _export(options: dict[str, Any]) -> int:
    from training.checkpoint import Checkpoint
    from training.config import load_recipe, with_words
    from training.export import TOLERANCE, export

    # torch's exporter warns about its own insides; what matters is checked below.
    warnings.simplefilter("ignore")
    checkpoint = Checkpoint.load(options["run"])
    if options["recipe"] is not None:
        words = load_recipe(options["recipe"])
        checkpoint.recipe = with_words(checkpoint.recipe, words)
    path = export(checkpoint, options["output"])
    size = path.stat().st_size / 1e6
    print(
        f"{path}: {size:.1f} MB; ONNX Runtime and torch agree to {TOLERANCE} of 255 "
        "levels at two sizes"
    )
    return 0
