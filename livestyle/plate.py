"""Text on dark glass: rendered once, then blended into picture after picture."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from livestyle.frame import Pixels

# Red, green, blue, opacity, each 0 to 255.
Colour = tuple[int, int, int, int]
DARK: Colour = (14, 15, 18, 170)
DARKER: Colour = (14, 15, 18, 232)
ALARM: Colour = (150, 20, 24, 225)
_WHITE: Colour = (244, 244, 240, 255)
_MUTED: Colour = (184, 186, 190, 255)
_RED: Colour = (240, 52, 48, 255)

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True)
class Plate:
    """Something rendered that is laid over pictures.

    Attributes:
        light: BGR already multiplied by its opacity, uint8, shape (h, w, 3).
        through: how much of the picture stays visible, 0 to 255, shape (h, w, 3).
    """

    light: Pixels
    through: Pixels

    @property
    def height(self) -> int:
        """Rows of pixels."""
        return int(self.light.shape[0])

    @property
    def width(self) -> int:
        """Columns of pixels."""
        return int(self.light.shape[1])

    def onto(self, pixels: Pixels, top: int, left: int) -> None:
        """Blends the plate into a picture, cut off at the right and bottom edges.

        Args:
            pixels: BGR uint8, shape (H, W, 3); changed in place.
            top: first row, not negative.
            left: first column, not negative.
        """
        place = pixels[top : top + self.height, left : left + self.width]
        if place.size:
            here = np.s_[: place.shape[0], : place.shape[1]]
            behind = cv2.multiply(place, self.through[here], scale=1 / 255)
            place[:] = cv2.add(behind, self.light[here])


@lru_cache(maxsize=64)
def text_plate(
    parts: tuple[str, ...],
    size: int,
    width: int,
    back: Colour = DARK,
    gap: str = "   ",
) -> Plate:
    """A text on one line, or on more where one is too long.

    Args:
        parts: pieces that are never broken; at least one.
        size: height of the letters in pixels.
        width: the plate is at most so wide, in pixels, if the parts allow it.
        back: the colour of the glass.
        gap: what stands between two parts on a line.
    """
    font = ImageFont.load_default(size)
    pad, step = _padding(size), _line_step(size)
    lines = _wrap([_writable(part) for part in parts], gap, font, width - 2 * pad)
    longest = max(font.getlength(line) for line in lines)
    image = Image.new("RGBA", (round(longest) + 2 * pad, step * len(lines) + pad), back)
    pen = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        _write(pen, (pad, pad // 2 + row * step), line, font, _WHITE)
    return _rendered(image)


@lru_cache(maxsize=4)
def recording_plate(seconds: int, size: int) -> Plate:
    """A red dot and how long the recording is, in minutes and seconds."""
    text = f"REC {seconds // 60}:{seconds % 60:02}"
    font = ImageFont.load_default(size)
    pad, step = _padding(size), _line_step(size)
    width = round(font.getlength(text)) + 2 * pad + round(1.25 * size)
    image = Image.new("RGBA", (width, step + pad), DARK)
    dot = _disc(round(0.8 * size))
    image.paste(_RED, (pad, (image.height - dot.height) // 2), dot)
    pen = ImageDraw.Draw(image)
    _write(pen, (pad + round(1.25 * size), pad // 2), text, font, _WHITE)
    return _rendered(image)


@lru_cache(maxsize=4)
def table_plate(rows: tuple[tuple[str, str], ...], size: int) -> Plate:
    """Two columns, what stands in the second one in a quieter colour."""
    font = ImageFont.load_default(size)
    pad, step = size, round(1.15 * _line_step(size))
    second = pad + round(max(font.getlength(left) for left, _ in rows) + 1.5 * size)
    width = second + round(max(font.getlength(right) for _, right in rows)) + pad
    image = Image.new("RGBA", (width, step * len(rows) + 2 * pad), DARKER)
    pen = ImageDraw.Draw(image)
    for row, (left, right) in enumerate(rows):
        _write(pen, (pad, pad + row * step), left, font, _WHITE)
        _write(pen, (second, pad + row * step), right, font, _MUTED)
    return _rendered(image)


def side_by_side(plates: Sequence[Plate]) -> Plate:
    """Plates in a row, on glass of their own colour down to the lowest edge.

    Args:
        plates: with their lowest row in the colour of the glass; at least one.
    """
    height = max(plate.height for plate in plates)

    def joined(parts: Iterable[Pixels]) -> Pixels:
        filled = [
            np.pad(part, ((0, height - len(part)), (0, 0), (0, 0)), "edge")
            for part in parts
        ]
        return np.concatenate(filled, axis=1)

    return Plate(
        joined(plate.light for plate in plates),
        joined(plate.through for plate in plates),
    )


def _padding(size: int) -> int:
    return max(3, round(0.6 * size))


def _line_step(size: int) -> int:
    return round(1.3 * size)


def _wrap(parts: list[str], gap: str, font: _Font, width: float) -> list[str]:
    lines = [parts[0]]
    for part in parts[1:]:
        longer = lines[-1] + gap + part
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def _writable(text: str) -> str:
    """Pillow's own font has the letters of ASCII: accents go, the rest turns to "?"."""
    bare = unicodedata.normalize("NFKD", text)
    kept = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return kept.encode("ascii", "replace").decode()


def _write(
    pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, font: _Font, ink: Colour
) -> None:
    pen.text(at, text, font=font, fill=ink)


def _disc(diameter: int) -> Image.Image:
    """A mask with a smooth edge, which Pillow's ellipse has not."""
    large = Image.new("L", (8 * diameter, 8 * diameter))
    ImageDraw.Draw(large).ellipse((0, 0, 8 * diameter - 1, 8 * diameter - 1), fill=255)
    return large.resize((diameter, diameter), Image.Resampling.BOX)


def _rendered(image: Image.Image) -> Plate:
    rgba = np.asarray(image, np.float32)
    opacity = rgba[:, :, 3:] / 255
    light = np.rint(rgba[:, :, 2::-1] * opacity).astype(np.uint8)
    through = np.rint(255 * (1 - np.repeat(opacity, 3, axis=2))).astype(np.uint8)
    return Plate(light, through)
