"""What it costs to remember the last seconds, beside what a recording costs.

    python benchmarks/replay.py [--size 640x480] [--frames 150] [--rounds 5]

The demo is painted first, in the first style of the shipped painter; then the same
pictures are encoded as `--replay` does and as a recording does, in turns. Counted is
the time of processors, all threads together, per picture: the clock on the wall would
count what other programs take. Told is the median of the rounds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from livestyle.bank import find
from livestyle.frame import Pixels
from livestyle.model import Painter
from livestyle.readers import parse_size
from livestyle.sinks.encoder import TICK, Movie
from livestyle.sinks.h264 import Effort
from livestyle.sinks.replay import Nowhere
from livestyle.sources.demo import Demo
from training.machine import describe

RESULT = Path(__file__).parent / "results" / "replay.json"
FPS = 30
EFFORTS: dict[str, Effort] = {"replay": "cheap", "recording": "prompt"}


def painted(size_wh: tuple[int, int], count: int) -> list[Pixels]:
    """The demo as the shipped painter shows it."""
    painter, demo = Painter(find(None), provider="cpu"), Demo(size_wh)
    style = painter.embedding(painter.names[0])
    return [painter.paint(demo.picture_at(n / FPS), style) for n in range(count)]


def encode(pictures: list[Pixels], effort: Effort) -> tuple[float, int]:
    """Seconds of processor time and bytes."""
    sizes: list[int] = []
    height, width = pictures[0].shape[:2]
    step = round(1 / FPS / TICK)
    began = time.process_time()
    movie = Movie(
        Nowhere(), width, height, effort=effort, packets=lambda p: sizes.append(p.size)
    )
    for number, pixels in enumerate(pictures):
        movie.write(pixels, number * step, step)
    movie.close()
    return time.process_time() - began, sum(sizes)


def main() -> None:
    """Measures, prints a line for each and writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=parse_size, default=(640, 480))
    parser.add_argument("--frames", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    options = parser.parse_args()

    pictures = painted(options.size, options.frames)
    rounds = [
        {name: encode(pictures, effort) for name, effort in EFFORTS.items()}
        for _ in range(options.rounds)
    ]
    found = {}
    for name in EFFORTS:
        ms = statistics.median(row[name][0] for row in rounds) * 1e3 / len(pictures)
        size = rounds[0][name][1]
        found[name] = {
            "cpu_ms_per_frame": round(ms, 2),
            "share_of_a_core_at_30_fps": round(ms * FPS / 1e3, 3),
            "megabytes_in_10_s": round(size * 10 * FPS / len(pictures) / 1e6, 1),
        }
        print(f"{name:10} {found[name]}")
    width, height = options.size
    result = {
        "what": "processor time of encoding painted pictures, conversion included",
        "size": f"{width}x{height}",
        "frames": len(pictures),
        "rounds": options.rounds,
        **found,
        "machine": describe("av", "numpy"),
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
