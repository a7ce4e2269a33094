"""Draws the figures of the documentation with the shipped painters.

    python docs/make_figures.py [NAME ...]

One function a figure, named as its file in docs/figures/; all by default.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import cv2
import numpy as np

from livestyle.bank import find
from livestyle.frame import Frame, Pixels
from livestyle.model import Painter
from livestyle.sources.demo import Demo
from livestyle.stylizer import Stylizer

FIGURES = Path(__file__).parent / "figures"
GAP = 6  # px of white between the pictures of a sheet


def first_light() -> Pixels:
    """The demo's first picture, and painted in each style, in a row."""
    painter = Painter(find("first-light"), provider="cpu")
    frame = Frame(Demo((480, 480)).picture_at(0.0), 0, 0.0)
    pictures = [frame.pixels]
    pictures += [Stylizer.of_style(painter, s)(frame).pixels for s in painter.names]
    return _row(pictures, 384)


def strength() -> Pixels:
    """One style a row, from the camera's picture to the full painting."""
    painter = Painter(find("first-light"), provider="cpu")
    frame = Frame(Demo((480, 480)).picture_at(0.0), 0, 0.0)
    steps = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    rows = [
        _row([Stylizer.of_style(painter, s, x)(frame).pixels for x in steps], 256)
        for s in painter.names
    ]
    return np.vstack(rows)


def _row(pictures: list[Pixels], side: int) -> Pixels:
    tiles = [
        cv2.resize(p, (side, side), interpolation=cv2.INTER_AREA) for p in pictures
    ]
    edged = [
        cv2.copyMakeBorder(t, 0, GAP, 0, GAP, cv2.BORDER_CONSTANT, value=(255,) * 3)
        for t in tiles
    ]
    return np.asarray(np.hstack(edged)[:, :-GAP], np.uint8)


def main() -> None:
    """Draws the figures named on the command line, or all."""
    figures = {"first-light": first_light, "strength": strength}
    FIGURES.mkdir(exist_ok=True)
    for name in sys.argv[1:] or figures:
        path = FIGURES / f"{name}.jpg"
        _, data = cv2.imencode(".jpg", figures[name](), [cv2.IMWRITE_JPEG_QUALITY, 88])
        path.write_bytes(data.tobytes())
        print(path)


if __name__ == "__main__":
    main()
