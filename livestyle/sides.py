"""What a recording shows: the painting, the camera's picture, or both."""

from __future__ import annotations

import cv2
import numpy as np

from livestyle.frame import Frame


def recorded(what: str, painted: Frame, original: Frame, *, mirror: bool) -> Frame:
    """The frame to record.

    Args:
        what: "painted", "original" or "both", side by side with the original on the
            left.
        painted: the painted frame.
        original: what it was painted from, of the same size.
        mirror: whether the painted frame is mirrored; the original follows it.
    """
    if what == "painted":
        return painted
    pixels = original.pixels
    if mirror:
        pixels = np.asarray(cv2.flip(pixels, 1), np.uint8)
    if what == "both":
        pixels = np.hstack([pixels, painted.pixels])
    return painted.with_pixels(pixels)
