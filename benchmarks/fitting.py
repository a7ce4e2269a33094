"""How fast a fit is, against a plain loop as tutorials write it.

    python benchmarks/fitting.py --data PHOTOS --styles PAINTINGS --vgg-weights FILE

Both fit the same network by the same loss network on the same photographs, so many of
them, in one run and in turns. The plain loop is in float32 and contiguous layout, reads
its pictures itself, keeps a graph for the content's features that nobody needs, and
works the paintings' Gram matrices out again for every batch. The fit is the project's
own, whole: all its terms, checkpoints, previews, and the context that the plain loop
does without. The time that workers take to start is left out.

The roofline is what the device's matrix units can do: the floating-point operations of
one step of the fit (networks, losses and their gradients, counted by torch) over those
that a large product of matrices reaches in the fit's precision in the same run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

sys.path.insert(0, str(Path(__file__).parent.parent))

from training.config import Recipe, load_recipe
from training.data import Crops, find_pictures
from training.device import choose_device
from training.easel import Easel
from training.fit import Progress, fit
from training.losses import gram
from training.machine import describe
from training.nets import Painter
from training.objective import load_paintings
from training.options import FitOptions
from training.vgg import Features

RESULT = Path(__file__).parent / "results" / "fitting.json"
WARM = 2  # steps before the clock counts


def plain(recipe: Recipe, options: argparse.Namespace) -> float:
    """Photographs a second of the plain loop."""
    torch.manual_seed(0)
    painter = Painter(recipe.network, len(recipe.styles), recipe.dim)
    optimizer = torch.optim.Adam(painter.parameters(), recipe.rate)
    layers = {*recipe.content_layers, *recipe.style_layers}
    vgg = Features(layers, weights=options.vgg_weights)
    size = (recipe.crop, recipe.crop)
    paintings = torch.cat(
        [
            torch.nn.functional.interpolate(p[None], size)
            for p in load_paintings(recipe, options.styles)
        ]
    )
    crops = Crops(find_pictures(options.data), recipe.crop, recipe.zoom, 0)
    rows = [i % len(paintings) for i in range(recipe.batch)]
    start = 0.0
    for step in range(WARM + options.steps):
        if step == WARM:
            start = time.perf_counter()
        first = step * recipe.batch
        x = torch.stack([crops[first + i][0] for i in range(recipe.batch)]).float()
        x /= 255
        optimizer.zero_grad()
        pastiche = painter(x, torch.tensor(rows) + 1)
        found, target, style = vgg(pastiche), vgg(x), vgg(paintings[rows])
        loss = sum(
            (found[n] - target[n]).square().mean() for n in recipe.content_layers
        ) + sum(
            (gram(found[n]) - gram(style[n])).square().mean()
            for n in recipe.style_layers
        )
        loss.backward()
        optimizer.step()
    return options.steps * recipe.batch / (time.perf_counter() - start)


def ours(recipe: Recipe, options: argparse.Namespace) -> float:
    """Photographs a second of the project's fit."""
    times: list[float] = []

    def report(_: Progress) -> None:
        times.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        fit(
            replace(recipe, steps=WARM + options.steps, sketch=0),
            FitOptions(options.data, options.styles, Path(folder), options.vgg_weights),
            report,
        )
    # A step ends with its report: the first ones wait for workers.
    return options.steps * recipe.batch / (times[-1] - times[WARM - 1])


def roofline(recipe: Recipe, options: argparse.Namespace) -> dict[str, float]:
    """Operations a photograph takes, and those a second that the device can do."""
    device = choose_device()
    with tempfile.TemporaryDirectory() as folder:
        fitting = FitOptions(
            options.data, options.styles, Path(folder), options.vgg_weights
        )
        easel = Easel(replace(recipe, sketch=0), fitting, device)
        shape = recipe.batch, 3, recipe.crop, recipe.crop
        pictures = torch.randint(0, 256, shape, dtype=torch.uint8)
        with FlopCounterMode(display=False) as counter:
            easel.advance(pictures)
    return {
        "flops_per_image": counter.get_total_flops() / recipe.batch,
        "matrix_flops_per_second": matrix_rate(device, easel.dtype),
    }


def matrix_rate(device: torch.device, dtype: torch.dtype) -> float:
    """Floating-point operations a second of a large product, the best of some."""
    side = 8192 if device.type == "cuda" else 2048
    one = torch.randn(side, side, device=device, dtype=dtype)
    times = []
    for _ in range(8):
        start = time.perf_counter()
        # The sum is a number on the host: it is there when the product is done.
        float((one @ one).sum())
        times.append(time.perf_counter() - start)
    return 2 * side**3 / min(times)


def main() -> None:
    """Measures, prints and writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--styles", type=Path, required=True)
    parser.add_argument("--vgg-weights", type=Path)
    parser.add_argument("--recipe", default="first-light")
    parser.add_argument("--steps", type=int, default=10, help="in each turn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    options = parser.parse_args()
    # The plain loop has no identity: both paint as many photographs a step.
    recipe = replace(load_recipe(options.recipe), identities=0)
    speeds: dict[str, list[float]] = {"plain": [], "fit": []}
    for _ in range(options.rounds):
        speeds["plain"].append(plain(recipe, options))
        speeds["fit"].append(ours(recipe, options))
    roof = roofline(recipe, options)
    medians = {name: statistics.median(runs) for name, runs in speeds.items()}
    result = {
        "what": "photographs a second while fitting, network and VGG-19 on one device",
        "recipe": recipe.name,
        "crop": recipe.crop,
        "batch": recipe.batch,
        "steps": options.steps,
        "images_per_second": {
            name: [round(run, 3) for run in runs] for name, runs in speeds.items()
        },
        "ratio_of_medians": round(medians["fit"] / medians["plain"], 2),
        **{f"giga{name}": round(value / 1e9, 1) for name, value in roof.items()},
        "share_of_roofline": round(
            medians["fit"] * roof["flops_per_image"] / roof["matrix_flops_per_second"],
            3,
        ),
        "machine": describe("torch", "torchvision", "numpy"),
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
