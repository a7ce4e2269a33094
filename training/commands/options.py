"""What the commands `optimize` and `reconstruct` have in common."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from training.transfer_settings import OptimizeSettings

DEFAULTS = OptimizeSettings()


def add_network(parser: argparse.ArgumentParser) -> None:
    """The loss network and where it runs."""
    group = parser.add_argument_group("the loss network")
    group.add_argument(
        "--vgg-weights",
        type=Path,
        metavar="FILE",
        help=".safetensors or .pth with torchvision's key names (downloads them)",
    )
    group.add_argument(
        "--network",
        default=DEFAULTS.network,
        metavar="NAME",
        help="vgg19 or vgg16 (%(default)s)",
    )
    group.add_argument(
        "--pooling",
        default=DEFAULTS.pooling,
        metavar="KIND",
        help="max or average (%(default)s)",
    )
    group.add_argument(
        "--device", default=DEFAULTS.device, help="auto, cpu or cuda (%(default)s)"
    )


def add_descent(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """The optimizer; returns the group."""
    group = parser.add_argument_group("the optimizer")
    descent = DEFAULTS.descent
    group.add_argument(
        "--optimizer",
        default=descent.optimizer,
        metavar="NAME",
        help="lbfgs or adam (%(default)s)",
    )
    for name, kind, text in (
        ("rate", float, "Adam's first step size"),
        ("decay", float, "what Adam's step size is multiplied with ..."),
        ("decay-every", int, "... each time so many steps were made"),
        ("history", int, "steps that L-BFGS remembers"),
    ):
        group.add_argument(
            f"--{name}",
            type=kind,
            default=getattr(descent, name.replace("-", "_")),
            metavar="X" if kind is float else "N",
            help=f"{text} (%(default)s)",
        )
    group.add_argument(
        "--seed",
        type=int,
        default=DEFAULTS.seed,
        metavar="N",
        help="of the noise (%(default)s)",
    )
    return group


def parse_layer(text: str) -> tuple[str, float | None]:
    """Reads "relu4_2" or "relu4_2=0.5"."""
    name, equals, weight = text.partition("=")
    try:
        return name, float(weight) if equals else None
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r}: write relu4_2 or relu4_2=0.5"
        ) from error


def layer_weights(
    layers: Sequence[tuple[str, float | None]] | None, default: Mapping[str, float]
) -> Mapping[str, float]:
    """Weights by layer; those that were not given share what sums to 1."""
    if layers is None:
        return default
    return {n: 1 / len(layers) if w is None else w for n, w in layers}
