"""Larger or finer strokes: paints at another size and brings the painting back."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from livestyle.contract import MAX_SIDE, MIN_SIDE, Embedding
from livestyle.frame import Pixels

# Unsharp masking of a small painting before it is made larger, which takes what the
# cubic kernel softens. Judged by paintings that were made small and enlarged again
# (benchmarks/live_controls.py): nearer to the painting than Lanczos' kernel, and no
# farther than an enlargement guided by the camera's edges, at a fraction of their time.
_SHARPENING, _SIGMA = 0.3, 0.7


class Strokes:
    """A network's strokes have a size in pixels: in a smaller picture they are larger.

    Args:
        paint: paints a picture of any size in a style, as `Painter.paint` does.
    """

    def __init__(self, paint: Callable[[Pixels, Embedding], Pixels]) -> None:
        self._paint = paint
        self._resized: Pixels | None = None  # made once for each size

    def paint(self, content: Pixels, style: Embedding, working: float) -> Pixels:
        """Paints a picture with strokes of another size.

        Args:
            content: BGR uint8, shape (H, W, 3).
            style: the embedding, float32.
            working: the size to paint at, as a share of the content's; less makes the
                strokes larger, and painting quicker.

        Returns:
            A new array of the content's shape.

        Raises:
            PictureError, ModelError: it cannot be painted.
        """
        height, width = content.shape[:2]
        size_wh = working_size(width, height, working)
        if size_wh == (width, height):
            return self._paint(content, style)
        larger = size_wh[0] > width
        way = cv2.INTER_CUBIC if larger else cv2.INTER_LINEAR
        resized = cv2.resize(content, size_wh, self._scratch(size_wh), 0, 0, way)
        self._resized = np.asarray(resized, np.uint8)
        pastiche = self._paint(self._resized, style)
        if not larger:
            return enlarged(pastiche, width, height)
        back = cv2.resize(pastiche, (width, height), interpolation=cv2.INTER_AREA)
        return np.asarray(back, np.uint8)

    def _scratch(self, size_wh: tuple[int, int]) -> Pixels | None:
        held = self._resized
        return held if held is not None and held.shape[1::-1] == size_wh else None


def enlarged(pastiche: Pixels, width: int, height: int) -> Pixels:
    """A small painting at a larger size, its contours as sharp as they were.

    Args:
        pastiche: BGR uint8, shape (h, w, 3).
        width: of the result, in pixels.
        height: of the result, in pixels.
    """
    soft = cv2.GaussianBlur(pastiche, (3, 3), _SIGMA)
    crisp = cv2.addWeighted(pastiche, 1 + _SHARPENING, soft, -_SHARPENING, 0, dst=soft)
    size_wh = (width, height)
    larger = cv2.resize(crisp, size_wh, interpolation=cv2.INTER_CUBIC)
    return np.asarray(larger, np.uint8)


def working_size(width: int, height: int, share: float) -> tuple[int, int]:
    """Width and height to paint at, of the same proportion, with sides that can be.

    Args:
        width: of the picture, in pixels; from 32 to 8192, as the height.
        height: of the picture, in pixels.
        share: of each side.
    """
    share = max(share, min(1.0, MIN_SIDE / min(width, height)))
    share = min(share, max(1.0, MAX_SIDE / max(width, height)))
    return round(share * width), round(share * height)
