"""Other people's painters: the fast neural style files of the ONNX model zoo, one each.

Such a file has one input and one output, both float32 of shape (1, 3, height, width):
red, green, blue from 0 to 255. It has no card, so its only style is called as the file
is, and no identity. Here it gets the interface of this project's own painters: its
embedding space has one dimension, how much of the painting covers the photograph, and
the way from 0 to 1 is a blend of pixels.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort

from livestyle.bound import unrecorded
from livestyle.contract import MAX_NAME, MAX_SIDE, Card, Embedding, Style
from livestyle.errors import ModelError
from livestyle.frame import Pixels

IDENTITY, FULL = (0.0,), (1.0,)
# These networks halve the sides two or three times and double them again: with sides
# that are no multiple of it, the painting comes out larger than the photograph.
GRID = 8  # px

SizeHW = tuple[int, int]


def is_one(session: ort.InferenceSession) -> bool:
    """Whether a file has the inputs and outputs of this kind, whatever their sizes."""
    ports = (*session.get_inputs(), *session.get_outputs())
    return len(ports) == 2 and all(map(_is_picture, ports))


def _is_picture(port: ort.NodeArg) -> bool:
    shape = port.shape
    if port.type != "tensor(float)" or len(shape) != 4:
        return False
    return shape[1] == 3 or not isinstance(shape[1], int)


def style_name(stem: str) -> str:
    """What the style of a file is called: "mosaic" for `mosaic-9.onnx`.

    The number behind the zoo's names is the version of ONNX's operators.
    """
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    name = re.sub(r"(?<=.)-\d{1,2}$", "", words)[:MAX_NAME].strip("-")
    return name or "painting"


def card(path: Path) -> Card:
    """A card for a file that carries none."""
    name = style_name(path.stem)
    title = name.replace("-", " ").capitalize()
    style = Style(name, title, "", "", "", path.name, FULL)
    return Card(name, (style,), IDENTITY, network="fast-neural-style")


class Zoo:
    """Runs such a file on frames of any size.

    A file of one size paints the whole frame at that size: the frame is made smaller
    (or larger) with its proportions kept, mirrored at its edges where it does not fill
    the size, and the painting is cut out and brought back to the frame's size.

    Args:
        session: of a file that `is_one`.

    Attributes:
        size: the height and width that the file has, None for any.

    Raises:
        ModelError: it takes several pictures at once, or a size that none can be.
    """

    def __init__(self, session: ort.InferenceSession) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name
        batch, _, *sides = session.get_inputs()[0].shape
        if isinstance(batch, int) and batch != 1:
            raise _refused(f"it paints {batch} pictures at once")
        fixed = [side for side in sides if isinstance(side, int)]
        if len(fixed) == 1:
            raise _refused(f"it fixes one side of the picture only ({fixed[0]} px)")
        if fixed and not all(1 <= side <= MAX_SIDE for side in fixed):
            raise _refused(f"it paints pictures of {fixed[1]}x{fixed[0]} only")
        self.size: SizeHW | None = (fixed[0], fixed[1]) if fixed else None

    def run(self, pixels: Pixels, style: Embedding) -> Pixels:
        """Paints a frame.

        Args:
            pixels: BGR uint8, shape (height, width, 3).
            style: shape (1,): 0 the photograph, 1 the painting.

        Returns:
            BGR uint8 of the same shape.

        Raises:
            ModelError: the painting has another size than the picture.
        """
        painted = self._paint(pixels) if self.size is None else self._fit(pixels)
        share = float(style[0])
        if share == 1:
            return np.ascontiguousarray(painted)
        return np.asarray(
            cv2.addWeighted(painted, share, pixels, 1 - share, 0), np.uint8
        )

    def _fit(self, pixels: Pixels) -> Pixels:
        """Paints at the file's own size."""
        assert self.size is not None
        height, width = pixels.shape[:2]
        scale = min(self.size[0] / height, self.size[1] / width)
        inner = (max(1, round(height * scale)), max(1, round(width * scale)))
        small = _resized(pixels, inner)
        return _resized(self._paint(small, self.size), (height, width))

    def _paint(self, pixels: Pixels, size: SizeHW | None = None) -> Pixels:
        """Paints pixels as the middle of a larger picture, and cuts them out again."""
        height, width = pixels.shape[:2]
        whole = size or (-(-height // GRID) * GRID, -(-width // GRID) * GRID)
        top, left = (whole[0] - height) // 2, (whole[1] - width) // 2
        below, right = whole[0] - height - top, whole[1] - width - left
        padded = cv2.copyMakeBorder(pixels, top, below, left, right, cv2.BORDER_REFLECT)
        feeds = {self._input: _planes(np.asarray(padded, np.uint8))}
        (planes,) = self._session.run(None, feeds, unrecorded())
        if planes.shape != (1, 3, *whole):
            raise _refused(
                f"it gives {planes.shape} for a picture of {whole[1]}x{whole[0]}"
            )
        return _pixels(planes[0])[top : top + height, left : left + width]


def _planes(pixels: Pixels) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """BGR uint8 (H, W, 3) as RGB float32 (1, 3, H, W) from 0 to 255."""
    rgb = np.asarray(pixels[..., ::-1], np.float32)
    return np.ascontiguousarray(rgb.transpose(2, 0, 1)[None])


def _pixels(planes: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Pixels:
    """RGB float32 (3, H, W) as BGR uint8 (H, W, 3); what is no number is black."""
    bgr = cv2.merge([np.ascontiguousarray(plane) for plane in planes[::-1]])
    known = np.nan_to_num(bgr, copy=False, nan=0, posinf=255, neginf=0)
    return np.asarray(np.rint(known.clip(0, 255)), np.uint8)


def _resized(pixels: Pixels, size_hw: SizeHW) -> Pixels:
    if pixels.shape[:2] == size_hw:
        return pixels
    smaller = size_hw[0] < pixels.shape[0]
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size_hw[::-1], interpolation=how), np.uint8)


def _refused(what: str) -> ModelError:
    return ModelError(
        what,
        hint="Files like those of the ONNX model zoo's fast neural style have an input "
        "and an output of 1x3xHEIGHTxWIDTH.",
    )
