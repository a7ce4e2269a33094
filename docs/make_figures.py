"""Draws the figures of the documentation with the shipped painters.

    python docs/make_figures.py [NAME ...]

One function a figure, named as its file in docs/figures/; all by default.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from livestyle.bank import find
from livestyle.contract import Embedding
from livestyle.frame import Frame, Pixels
from livestyle.model import Painter
from livestyle.sources.demo import Demo
from livestyle.stylizer import Stylizer

FIGURES = Path(__file__).parent / "figures"
GAP = 6  # px of white between the pictures of a sheet
PAINTER = "small"
# Pairs of styles that differ in colours and in strokes, for the sheet of blends.
PAIRS = (
    ("great-wave", "the-scream"),
    ("starry-night", "mondrian"),
    ("composition-vii", "water-lilies"),
    ("udnie", "the-kiss"),
    ("the-shipwreck", "portrait-delaunay"),
    ("impression-sunrise", "wheat-field"),
    ("grande-jatte", "blue-dancers"),
    ("cafe-terrace", "mont-sainte-victoire"),
)
# Of the clip: styles shown one after the other, seconds for each, frames a second.
SHOWN = (
    "starry-night",
    "composition-vii",
    "portrait-delaunay",
    "wheat-field",
    "mondrian",
)
SECONDS, RATE = 1.2, 10


def gallery(name: str) -> Pixels:
    """The portrait, four tiles large, among its pastiches in all styles, with names."""
    painter = Painter(find(name), provider="cpu")
    side = 232
    tiles = [
        _named(_tile(_painted(painter, painter.embedding(s)), side), s)
        for s in painter.names
    ]
    large = _tile(_portrait(), 2 * side + GAP)
    beside = np.vstack([_row(tiles[:3]), _across(3 * side + 2 * GAP), _row(tiles[3:6])])
    top = np.hstack([large, _down(len(large)), beside])
    below = [_row(tiles[i : i + 5]) for i in range(6, len(tiles), 5)]
    return _stack([top, *below])


def strength(name: str) -> Pixels:
    """One style a row, from the camera's picture to the full painting."""
    painter = Painter(find(name), provider="cpu")
    frame = Frame(_portrait(), 0, 0.0)
    rows = []
    for style in painter.names:
        steps = [
            Stylizer.of_style(painter, style, x)(frame).pixels
            for x in (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
        ]
        rows.append(_row([_tile(step, 128) for step in steps]))
    return _stack(rows)


def blends(name: str) -> Pixels:
    """Two styles a row, from one to the other."""
    painter = Painter(find(name), provider="cpu")
    rows = []
    for first, second in PAIRS:
        one, other = painter.embedding(first), painter.embedding(second)
        steps = [
            _painted(painter, one + np.float32(x) * (other - one))
            for x in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
        ]
        rows.append(_row([_tile(step, 160) for step in steps]))
    return _stack(rows)


def live() -> list[Pixels]:
    """The demo's moving picture while styles are switched, with the crossfades."""
    painter = Painter(find(PAINTER), provider="cpu")
    demo = Demo((640, 480))
    stylize = Stylizer.of_style(painter, SHOWN[0])
    frames = []
    for i in range(round(len(SHOWN) * SECONDS * RATE)):
        now = i / RATE
        style = SHOWN[int(now / SECONDS)]
        stylize.controls.choose_style(painter.names.index(style))
        shown = stylize(Frame(demo.picture_at(now), i, now)).pixels
        small = cv2.resize(shown, (320, 240), interpolation=cv2.INTER_AREA)
        frames.append(np.asarray(small, np.uint8))
    return frames


def _portrait() -> Pixels:
    return Demo((480, 480)).picture_at(0.0)


def _painted(painter: Painter, embedding: Embedding) -> Pixels:
    return painter.paint(_portrait(), np.asarray(embedding, np.float32))


def _tile(picture: Pixels, side: int) -> Pixels:
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _named(tile: Pixels, name: str) -> Pixels:
    """The tile with a style's name on a dark strip along its lower edge."""
    image = Image.fromarray(tile[..., ::-1])
    draw = ImageDraw.Draw(image, "RGBA")
    width, height = image.size
    draw.rectangle((0, height - 20, width, height), fill=(14, 15, 18, 150))
    draw.text((6, height - 17), name, font=ImageFont.load_default(12), fill="white")
    return np.asarray(image, np.uint8)[..., ::-1]


def _across(width: int) -> Pixels:
    return np.full((GAP, width, 3), 255, np.uint8)


def _down(height: int) -> Pixels:
    return np.full((height, GAP, 3), 255, np.uint8)


def _row(tiles: list[Pixels]) -> Pixels:
    parts = [part for tile in tiles for part in (tile, _down(len(tile)))]
    return np.hstack(parts[:-1])


def _stack(rows: list[Pixels]) -> Pixels:
    """Rows below each other; one that is shorter is filled up with white."""
    width = max(row.shape[1] for row in rows)
    parts: list[Pixels] = []
    for row in rows:
        missing = width - row.shape[1]
        full = np.pad(row, ((0, 0), (0, missing), (0, 0)), constant_values=255)
        parts += [full, _across(width)]
    return np.vstack(parts[:-1])


def _write_sheet(path: Path, sheet: Pixels) -> None:
    _, data = cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, 88])
    path.write_bytes(data.tobytes())


def _write_clip(path: Path, frames: list[Pixels]) -> None:
    images = [Image.fromarray(frame[..., ::-1]) for frame in frames]
    # One palette for all: colours of their own for each frame flicker.
    sample = Image.fromarray(np.vstack([f[::2, ::2, ::-1] for f in frames[::6]]))
    palette = sample.quantize(128, dither=Image.Dither.NONE)
    flat = [i.quantize(palette=palette, dither=Image.Dither.NONE) for i in images]
    flat[0].save(
        path, save_all=True, append_images=flat[1:], duration=1000 // RATE, loop=0
    )


def main() -> None:
    """Draws the figures named on the command line, or all."""
    sheets: dict[str, Callable[[], Pixels]] = {
        "small": partial(gallery, "small"),
        "large": partial(gallery, "large"),
        "strength": partial(strength, "small"),
        "blends": partial(blends, "small"),
        "large-strength": partial(strength, "large"),
        "large-blends": partial(blends, "large"),
    }
    FIGURES.mkdir(exist_ok=True)
    for name in sys.argv[1:] or [*sheets, "live"]:
        if name == "live":
            path = FIGURES / "live.gif"
            _write_clip(path, live())
        else:
            path = FIGURES / f"{name}.jpg"
            _write_sheet(path, sheets[name]())
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
