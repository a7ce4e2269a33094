"""Draws the sheet that shows how the weights act: style weight x content layer.

    python docs/make_weights.py PHOTO PAINTING --vgg-weights FILE

Each picture is made by optimisation, from the photograph, by the terms that a fit has:
so it shows what the weights ask for, and no painter's limits.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import cv2
import numpy as np

from livestyle.frame import Pixels
from livestyle.pictures import read_picture
from training.config import Painting, load_recipe
from training.data import centre_crop
from training.descent import descend
from training.evaluation.distance import (
    Target,
    load_objective,
    to_pixels,
    to_tensor,
)
from training.evaluation.figures import sheet
from training.transfer_settings import Descent

FIGURE = Path(__file__).parent / "figures" / "weights.jpg"
LAYERS = ("relu2_1", "relu3_1", "relu4_1")
WEIGHTS = (0.5, 2.0, 8.0, 32.0)
SIDE, PAINTING_SIZE = 192, 256  # px


def main() -> None:
    """Optimises every picture and writes the sheet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photo", type=Path)
    parser.add_argument("painting", type=Path)
    parser.add_argument("--vgg-weights", type=Path)
    parser.add_argument("--steps", type=int, default=80)
    options = parser.parse_args()
    photo = np.ascontiguousarray(centre_crop(read_picture(options.photo), SIDE))
    heads = [f"style weight {weight:g}" for weight in WEIGHTS]
    rows = [
        [_picture(photo, options, layer, weight) for weight in WEIGHTS]
        for layer in LAYERS
    ]
    named = [
        [_label(row[0], layer), *row[1:]]
        for layer, row in zip(LAYERS, rows, strict=True)
    ]
    FIGURE.parent.mkdir(exist_ok=True)
    cv2.imwrite(str(FIGURE), sheet(heads, named, SIDE), [cv2.IMWRITE_JPEG_QUALITY, 90])
    print(FIGURE)


def _picture(
    photo: Pixels, options: argparse.Namespace, layer: str, weight: float
) -> Pixels:
    name = options.painting.name
    painting = Painting("style", name, "Style", "-", "-", size=PAINTING_SIZE)
    recipe = replace(
        load_recipe("first-light"),
        styles=(painting,),
        content_layers={layer: 1.0},
        style_weight=weight,
        repetition_weight=0.0,
        grid_weight=0.0,
        grain_weight=0.0,
    )
    objective, _ = load_objective(recipe, options.painting.parent, options.vgg_weights)
    target = Target(objective, photo, 0)
    start = to_tensor(photo, target.device)
    for progress in descend(start, target, Descent(steps=options.steps)):
        print(f"{layer} {weight:g}: {progress.step} of {options.steps}", end="\r")
    print()
    return to_pixels(progress.picture)


def _label(pixels: Pixels, words: str) -> Pixels:
    labelled = pixels.copy()
    place, font = (6, SIDE - 8), cv2.FONT_HERSHEY_SIMPLEX
    for colour, width in (((0, 0, 0), 4), ((255, 255, 255), 1)):
        cv2.putText(labelled, words, place, font, 0.5, colour, width, cv2.LINE_AA)
    return labelled


if __name__ == "__main__":
    main()
