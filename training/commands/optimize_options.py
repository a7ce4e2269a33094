"""What can be typed behind `python -m training optimize`."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.commands.options import DEFAULTS, parse_layer
from training.transfer_settings import CONTENT_LAYERS, STYLE_LAYERS


def add_files(parser: argparse.ArgumentParser) -> None:
    """What is written, and how often."""
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT.png", help="the result"
    )
    parser.add_argument(
        "--film", type=Path, metavar="FILE.mp4", help="a movie of it coming into being"
    )
    parser.add_argument(
        "--film-every",
        type=_positive,
        default=1,
        metavar="N",
        help="steps between pictures of the movie (%(default)s)",
    )
    parser.add_argument(
        "--preview-every",
        type=int,
        default=10,
        metavar="N",
        help="steps between previews, 0 for none (%(default)s)",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace files that are there"
    )


def add_picture(parser: argparse.ArgumentParser) -> None:
    """What is painted."""
    group = parser.add_argument_group("the picture")
    sizes = " ".join(map(str, DEFAULTS.sizes))
    group.add_argument(
        "--size",
        nargs="+",
        metavar="N|WxH",
        help="coarse to fine: long sides, or width and height which cut out the middle "
        f"({sizes})",
    )
    group.add_argument(
        "--steps",
        type=int,
        nargs="+",
        default=list(DEFAULTS.steps),
        metavar="N",
        help=f"for all sizes, or one for each ({DEFAULTS.steps[0]})",
    )
    group.add_argument(
        "--start",
        default=DEFAULTS.start,
        metavar="FROM",
        help="content, noise or style (%(default)s)",
    )
    group.add_argument(
        "--style-scale",
        type=float,
        default=DEFAULTS.style_scale,
        metavar="X",
        help="size of the paintings: larger is larger strokes (%(default)s)",
    )
    group.add_argument(
        "--keep-colours",
        metavar="HOW",
        help="luminance: paint light and dark alone; moments: give the paintings the "
        "photograph's mean and spread of colours; histogram: all of its colours",
    )
    group.add_argument(
        "--style-shares",
        type=float,
        nargs="+",
        metavar="X",
        help="how much each painting counts (the same)",
    )
    group.add_argument(
        "--masks",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="for each painting a picture that is white where its style is wanted",
    )


def add_losses(parser: argparse.ArgumentParser) -> None:
    """What counts how much."""
    group = parser.add_argument_group("the losses")
    for name, layers in (("content", CONTENT_LAYERS), ("style", STYLE_LAYERS)):
        group.add_argument(
            f"--{name}-layers",
            type=parse_layer,
            nargs="+",
            metavar="NAME[=X]",
            help=f"with weights, else shares of 1 ({' '.join(layers)})",
        )
    weights = DEFAULTS.weights
    group.add_argument(
        "--content-weight",
        type=float,
        default=weights.content,
        metavar="X",
        help="(%(default)s)",
    )
    group.add_argument(
        "--style-weight",
        type=float,
        metavar="X",
        help=f"more paint, less photograph ({weights.style_weight:g})",
    )
    group.add_argument(
        "--tv-weight", type=float, metavar="X", help=f"({weights.tv_weight:g})"
    )
    group.add_argument(
        "--normalisation",
        default=weights.normalisation,
        metavar="WHOSE",
        help="gatys (1 / 4 N^2 M^2) or johnson (1 / C H W) (%(default)s)",
    )
    group.add_argument(
        "--raw-features",
        action="store_true",
        help="do not bring each layer to unit scale: weights must suit the VGG file",
    )


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r}: write a number above 0")
    return int(text)
