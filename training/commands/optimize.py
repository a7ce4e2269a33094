"""`python -m training optimize`: a picture from two, by the optimisation method."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livestyle.errors import SettingsError
from training.commands.optimize_options import add_files, add_losses, add_picture
from training.commands.options import (
    DEFAULTS,
    add_descent,
    add_network,
    layer_weights,
)
from training.transfer_settings import (
    CONTENT_LAYERS,
    STYLE_LAYERS,
    Descent,
    OptimizeSettings,
    TransferWeights,
)

if TYPE_CHECKING:
    from training.canvas import Picture
    from training.optimize import Painting, Snapshot
    from training.results import Results

SHOWN = ("content", "style", "tv", "total")


def register(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "optimize", help="make one picture by optimisation (Gatys et al. 2016)"
    )
    parser.add_argument("content", type=Path, metavar="CONTENT", help="the photograph")
    parser.add_argument(
        "styles", type=Path, nargs="+", metavar="STYLE", help="one or more paintings"
    )
    add_files(parser)
    add_picture(parser)
    add_losses(parser)
    add_descent(parser)
    add_network(parser)
    parser.set_defaults(call=run)


def run(options: dict[str, Any]) -> int:
    """Paints the picture; what was reached is kept, whatever ends it."""
    settings = read_settings(options)
    from training.canvas import read_rgb01, resolve_sizes
    from training.results import Results

    content = read_rgb01(options["content"])
    paintings = _paintings(options)
    results = Results(
        options["output"],
        film=options["film"],
        film_every=options["film_every"],
        preview_every=options["preview_every"],
        overwrite=options["overwrite"],
    )
    last_wh = resolve_sizes(settings.sizes, content)[-1]
    try:
        results.begin(last_wh)
        try:
            _paint(content, paintings, settings, results)
        finally:
            _tell(results, settings)
    finally:
        results.discard()
    return 0


def read_settings(options: dict[str, Any]) -> OptimizeSettings:
    """What was typed, as settings.

    Raises:
        SettingsError: something in it is not as it must be.
    """
    from training.canvas import parse_size

    weights = TransferWeights(
        content_layers=layer_weights(options["content_layers"], CONTENT_LAYERS),
        style_layers=layer_weights(options["style_layers"], STYLE_LAYERS),
        content=options["content_weight"],
        style=options["style_weight"],
        tv=options["tv_weight"],
        normalisation=options["normalisation"],
        unit=not options["raw_features"],
    )
    sizes = options["size"]
    return OptimizeSettings(
        sizes=tuple(map(parse_size, sizes)) if sizes else DEFAULTS.sizes,
        steps=tuple(options["steps"]),
        weights=weights,
        descent=read_descent(options),
        **{
            name: options[name]
            for name in (
                "start",
                "seed",
                "style_scale",
                "keep_colours",
                "network",
                "pooling",
                "vgg_weights",
                "device",
            )
        },
    )


def read_descent(options: dict[str, Any]) -> Descent:
    """The optimizer as it was typed."""
    names = ("optimizer", "rate", "decay", "decay_every", "history")
    return Descent(**{name: options[name] for name in names})


def _paintings(options: dict[str, Any]) -> list[Painting]:
    from training.canvas import read_rgb01
    from training.optimize import Painting

    paths = options["styles"]
    shares = options["style_shares"] or [1.0] * len(paths)
    masks = options["masks"] or [None] * len(paths)
    for name, given in (("--style-shares", shares), ("--masks", masks)):
        if len(given) != len(paths):
            raise SettingsError(
                f"{name} has {len(given)} values for {len(paths)} paintings",
                hint="Give one for each painting, in their order.",
            )
    return [
        Painting(
            read_rgb01(path),
            share,
            None if mask is None else read_rgb01(mask).mean(2),
            path.name,
        )
        for path, share, mask in zip(paths, shares, masks, strict=True)
    ]


def _paint(
    content: Picture,
    paintings: list[Painting],
    settings: OptimizeSettings,
    results: Results,
) -> None:
    from tqdm import tqdm

    from livestyle.signals import polite
    from training.optimize import optimize

    total = sum(settings.steps_of(stage) for stage in range(len(settings.sizes)))
    asked: list[bool] = []
    with polite(lambda: asked.append(True)), tqdm(total=total, unit="step") as bar:
        for snapshot in optimize(content, paintings, settings):
            results.add(snapshot)
            bar.set_postfix_str(_words(snapshot), refresh=False)
            bar.update(min(1, snapshot.step))
            if asked:
                raise KeyboardInterrupt


def _words(snapshot: Snapshot) -> str:
    width, height = snapshot.size_wh
    terms = "  ".join(f"{name} {snapshot.terms[name]:.3g}" for name in SHOWN)
    return f"{width}x{height}  {terms}"


def _tell(results: Results, settings: OptimizeSettings) -> None:
    """Writes what there is and says what it is."""
    from training.device import choose_device
    from training.memory import peak_bytes

    written = results.finish()
    if results.latest is None:
        return
    width, height = results.latest.size_wh
    stage = f"after {results.latest.step} of {results.latest.steps} steps at this size"
    print(f"{written[0]}: {width}x{height}, {stage}")
    for path in written[1:]:
        print(path)
    peak = peak_bytes(choose_device(settings.device)) / 1e9
    print(f"peak memory: {peak:.2f} GB")
