"""The command `variants`: a painter in other precisions, each behind its gate."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livestyle.readers import parse_threads
from livestyle.variants import OTHERS, PLAIN

if TYPE_CHECKING:
    from training.variants.gate import Likeness
    from training.variants.make import Made

CALIBRATING, JUDGING = 128, 16  # photographs


def register(commands: Any) -> None:
    """Adds the command to argparse's subcommands."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "variants",
        help="make a painter's float16 and int8 files",
        description="Makes float16 (for GPUs) and int8 (for CPUs) out of a float32 "
        "painter, compares what they paint in every style, and leaves those that "
        "nobody can tell from it beside it: small.float16.onnx, small.int8.onnx.",
    )
    parser.add_argument(
        "model", metavar="MODEL", help="an .onnx file, or a painter that comes along"
    )
    parser.add_argument(
        "--photos",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="photographs to calibrate on and to compare by",
    )
    parser.add_argument(
        "--precision",
        nargs="+",
        choices=OTHERS,
        default=list(OTHERS),
        help=f"which to make ({' '.join(OTHERS)})",
    )
    for name, default, text in (
        ("calibrating", CALIBRATING, "photographs that int8 is calibrated on"),
        ("judging", JUDGING, "other photographs that are compared by"),
    ):
        parser.add_argument(
            f"--{name}",
            type=_count,
            default=default,
            metavar="N",
            help=f"{text} (%(default)s)",
        )
    parser.add_argument(
        "--threads",
        type=parse_threads,
        default=0,
        metavar="N",
        help="of the CPU while speeds are compared (0 for automatic)",
    )
    parser.set_defaults(call=call)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: write a number from 1 up")
    return int(text)


def call(options: dict[str, Any]) -> int:
    """Makes the variants, one after the other, and says how alike they are."""
    from tqdm import tqdm

    from livestyle.bank import find
    from training.variants.make import GateError, choose_photographs, make_variant

    path = find(options["model"])
    photos = choose_photographs(
        options["photos"], options["calibrating"], options["judging"]
    )
    failed: list[GateError] = []
    for precision in dict.fromkeys(options["precision"]):
        shown = "{desc}{n_fmt} of {total_fmt} {bar} {elapsed}"
        with tqdm(total=1, desc="reading", bar_format=shown, leave=False) as bar:

            def watch(
                what: str,
                done: int,
                of: int,
                bar: Any = bar,
                precision: str = precision,
            ) -> None:
                if bar.desc != f"{precision}, {what}: ":
                    bar.reset(of)
                    bar.set_description(f"{precision}, {what}")
                bar.n = done
                bar.refresh()

            try:
                made = make_variant(
                    path, precision, photos, threads=options["threads"], watch=watch
                )
            except GateError as error:
                failed.append(error)
                continue
        print(_in_words(made, len(photos.judging)))
    # One that fails does not keep the others from being made.
    if failed:
        raise failed[0]
    return 0


def _in_words(made: Made, photographs: int) -> str:
    """What was made, and how alike it is, style by style."""
    megabytes = made.path.stat().st_size / 1e6
    lines = [f"{made.path}: {megabytes:.1f} MB, compared on {photographs} photographs"]
    if made.ms:
        lines.append(_speed(made.ms, made.narrow))
    lines += _table(made.likeness)
    return "\n".join(lines)


def _speed(ms: Mapping[str, float], narrow: str) -> str:
    (precision, own), plain = next(r for r in ms.items() if r[0] != PLAIN), ms[PLAIN]
    return (
        f"convolutions {narrow} in {precision}: {own:.1f} ms a frame of 640x480 here, "
        f"float32 {plain:.1f} (x {own / plain:.2f})"
    )


def _table(likeness: Mapping[str, Likeness]) -> Sequence[str]:
    width = max(len(name) for name in likeness)
    head = f"{'':{width}}  PSNR least  mean  block  grid   grain  flicker"
    rows = [
        f"{name:{width}}  {found.psnr:7.1f} dB  {found.mean_psnr:4.1f}  "
        f"{found.shade:5.1f}  {found.grid:+.2f}  {found.grain:+5.2f}  "
        f"x {found.flicker:.2f}"
        for name, found in likeness.items()
    ]
    return [head, *rows]
