"""The command `evaluate`: how good a painter is."""

from __future__ import annotations

import argparse
import warnings
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from livestyle.readers import parse_size
from training.evaluation.settings import EvaluateSettings

DEFAULTS = {
    f.name: f.default for f in fields(EvaluateSettings) if f.default is not MISSING
}
COUNTS = {
    "pictures": "photographs that are judged by",
    "size": "side of the squares that are cut from them, in px",
    "steps": "of the optimisation method, 0 leaves it out",
    "seed": "of its noise and of the sensor's",
    "pairs": "of neighbouring frames in each clip",
    "rounds": "runs of the Johnson network for the speed, 0 leaves it out",
    "threads": "of the CPU that a painter may use, 0 for automatic",
}


def register(commands: Any) -> None:
    """Adds the command to argparse's subcommands."""
    parser = commands.add_parser(
        "evaluate",
        help="report how good a painter is",
        description="Measures an exported painter and writes a report: its losses "
        "beside the optimisation method's, its grid, flicker, speed, size and parity.",
    )
    parser.add_argument(
        "model", metavar="MODEL", help="an .onnx file, or a painter that comes along"
    )
    _add_places(parser)
    for name, text in COUNTS.items():
        parser.add_argument(
            f"--{name}",
            type=int,
            default=DEFAULTS[name],
            metavar="N",
            help=f"{text} (%(default)s)",
        )
    parser.add_argument(
        "--noise",
        type=float,
        default=DEFAULTS["noise"],
        metavar="X",
        help="of the sensor, in grey levels of 255 (%(default)s)",
    )
    parser.add_argument(
        "--frame",
        type=_size,
        default=DEFAULTS["frame"],
        metavar="WxH",
        help="of the frames that speed is measured with ({}x{})".format(
            *DEFAULTS["frame"]
        ),
    )
    parser.add_argument(
        "--device",
        default=DEFAULTS["device"],
        help="of the losses: auto, cpu or cuda (%(default)s)",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace a report that is there"
    )
    parser.set_defaults(call=call)


def _add_places(parser: argparse.ArgumentParser) -> None:
    """Where things are read and written."""
    for flag, meta, text in (
        ("--photos", "FOLDER", "photographs; those that fits leave out are used"),
        ("--styles", "FOLDER", "paintings, by the recipe's file names"),
    ):
        parser.add_argument(flag, type=Path, required=True, metavar=meta, help=text)
    parser.add_argument(
        *("-o", "--output"),
        type=Path,
        required=True,
        metavar="FOLDER",
        help="gets report.md, report.json and figures",
    )
    parser.add_argument(
        "--recipe",
        metavar="RECIPE",
        help="a name in training/recipes, or a TOML file (the one the painter names)",
    )
    parser.add_argument(
        "--clips",
        type=Path,
        nargs="+",
        default=(),
        metavar="CLIP",
        help="videos, or folders of them, to measure flicker on",
    )
    for flag, meta, text in (
        ("--run", "FOLDER", "the fit that it was exported from, to check the export"),
        (
            "--vgg-weights",
            "FILE",
            ".safetensors or .pth with torchvision's key names (downloads them)",
        ),
        ("--cache", "FOLDER", "the optimisation's results (in the user's cache)"),
    ):
        parser.add_argument(flag, type=Path, metavar=meta, help=text)


def _size(text: str) -> tuple[int, int]:
    try:
        return parse_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error


def call(options: dict[str, Any]) -> int:
    """Evaluates a painter and says where the report is."""
    from tqdm import tqdm

    from training.evaluate import evaluate
    from training.evaluation.pages import PAGE

    # torch's exporter, which makes the Johnson network, warns about its own insides.
    warnings.simplefilter("ignore")
    if options["cache"] is None:
        del options["cache"]
    settings = EvaluateSettings(**{**options, "clips": tuple(options["clips"])})
    shown = "{desc}{n_fmt} of {total_fmt} {bar} {elapsed}"
    with tqdm(total=1, desc="reading", bar_format=shown) as bar:

        def watch(what: str, done: int, of: int) -> None:
            if bar.desc != f"{what}: ":
                bar.reset(of)
                bar.set_description(what)
            bar.n = done
            bar.refresh()

        report = evaluate(settings, watch)
    for name, style in report.styles.items():
        share = style.painter("total") / style.photograph("total")
        print(f"{name}: {share:.0%} of the photograph's loss is left")
    print(settings.output / PAGE)
    return 0
