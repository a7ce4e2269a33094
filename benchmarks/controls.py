"""What the networks are worth beside that of Johnson et al. 2016, fitted alike.

    python benchmarks/controls.py --data PHOTOS --styles PAINTINGS --vgg-weights FILE \
      --clips CLIPS --runs FOLDER

Fits the recipes in `benchmarks/controls` one after the other, as far as they are not in
`--runs` yet: two paintings, the same loss, as many photographs. So the Johnson network
is a control for ours, and one network with the steadiness term and without it tells
what the term brings and what it costs. The painters that come along are judged in the
same two paintings beside them, though they had to learn sixteen.

Told of each is, as a mean of the two paintings: content, style and total by the terms
that all painters are judged by, on validation photographs; how much a still scene with
a sensor's noise flickers, and the warping error on clips, in grey levels.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from livestyle.bank import shipped
from livestyle.model import Painter
from training.checkpoint import FILE, Checkpoint
from training.config import load_recipe
from training.evaluation.distance import Target, load_objective
from training.evaluation.flicker import clip_flicker, find_clips, still_flicker
from training.evaluation.judging import judged
from training.evaluation.validation import Validation, choose_photos
from training.export import export
from training.machine import describe
from training.objective import Objective

ROOT = Path(__file__).parent.parent
RESULT = Path(__file__).parent / "results" / "controls.json"
RECIPES = Path(__file__).parent / "controls"
NAMES = ("johnson", "brisk", "brisk-unsteady")
NOISE = 4.0  # grey levels of 255, a standard deviation
SIDE = 256  # px of the squares that are judged


def main() -> None:
    """Fits what is missing, measures, prints a table and writes the JSON."""
    warnings.simplefilter("ignore")
    options = arguments()
    painters = {name: fitted(name, options) for name in NAMES}
    painters |= shipped()
    recipe = judged(load_recipe(RECIPES / "johnson.toml"))
    objective, _ = load_objective(recipe, options.styles, options.vgg_weights)
    photos = choose_photos(options.data, recipe.validation, options.photos, SIDE)
    known = {painting.name for painting in recipe.styles}
    rows = {
        name: measured(path, objective, photos, options)
        for name, path in painters.items()
        if known <= {style.name for style in Painter(path, provider="cpu").card.styles}
    }
    result = {
        "what": "means of two paintings; flicker in grey levels of 255",
        "paintings": sorted(known),
        "photographs": [photo.name for photo in photos.photos],
        "clips": [clip.name for clip in find_clips([options.clips])],
        "noise": NOISE,
        "painters": rows,
        "machine": describe("onnxruntime-gpu", "onnxruntime", "numpy", "torch"),
    }
    options.output.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(table(rows))


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("data", "styles", "vgg-weights", "clips", "runs"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--precision", default="auto", help="of the fits")
    parser.add_argument("--photos", type=int, default=16, help="that are judged by")
    parser.add_argument("--pairs", type=int, default=12, help="of frames in a clip")
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    return parser.parse_args()


def fitted(name: str, options: argparse.Namespace) -> Path:
    """The exported painter of a recipe, which is fitted first if it is not there."""
    run = options.runs / name
    recipe = load_recipe(RECIPES / f"{name}.toml")
    begun = (run / FILE).exists()
    if not begun or Checkpoint.load(run).step < recipe.steps:
        command = [sys.executable, "-m", "training", "fit", RECIPES / f"{name}.toml"]
        command += ["--data", options.data, "--styles", options.styles, "--out", run]
        command += ["--vgg-weights", options.vgg_weights]
        command += ["--precision", options.precision, "--workers", "1"]
        subprocess.run(command + ["--resume"] * begun, check=True, cwd=ROOT)
    return export(Checkpoint.load(run), run / f"{name}.onnx")


def measured(
    path: Path,
    objective: Objective,
    photos: Validation,
    options: argparse.Namespace,
) -> dict[str, Any]:
    """The figures of one painter, means of the objective's paintings."""
    painter = Painter(path, provider="cpu")
    names = [painting.name for painting in objective.recipe.styles]
    own = {style.name: style.vector() for style in painter.card.styles}
    paints = {name: partial(painter.paint, style=own[name]) for name in names}
    pixels = [photo.pixels for photo in photos.photos]
    terms = [
        Target(objective, photo, place).distances(paints[name](photo))
        for place, name in enumerate(names)
        for photo in pixels
    ]
    still = still_flicker(pixels, paints, NOISE, seed=0)
    # Each clip is read once, so they are opened anew for each painter.
    clips = find_clips([options.clips])
    moving = [clip_flicker(clip, paints, options.pairs) for clip in clips]
    found: dict[str, Any] = {
        key: float(np.mean([t[key] for t in terms]))
        for key in ("content", "style", "total")
    }
    return {
        **found,
        "network": painter.card.network,
        "styles": len(painter.card.styles),
        "still": float(np.mean(list(still.painted.values()))),
        "moving": float(np.mean([v for f in moving for v in f.painted.values()])),
        "source_still": still.source,
        "source_moving": float(np.mean([f.source for f in moving])),
    }


def table(rows: dict[str, dict[str, Any]]) -> str:
    """The figures as a table in Markdown."""
    lines = [
        "| painter | network | styles | content | style | total | still | moving |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        lines.append(
            f"| {name} | {row['network']} | {row['styles']} | {row['content']:.2f} "
            f"| {row['style']:.3f} | {row['total']:.2f} | {row['still']:.2f} "
            f"| {row['moving']:.2f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
