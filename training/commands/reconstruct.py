"""`python -m training reconstruct`: what a layer knows of a picture."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.commands.optimize import read_descent
from training.commands.options import add_descent, add_network
from training.transfer_settings import (
    RECONSTRUCTION_TV,
    RECONSTRUCTIONS,
    OptimizeSettings,
    TransferWeights,
)

if TYPE_CHECKING:
    from training.canvas import Picture

SIZE, STEPS = "256", 200


def register(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "reconstruct", help="show what a layer of the loss network knows of a picture"
    )
    parser.add_argument(
        "kind",
        choices=RECONSTRUCTIONS,
        help="features place by place, or Gram matrices",
    )
    parser.add_argument("picture", type=Path, metavar="PICTURE")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT.png", help="the result"
    )
    parser.add_argument(
        "--layer",
        nargs="+",
        metavar="NAME",
        help="one for a picture, several for a sheet (all rectified layers that the "
        "weights go as far as)",
    )
    parser.add_argument(
        "--with-shallower",
        action="store_true",
        help="each picture from its layer and all before it on the sheet",
    )
    parser.add_argument(
        "--size", default=SIZE, metavar="N|WxH", help="of each picture (%(default)s)"
    )
    parser.add_argument(
        "--steps",
        type=int,
        default=STEPS,
        metavar="N",
        help="for each picture (%(default)s)",
    )
    parser.add_argument(
        "--tv-weight",
        type=float,
        default=RECONSTRUCTION_TV,
        metavar="X",
        help="total variation: smoother where a layer leaves it open (%(default)s)",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace a file that is there"
    )
    add_descent(parser)
    add_network(parser)
    parser.set_defaults(call=run)


def run(options: dict[str, Any]) -> int:
    """Makes the picture or the sheet; Ctrl-C keeps what there is."""
    from livestyle.sinks.snapshot import write_png
    from training.canvas import parse_size, read_rgb01, to_bgr
    from training.reconstruct import all_layers, sheet
    from training.results import require_free, require_png

    settings = OptimizeSettings(
        sizes=(parse_size(options["size"]),),
        steps=(options["steps"],),
        seed=options["seed"],
        weights=TransferWeights(tv=options["tv_weight"]),
        descent=read_descent(options),
        **{n: options[n] for n in ("network", "pooling", "vgg_weights", "device")},
    )
    layers = options["layer"] or all_layers(options["network"], options["vgg_weights"])
    out, overwrite = options["output"], options["overwrite"]
    require_png(out)
    require_free(out, overwrite=overwrite)
    picture = read_rgb01(options["picture"])
    made: list[tuple[str, Picture]] = []
    try:
        for name, newest in _make(options, picture, layers, settings):
            made = [pair for pair in made if pair[0] != name] + [(name, newest)]
    finally:
        if made:
            result = made[0][1] if len(layers) == 1 else sheet(made)
            write_png(out, to_bgr(result), overwrite=overwrite)
            print(f"{out}: {', '.join(name for name, _ in made)}")
    return 0


def _make(
    options: dict[str, Any],
    picture: Picture,
    layers: Sequence[str],
    settings: OptimizeSettings,
) -> Iterator[tuple[str, Picture]]:
    """The newest picture of each layer in turn, by name."""
    from tqdm import tqdm

    from livestyle.signals import polite
    from training.reconstruct import reconstruct, shown

    total = settings.steps[0] * len(layers)
    asked: list[bool] = []
    with polite(lambda: asked.append(True)), tqdm(total=total, unit="step") as bar:
        for index, layer in enumerate(layers):
            upto = layers[: index + 1] if options["with_shallower"] else [layer]
            for progress in reconstruct(options["kind"], picture, upto, settings):
                bar.set_postfix_str(f"{layer} {progress.terms['total']:.3g}")
                bar.update(min(1, progress.step))
                if progress.step:
                    yield layer, shown(progress)
                if asked:
                    raise KeyboardInterrupt
