"""How fast a fit is, against a plain loop as tutorials write it.

    python benchmarks/fitting.py --data PHOTOS --styles PAINTINGS --vgg-weights FILE

All fit by the same loss network, on the same photographs, so many of them, in one run
and in turns, each turn in a process of its own:

- fit: the project's own, whole, as `python -m training fit` does it: all its terms,
  its context around each crop, workers, checkpoints.
- plain: the loop of the best-known public example, by the recipe's network: float32 and
  contiguous layout, it reads its pictures itself, runs the loss network on the content
  with gradients enabled, and repeats the paintings' Gram matrices for every batch. It
  has content and style alone, and no context.
- plain, its own network: the same loop with the network of Johnson et al. 2016, which
  that example fits.

The time that workers take to start is left out.

What holds it back is told by the shares of a step's time that kinds of operations take.

The roofline is what the device's matrix units can do: the floating-point operations of
one step of the fit (networks, losses and their gradients, counted by torch) over those
that a large product of matrices reaches in the fit's precision in the same run. The
same product in float32 says how much of the ratio the precision alone can bring.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

sys.path.insert(0, str(Path(__file__).parent.parent))

from training.allocator import keep_memory
from training.config import Recipe, load_recipe
from training.data import Crops, find_pictures
from training.device import choose_device
from training.easel import Easel
from training.fit import Progress, fit
from training.machine import describe
from training.nets import Painter
from training.objective import load_paintings
from training.options import FitOptions
from training.vgg import Features

RESULT = Path(__file__).parent / "results" / "fitting.json"
WARM = 2  # steps before the clock counts
# What operations of torch, or kernels of CUDA, are called.
KINDS = {
    "convolutions": ("conv", "fprop", "dgrad", "wgrad", "implicit"),
    "products of matrices": ("bmm", "addmm", "aten::mm", "gemm"),
}


def gram(features: Tensor) -> Tensor:
    """As the example writes it."""
    b, c, h, w = features.shape
    flat = features.view(b, c, h * w)
    return flat.bmm(flat.transpose(1, 2)) / (c * h * w)


def plain(recipe: Recipe, options: argparse.Namespace) -> float:
    """Photographs a second of the plain loop."""
    torch.manual_seed(0)
    device = choose_device()
    painter = Painter(recipe.network, len(recipe.styles), recipe.dim).to(device)
    optimizer = torch.optim.Adam(painter.parameters(), recipe.rate)
    layers = {*recipe.content_layers, *recipe.style_layers}
    vgg = Features(layers, weights=options.vgg_weights).to(device)
    size = (recipe.crop, recipe.crop)
    paintings = torch.cat(
        [
            torch.nn.functional.interpolate(p[None], size)
            for p in load_paintings(recipe, options.styles)
        ]
    ).to(device)
    crops = Crops(find_pictures(options.data), recipe.crop, recipe.zoom, 0)
    rows = [i % len(paintings) for i in range(recipe.batch)]
    styles = {n: gram(f) for n, f in vgg(paintings[rows]).items()}
    start = 0.0
    for step in range(WARM + options.steps):
        if step == WARM:
            start = time.perf_counter()
        first = step * recipe.batch
        x = torch.stack([crops[first + i][0] for i in range(recipe.batch)]).float()
        x = (x / 255).to(device)
        optimizer.zero_grad()
        pastiche = painter(x, torch.tensor(rows, device=device) + 1)
        found, target = vgg(pastiche), vgg(x)
        loss = sum(
            torch.nn.functional.mse_loss(found[n], target[n])
            for n in recipe.content_layers
        ) + sum(
            torch.nn.functional.mse_loss(gram(found[n]), styles[n][: recipe.batch])
            for n in recipe.style_layers
        )
        loss.backward()
        optimizer.step()
        loss.item()  # which the example adds up
    return options.steps * recipe.batch / (time.perf_counter() - start)


def ours(recipe: Recipe, options: argparse.Namespace) -> float:
    """Photographs a second of the project's fit."""
    keep_memory()  # as the command does
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


