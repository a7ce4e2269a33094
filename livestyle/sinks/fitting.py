"""Pictures in the size of another."""

from __future__ import annotations

import cv2
import numpy as np

from livestyle.frame import Pixels


def fit(pixels: Pixels, size_wh: tuple[int, int]) -> Pixels:
    """A picture in another size without distortion.

    Args:
        pixels: BGR uint8, shape (height, width, 3).
        size_wh: the size wanted.

    Returns:
        Shape (size_wh[1], size_wh[0], 3): cut if it is at most a row and a column too
        large, else scaled and centred between black bars.
    """
    width, height = size_wh
    rows, columns = pixels.shape[:2]
    if rows - height in (0, 1) and columns - width in (0, 1):
        return pixels[:height, :width]
    scale = min(width / columns, height / rows)
    inner_wh = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    left, top = (width - inner_wh[0]) // 2, (height - inner_wh[1]) // 2
    fitted = np.zeros((height, width, 3), np.uint8)
    fitted[top : top + inner_wh[1], left : left + inner_wh[0]] = cv2.resize(
        pixels, inner_wh, interpolation=method
    )
    return fitted
