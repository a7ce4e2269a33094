"""How long a frame takes, against the network of Johnson et al. 2016.

    python benchmarks/speed.py [--size 640x480] [--threads 2] [--rounds 12]

Both run in ONNX Runtime behind the same contract: a uint8 frame goes in as OpenCV has
it, a uint8 frame comes out. The Johnson network has random weights, which take as long
as fitted ones. The two take turns, so that a machine that is busy at times slows both;
the first run after a change is not counted, because the other's threads and memory are
still in its way. Two ratios are told: between the medians of all runs, and between the
fastest ones, which a noisy machine spoils less. Needs the training extra.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.machine import describe
from livestyle.bank import find
from livestyle.model import Painter
from livestyle.settings import parse_size

RESULT = Path(__file__).parent / "results" / "speed.json"
WARM = 3  # runs before the clock counts
TURNS = {"johnson": 1, "painter": 4}  # counted runs; Johnson's are far slower


def johnson(folder: Path) -> Path:
    """Writes the Johnson network as a painter file."""
    import torch

    from training.checkpoint import Checkpoint
    from training.config import Painting, Recipe
    from training.export import export
    from training.nets import Painter as Network

    torch.manual_seed(0)
    painting = Painting("none", "", "None", "Nobody", "2016")
    recipe = Recipe("johnson", (painting,), network="johnson")
    network = Network(recipe.network, 1, recipe.dim)
    checkpoint = Checkpoint(recipe, 0, 0.0, network.state_dict(), {})
    return export(checkpoint, folder / "johnson.onnx")


def seconds(painter: Painter, pixels: np.ndarray) -> float:
    """One run, frame in to frame out."""
    start = time.perf_counter()
    painter.paint(pixels, painter.identity)
    return time.perf_counter() - start


def main() -> None:
    """Measures, prints a table and writes the JSON."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="a painter file (the shipped one)")
    parser.add_argument("--size", type=parse_size, default=(640, 480))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    options = parser.parse_args()

    width, height = options.size
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        paths = {"johnson": johnson(Path(folder)), "painter": find(options.model)}
        painters = {
            name: Painter(path, provider="cpu", threads=options.threads)
            for name, path in paths.items()
        }
    for painter in painters.values():
        for _ in range(WARM):
            seconds(painter, pixels)
    times: dict[str, list[float]] = {name: [] for name in painters}
    for _ in range(options.rounds):
        for name, turns in TURNS.items():
            seconds(painters[name], pixels)
            times[name] += [seconds(painters[name], pixels) for _ in range(turns)]

    rows = {
        name: {
            "median_ms": round(statistics.median(runs) * 1e3, 2),
            "min_ms": round(min(runs) * 1e3, 2),
            "p95_ms": round(float(np.percentile(runs, 95)) * 1e3, 2),
            "runs": len(runs),
        }
        for name, runs in times.items()
    }
    result = {
        "what": "one frame through ONNX Runtime's CPU provider, conversions included",
        "model": painters["painter"].card.name,
        "size": f"{width}x{height}",
        "threads": options.threads,
        "times": rows,
        "ratio_of_medians": round(
            rows["johnson"]["median_ms"] / rows["painter"]["median_ms"], 1
        ),
        "ratio_of_fastest": round(
            rows["johnson"]["min_ms"] / rows["painter"]["min_ms"], 1
        ),
        "machine": describe("onnxruntime-gpu", "onnxruntime", "numpy", "torch"),
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    for name, row in rows.items():
        print(f"{name:8} median {row['median_ms']:7.2f} ms   min {row['min_ms']:7.2f}")
    print(
        f"the painter is {result['ratio_of_medians']} times as fast, by the fastest "
        f"runs {result['ratio_of_fastest']} times; {options.output}"
    )


if __name__ == "__main__":
    main()
