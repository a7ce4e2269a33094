"""The camera's picture and the painting in one: divided by a line, or side by side."""

from __future__ import annotations

import cv2
import numpy as np

from livestyle.frame import Pixels

_WHITE, _DARK = (244, 244, 240), (18, 15, 14)


def wipe(before: Pixels, after: Pixels, line: float) -> Pixels:
    """The one picture left of a line, the other one right of it.

    Args:
        before: BGR uint8, shape (H, W, 3).
        after: of the same shape.
        line: where the line is, 0.0 (only after) to 1.0 (only before).

    Returns:
        A new array of that shape, with the line and a handle on it.
    """
    picture = after.copy()
    height, width = picture.shape[:2]
    column = round(line * width)
    picture[:, :column] = before[:, :column]
    thick = max(1, round(width / 320))
    at = min(max(column, 0), width - 1)
    # Dark beside white is seen on every picture.
    cv2.line(picture, (at, 0), (at, height - 1), _DARK, 3 * thick)
    cv2.line(picture, (at, 0), (at, height - 1), _WHITE, thick)
    _handle(picture, at, height // 2, max(3, round(height / 40)))
    return picture


def beside(before: Pixels, after: Pixels) -> Pixels:
    """Both pictures whole, the first on the left, with a dark line between them.

    Args:
        before: BGR uint8, shape (H, W, 3).
        after: of the same shape.

    Returns:
        A new array of shape (H, 2 W, 3).
    """
    picture = np.concatenate((before, after), axis=1)
    height, width = before.shape[:2]
    cv2.line(picture, (width, 0), (width, height - 1), _DARK, max(2, width // 160))
    return picture


def _handle(picture: Pixels, x: int, y: int, radius: int) -> None:
    """A disc with an arrowhead to either side, to be taken with the mouse."""
    cv2.circle(picture, (x, y), radius + 2, _DARK, -1, cv2.LINE_AA)
    cv2.circle(picture, (x, y), radius, _WHITE, -1, cv2.LINE_AA)
    near, far, half = radius // 4 + 1, round(0.7 * radius), round(0.4 * radius)
    for side in (-1, 1):
        tips = [(x + side * far, y), (x + side * near, y - half)]
        tips.append((x + side * near, y + half))
        cv2.fillPoly(picture, [np.array(tips, np.int32)], _DARK, cv2.LINE_AA)
