"""The command line: `python -m training COMMAND`."""

from __future__ import annotations

import argparse
import re
import sys
import warnings
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from livestyle.errors import LivestyleError
from training.commands import data, evaluate, optimize, reconstruct
from training.options import FitOptions


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: what was typed behind `python -m training`, None for `sys.argv`.

    Returns:
        The exit status: 0, 1 for an error that a person can mend, 130 for Ctrl-C.
    """
    options = vars(_parser().parse_args(arguments))
    command: Callable[[dict[str, Any]], int] = options.pop("call")
    stopped = "stopped; go on with --resume" if command is _fit else "stopped"
    try:
        return command(options)
    except LivestyleError as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"training: {stopped}", file=sys.stderr)
        return 130


def parse_duration(text: str) -> float:
    """Reads "90s", "30m", "1.5h" or "1h30m" as seconds, more than none."""
    parts = re.findall(r"(\d+(?:\.\d+)?)([hms])", text)
    seconds = sum(float(n) * {"h": 3600, "m": 60, "s": 1}[unit] for n, unit in parts)
    if not seconds or "".join(n + unit for n, unit in parts) != text:
        raise argparse.ArgumentTypeError(f"{text!r}: write 90s, 30m, 1.5h or 1h30m")
    return seconds


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}: write 0 or a number above it")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training",
        description="Fits painters and exports them for livestyle.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    fit = commands.add_parser("fit", help="fit a painter by a recipe")
    fit.add_argument(
        "recipe", metavar="RECIPE", help="a name in training/recipes, or a TOML file"
    )
    fit.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="photographs: COCO's train2017 or any folder of pictures",
    )
    fit.add_argument(
        "--styles",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="paintings, by the recipe's file names",
    )
    fit.add_argument(
        "--out", type=Path, metavar="FOLDER", help="of the run (runs/RECIPE)"
    )
    fit.add_argument(
        "--vgg-weights",
        type=Path,
        metavar="FILE",
        help=".safetensors or .pth with torchvision's key names (downloads them)",
    )
    length = fit.add_mutually_exclusive_group()
    length.add_argument(
        "--steps", type=int, metavar="N", help="instead of the recipe's"
    )
    length.add_argument(
        "--time", type=parse_duration, metavar="30m", help="fit for so long instead"
    )
    fit.add_argument("--resume", action="store_true", help="go on where it stopped")
    fit.add_argument(
        "--workers",
        type=_count,
        default=FitOptions.workers,
        help="decoding processes (%(default)s)",
    )
    fit.add_argument("--device", default="auto", help="auto, cpu or cuda (auto)")
    fit.add_argument(
        "--precision", default="auto", help="auto, float32 or bfloat16 (auto)"
    )
    fit.add_argument(
        "--decode",
        default=FitOptions.decode,
        help=f"photographs with auto, cpu or cuda ({FitOptions.decode})",
    )
    fit.set_defaults(call=_fit)

    export = commands.add_parser("export", help="write a fitted painter as ONNX")
    export.add_argument("run", type=Path, metavar="RUN", help="folder of a fit")
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.onnx")
    export.add_argument(
        "--recipe",
        metavar="RECIPE",
        help="take titles, licences and author from here, not as they were when fitted",
    )
    export.set_defaults(call=_export)
    data.register(commands)
    optimize.register(commands)
    reconstruct.register(commands)
    evaluate.register(commands)
    return parser


def _fit(options: dict[str, Any]) -> int:
    from tqdm import tqdm

    from training.allocator import keep_memory
    from training.checkpoint import Checkpoint
    from training.config import load_recipe
    from training.fit import Progress, fit
    from training.options import FitOptions
    from training.ranks import is_first
    from training.waiting import in_words

    recipe = load_recipe(options["recipe"])
    out = options["out"] or Path("runs") / recipe.name
    if options["resume"]:
        # What was begun is gone on with, whatever the recipe file says by now.
        recipe = Checkpoint.load(out).recipe
    if options["steps"] is not None:
        recipe = replace(recipe, steps=options["steps"])
    fit_options = FitOptions(
        data=options["data"],
        styles=options["styles"],
        out=out,
        vgg_weights=options["vgg_weights"],
        seconds=options["time"],
        resume=options["resume"],
        workers=options["workers"],
        device=options["device"],
        precision=options["precision"],
        decode=options["decode"],
    )
    keep_memory()
    seen: deque[Progress] = deque(maxlen=1)
    with tqdm(
        total=1000,
        bar_format="{percentage:5.1f} % {bar} {postfix}",
        disable=not is_first(),
    ) as bar:

        def report(progress: Progress) -> None:
            seen.append(progress)
            terms = "  ".join(f"{k} {v:.4f}" for k, v in progress.terms.items())
            broken = f"  broken files {progress.broken}" if progress.broken else ""
            bar.set_postfix_str(
                f"step {progress.step}  {progress.images_per_second:.1f} images/s  "
                f"waiting {progress.waiting * 100:.0f} %  {terms}{broken}",
                refresh=False,
            )
            bar.update(min(1000, round(progress.done * 1000)) - bar.n)
            bar.refresh()

        try:
            path = fit(recipe, fit_options, report)
        finally:
            bar.close()
            for last in seen:
                print(in_words(last.waited, last.started, fit_options.workers))
    if not is_first():
        return 0
    print(f"{path}\npreview: {out / 'sheet.png'}")
    print(f"next: python -m training export {out} -o models/{recipe.name}.onnx")
    return 0


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
