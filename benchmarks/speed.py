"""How long a frame takes, against the network of Johnson et al. 2016.

    python benchmarks/speed.py [--size 640x480] [--threads 2] [--rounds 12]

All run in ONNX Runtime behind the same contract: a uint8 frame goes in as OpenCV has
it, a uint8 frame comes out. The Johnson network has random weights, which take as long
as fitted ones. It takes turns with each painter that comes along, in each precision
that the painter has for CPUs, so that a machine that is busy at times slows both; the
first run after a change is not counted, because the other's threads and memory are
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
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from livestyle.bank import shipped
from livestyle.model import Painter
from livestyle.readers import parse_size
from livestyle.variants import PLAIN, variants_of
from training.evaluation.speed import johnson, race, ratio
from training.machine import describe

RESULT = Path(__file__).parent / "results" / "speed.json"


def main() -> None:
    """Measures, prints a table and writes the JSON."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="a painter file (all shipped ones)")
    parser.add_argument("--size", type=parse_size, default=(640, 480))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    options = parser.parse_args()

    models = [options.model] if options.model else [*shipped().values()]
    result: dict[str, Any] = {
        "what": "one frame through ONNX Runtime's CPU provider, conversions included",
        "size": "{}x{}".format(*options.size),
        "threads": options.threads,
        "painters": {
            model.stem: {p: _measured(f, options) for p, f in for_cpus(model).items()}
            for model in sorted(models, key=lambda path: path.stat().st_size)
        },
        "machine": describe("onnxruntime-gpu", "onnxruntime", "numpy", "torch"),
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    for model, precisions in result["painters"].items():
        for precision, found in precisions.items():
            own, other = found["painter"], found["johnson"]
            print(
                f"{model} in {precision}: fastest {own['min_ms']:.2f} ms, median "
                f"{own['median_ms']:.2f} ms, {found['ratio_of_fastest']} and "
                f"{found['ratio_of_medians']} times as fast as Johnson's "
                f"({other['min_ms']:.2f} and {other['median_ms']:.2f} ms)"
            )
    print(options.output)


def for_cpus(model: Path) -> dict[str, Path]:
    """A painter's files by precision, as far as they are for CPUs."""
    # Halves are for GPUs: on a CPU every one is made a float32 first.
    others = {p: f for p, f in variants_of(model).items() if p != "float16"}
    return {PLAIN: model, **others}


def _measured(file: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Times of a painter's file and of the Johnson network, in turns."""
    painter = Painter(file, provider="cpu", threads=options.threads)
    own, other = race(painter, johnson(options.threads), options.size, options.rounds)
    return {
        "johnson": asdict(other),
        "painter": asdict(own),
        "ratio_of_medians": ratio(own, other),
        "ratio_of_fastest": ratio(own, other, fastest=True),
    }


if __name__ == "__main__":
    main()
