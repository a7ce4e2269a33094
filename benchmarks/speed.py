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
import sys
import warnings
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from livestyle.bank import find
from livestyle.model import Painter
from livestyle.settings import parse_size
from training.evaluation.speed import johnson, race, ratio
from training.machine import describe

RESULT = Path(__file__).parent / "results" / "speed.json"


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

    painter = Painter(find(options.model), provider="cpu", threads=options.threads)
    own, other = race(painter, johnson(options.threads), options.size, options.rounds)
    width, height = options.size
    rows = {"johnson": asdict(other), "painter": asdict(own)}
    result = {
        "what": "one frame through ONNX Runtime's CPU provider, conversions included",
        "model": painter.card.name,
        "size": f"{width}x{height}",
        "threads": options.threads,
        "times": rows,
        "ratio_of_medians": ratio(own, other),
        "ratio_of_fastest": ratio(own, other, fastest=True),
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
