"""What the camera's colours and larger strokes cost, and how enlargements are judged.

    python benchmarks/live_controls.py [--photos FOLDER]

Times are those of one thread's own CPU time, the fastest of many runs: another program
on the machine does not count. For the enlargement, photographs are painted at 640x480;
each painting is made half as large and enlarged again in several ways, and the nearest
to the painting is the best. "edges" tells how much of its mean gradient is left.
Without photographs the demo's pictures are painted.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from livestyle.bank import find
from livestyle.chroma import Chroma
from livestyle.frame import Pixels
from livestyle.model import Painter
from livestyle.sources import Demo
from livestyle.strokes import enlarged

WIDTH, HEIGHT = SIZE = (640, 480)
RESULT = Path(__file__).parent / "results" / "live_controls.json"
RUNS = 100

Enlarging = Callable[[Pixels, Pixels], Pixels]


def quickest(work: Callable[[], object], runs: int = RUNS) -> float:
    """Milliseconds of this thread's CPU time."""
    taken = []
    for _ in range(runs):
        start = time.thread_time()
        work()
        taken.append(time.thread_time() - start)
    return round(1e3 * min(taken), 3)


def in_ycrcb(pastiche: Pixels, content: Pixels) -> Any:
    """How one would write it first: there and back through YCrCb, arrays anew."""
    kept = cv2.cvtColor(content, cv2.COLOR_BGR2YCrCb)
    kept[:, :, 0] = cv2.cvtColor(pastiche, cv2.COLOR_BGR2YCrCb)[:, :, 0]
    return cv2.cvtColor(kept, cv2.COLOR_YCrCb2BGR)


def with_kernel(kernel: int) -> Enlarging:
    """One of OpenCV's own enlargements."""
    return lambda small, _: cv2.resize(small, SIZE, interpolation=kernel)


def guided(small: Pixels, content: Pixels) -> Any:
    """The detail of the camera's picture, as far as the painting follows it there."""
    height, width = small.shape[:2]
    grey = cv2.cvtColor(content, cv2.COLOR_BGR2GRAY)
    low = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
    back = cv2.resize(low, SIZE, interpolation=cv2.INTER_CUBIC)
    x, y = low.astype(np.float32), cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)

    def mean(values: Any) -> Any:
        return cv2.blur(values, (5, 5))

    covariance = mean(x * y) - mean(x) * mean(y.astype(np.float32))
    slope = mean(covariance / (mean(x * x) - mean(x) ** 2 + 50))
    detail = cv2.subtract(grey, back, dtype=cv2.CV_32F) * cv2.resize(slope, SIZE)
    soft = cv2.resize(small, SIZE, interpolation=cv2.INTER_CUBIC)
    return cv2.add(soft, cv2.cvtColor(detail, cv2.COLOR_GRAY2BGR), dtype=cv2.CV_8U)


ENLARGEMENTS: dict[str, Enlarging] = {
    "ours": lambda small, _: enlarged(small, WIDTH, HEIGHT),
    "cubic": with_kernel(cv2.INTER_CUBIC),
    "Lanczos": with_kernel(cv2.INTER_LANCZOS4),
    "linear": with_kernel(cv2.INTER_LINEAR),
    "guided by the camera": guided,
}


def contents(photos: Path | None, count: int) -> list[Pixels]:
    """Photographs, or pictures of the demo, at the size of a frame."""
    if photos is None:
        return [Demo(SIZE).picture_at(3.0 * number) for number in range(count)]
    files = sorted(photos.glob("*.jpg"))
    chosen = files[:: max(1, len(files) // count)][:count]
    return [
        np.asarray(cv2.resize(cv2.imread(str(file)), SIZE), np.uint8) for file in chosen
    ]


def gradient(picture: Any) -> float:
    """The mean steepness of the grey levels."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    return float(np.hypot(cv2.Sobel(grey, -1, 1, 0), cv2.Sobel(grey, -1, 0, 1)).mean())


def judge(painter: Painter, pictures: list[Pixels]) -> dict[str, dict[str, float]]:
    """PSNR in dB, share of the edges, and ms of each enlargement."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ENLARGEMENTS}
    times: dict[str, float] = {}
    for number, content in enumerate(pictures):
        style = painter.names[number % len(painter.names)]
        painting = painter.paint(content, painter.embedding(style))
        half = (WIDTH // 2, HEIGHT // 2)
        small: Any = cv2.resize(painting, half, interpolation=cv2.INTER_AREA)
        for name, way in ENLARGEMENTS.items():
            back = way(small, content)
            error = float(((back.astype(float) - painting) ** 2).mean())
            edges = gradient(back) / gradient(painting)
            found[name].append((10 * np.log10(255**2 / error), edges))
            if not number:
                times[name] = quickest(lambda w=way, s=small, c=content: w(s, c))
    return {
        name: {
            "psnr_db": round(fmean(psnr for psnr, _ in rows), 2),
            "edges": round(fmean(edges for _, edges in rows), 3),
            "ms": times[name],
        }
        for name, rows in found.items()
    }


def main() -> None:
    """Measures, prints and writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, help="a folder of JPEGs")
    parser.add_argument("--count", type=int, default=12, help="pictures to judge by")
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    options = parser.parse_args()
    cv2.setNumThreads(1)

    painter = Painter(find(), provider="cpu", threads=1)
    pictures = contents(options.photos, options.count)
    content, keeper = pictures[0], Chroma()
    pastiche = painter.paint(content, painter.embedding(painter.names[0]))
    result = {
        "what": "CPU time of one thread, the fastest run, at 640x480",
        "camera_colours_ms": {
            "ours": quickest(lambda: keeper.keep(pastiche.copy(), content)),
            "through YCrCb": quickest(lambda: in_ycrcb(pastiche.copy(), content)),
            "copying alone": quickest(lambda: pastiche.copy()),
        },
        "enlarging_320x240": judge(painter, pictures),
        "pictures": f"{len(pictures)} {'photographs' if options.photos else 'demo'}",
    }
    text = json.dumps(result, indent=2)
    options.output.write_text(text + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
