"""How long a worker of `fit` takes to read and crop a photograph, and by what.

    python benchmarks/reading.py PHOTOS [--crop 192]

PHOTOS is any folder of photographs. The same ones enlarged and saved anew stand for
those of COCO's size, of screens and of cameras. All on one thread, as in a worker; a
figure is the fastest of three rounds, in ms a photograph. "whole" decodes all of a
photograph and scales it, "as wanted" decodes no finer than the scale needs; the short
side wanted is that in the middle of the recipe's zoom.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from training.config import Recipe
from training.data import Crops, Picture, as_webcam, find_pictures, scale_to
from training.machine import describe
from training.reading import read_header, read_rgb

RESULT = Path(__file__).parent / "results" / "reading.json"
# Short sides in px, and how many photographs are enlarged to each.
ENLARGED = {480: 40, 960: 20, 2160: 8}


def fastest(work: Callable[[Path], object], paths: Sequence[Path]) -> float:
    """Time in the fastest of three rounds, ms a photograph."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        for path in paths:
            work(path)
        best = min(best, time.perf_counter() - start)
    return round(best / len(paths) * 1000, 3)


def measure(paths: Sequence[Path], crop: int) -> dict[str, Any]:
    """All figures of one set of photographs, by name."""
    low, high = Recipe.zoom
    short = round(crop * (low + high) / 2)
    crops = Crops(list(paths), crop, Recipe.zoom, 0)
    turn = iter(range(10**9))
    square, rng = np.zeros((crop, crop, 3), np.uint8), np.random.default_rng(0)
    return {
        "photographs": len(paths),
        "header": fastest(lambda p: read_header(np.fromfile(p, np.uint8)), paths),
        "whole": fastest(lambda p: scale_to(read(p), short), paths),
        "as wanted": fastest(lambda p: scale_to(read(p, short), short), paths),
        "webcam": fastest(lambda _: as_webcam(square, rng), paths),
        "all of a crop": fastest(lambda _: crops[next(turn)], paths),
    }


def read(path: Path, short: int = 0) -> Picture:
    """The picture; this script takes whole ones only."""
    picture = read_rgb(path, short)
    if picture is None:
        raise SystemExit(f"{path} cannot be read")
    return picture


def enlarge(paths: Sequence[Path], short: int, folder: Path) -> list[Path]:
    """JPEGs of the same photographs with that short side."""
    found = []
    for path in paths:
        larger = folder / f"{path.stem}.jpg"
        bgr = cv2.cvtColor(scale_to(read(path), short), cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(larger), bgr, (cv2.IMWRITE_JPEG_QUALITY, 92))
        found.append(larger)
    return found


def main() -> None:
    """Measures, prints and writes the result."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    parser.add_argument("--crop", type=int, default=192)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    paths = find_pictures(options.photos)[:200]
    found = {"as they are": measure(paths, options.crop)}
    for short, count in ENLARGED.items():
        with tempfile.TemporaryDirectory() as folder:
            larger = enlarge(paths[:count], short, Path(folder))
            found[f"short side {short}"] = measure(larger, options.crop)
    head = describe("opencv-python", "numpy", "pillow")
    result = {**head, "crop": options.crop, "zoom": Recipe.zoom, "ms": found}
    text = json.dumps(result, indent=1)
    RESULT.write_text(text + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
