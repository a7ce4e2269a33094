"""The command `fit`: a painter by a recipe, or more styles for a finished one."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from training.commands import add
from training.commands.fitting import add_length, add_machine, read_options, watched


def register(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "fit", help="fit a painter by a recipe, or more styles into a finished one"
    )
    parser.add_argument(
        "recipe",
        nargs="?",
        metavar="RECIPE",
        help="a name in training/recipes, or a TOML file",
    )
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="photographs: COCO's train2017 or any folder of pictures",
    )
    parser.add_argument(
        "--styles",
        type=Path,
        metavar="FOLDER",
        help="paintings, by the recipe's file names",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="of the run (runs/RECIPE)"
    )
    parser.add_argument(
        "--vgg-weights",
        type=Path,
        metavar="FILE",
        help=".safetensors or .pth with torchvision's key names (downloads them)",
    )
    add_length(parser)
    add_machine(parser)
    add.add_options(parser)
    parser.set_defaults(call=call, parser=parser)


def call(options: dict[str, Any]) -> int:
    """Fits what was asked for and says what to do with it."""
    parser: argparse.ArgumentParser = options.pop("parser")
    if options["add"]:
        if options["into"] is None:
            parser.error("--add needs a painter: --into PAINTER.onnx")
        if options["styles"] is not None:
            parser.error("--styles is for a RECIPE, not for --add")
        return add.run(options)
    if given := add.lone_options(options):
        parser.error(f"{given} goes with --add PAINTING alone")
    if lacking := [name for name in ("recipe", "styles") if options[name] is None]:
        names = {"recipe": "RECIPE", "styles": "--styles"}
        listed = ", ".join(names[name] for name in lacking)
        parser.error(f"the following arguments are required: {listed}")
    return _run(options)


def _run(options: dict[str, Any]) -> int:
    """A painter by a recipe."""
    from training.checkpoint import Checkpoint
    from training.config import load_recipe
    from training.fit import fit
    from training.ranks import is_first

    recipe = load_recipe(options["recipe"])
    out = options["out"] or Path("runs") / recipe.name
    if options["resume"]:
        # What was begun is gone on with, whatever the recipe file says by now.
        recipe = Checkpoint.load(out).recipe
    if options["steps"] is not None:
        recipe = replace(recipe, steps=options["steps"])
    fit_options = read_options(options, options["styles"], out)
    with watched(fit_options) as report:
        path = fit(recipe, fit_options, report)
    if not is_first():
        return 0
    print(f"{path}\npreview: {out / 'sheet.png'}")
    print(f"next: python -m training export {out} -o models/{recipe.name}.onnx")
    return 0