WAYS = {
    "plain": plain,
    "plain, its own network": lambda recipe, options: plain(
        replace(recipe, network="johnson"), options
    ),
    "fit": ours,
}


def roofline(
    recipe: Recipe, options: argparse.Namespace
) -> tuple[dict[str, float], dict[str, float]]:
    """What the device could do and what it does.

    Returns:
        Operations a photograph takes, and those a second that the device can do; and
        the share of a step's time by kind of operation.
    """
    device = choose_device()
    keep_memory()
    with tempfile.TemporaryDirectory() as folder:
        fitting = FitOptions(
            options.data, options.styles, Path(folder), options.vgg_weights
        )
        easel = Easel(replace(recipe, sketch=0), fitting, device)
        shape = recipe.batch, 3, recipe.crop, recipe.crop
        pictures = torch.randint(0, 256, shape, dtype=torch.uint8)
        with FlopCounterMode(display=False) as counter:
            easel.advance(pictures)
        shares = shares_of_time(easel, pictures)
    rates = {
        "flops_per_image": counter.get_total_flops() / recipe.batch,
        "matrix_flops_per_second": matrix_rate(device, easel.dtype),
        "matrix_flops_per_second_in_float32": matrix_rate(device, torch.float32),
    }
    return rates, shares


def shares_of_time(easel: Easel, pictures: Tensor) -> dict[str, float]:
    """Of two steps of the fit, by kind of operation; measuring slows them down."""
    cuda = easel.device.type == "cuda"
    kinds = [ProfilerActivity.CUDA if cuda else ProfilerActivity.CPU]
    with profile(activities=kinds) as seen:
        for _ in range(2):
            easel.advance(pictures)
    times = dict.fromkeys((*KINDS, "all else"), 0.0)
    for event in seen.key_averages():
        kind = next(
            (k for k, words in KINDS.items() if any(w in event.key for w in words)),
            "all else",
        )
        times[kind] += (
            event.self_device_time_total if cuda else event.self_cpu_time_total
        )
    return {kind: round(t / sum(times.values()), 3) for kind, t in times.items()}


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


def in_a_process(way: str) -> float:
    """One turn: this script again, with what was typed, for one way only."""
    command = [sys.executable, __file__, *sys.argv[1:], "--only", way]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return float(done.stdout.split()[-1])


def main() -> None:
    """Measures, prints and writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--styles", type=Path, required=True)
    parser.add_argument("--vgg-weights", type=Path)
    parser.add_argument("--recipe", default="first-light")
    parser.add_argument("--steps", type=int, default=10, help="in each turn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=WAYS, help="one turn; prints its rate alone")
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    options = parser.parse_args()
    # The plain loop has no identity: all paint as many photographs a step.
    recipe = replace(load_recipe(options.recipe), identities=0)
    if options.only:
        print(WAYS[options.only](recipe, options))
        return
    turns = [{way: in_a_process(way) for way in WAYS} for _ in range(options.rounds)]
    speeds = {way: [turn[way] for turn in turns] for way in WAYS}
    roof, shares = roofline(recipe, options)
    medians = {way: statistics.median(runs) for way, runs in speeds.items()}
    reached = medians["fit"] * roof["flops_per_image"]
    result = {
        "what": "photographs a second while fitting, network and VGG-19 on one device",
        "recipe": recipe.name,
        "crop": recipe.crop,
        "batch": recipe.batch,
        "steps": options.steps,
        "images_per_second": {
            way: [round(run, 3) for run in runs] for way, runs in speeds.items()
        },
        "fit_is_faster_by": {
            way: round(medians["fit"] / medians[way], 2) for way in WAYS if way != "fit"
        },
        **{f"giga{name}": round(value / 1e9, 1) for name, value in roof.items()},
        "share_of_roofline": round(reached / roof["matrix_flops_per_second"], 3),
        "shares_of_time": shares,
        "machine": describe("torch", "torchvision", "numpy"),
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
