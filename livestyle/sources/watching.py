"""Pictures that come and show nothing: black ones, and the same one over and over."""

from __future__ import annotations

import numpy as np

from livestyle.frame import Pixels

PATIENCE = 3.0  # seconds; a sensor's noise never stands still for that long
DARK = 32  # levels; black is 16 in video, and noise lies above it
BRIGHT_SHARE = 1e-3  # a lamp in the night is larger than this share of the picture
STRIDE = 8  # px between two that are looked at


class PictureWatch:
    """Says when pictures have been black, or bit for bit the same, for seconds.

    Args:
        still: whether pictures that stand still count. A camera's never do, as its
            sensor has noise; what a program sends may well.
    """

    def __init__(self, *, still: bool = True) -> None:
        self._still = still
        self._sample = np.empty(0, np.uint8)
        self._changed = 0.0
        self._bright: float | None = None

    def __call__(self, picture: Pixels, now: float) -> str:
        """What is amiss with the pictures until this one, else "".

        Args:
            picture: BGR uint8, shape (height, width, 3); only read.
            now: when it was captured, in seconds.
        """
        sample = picture[::STRIDE, ::STRIDE]
        if self._bright is None or not is_black(sample):
            self._bright = now
        if self._still and not np.array_equal(sample, self._sample):
            self._sample, self._changed = sample.copy(), now
        if (black := now - self._bright) > PATIENCE:
            return f"the picture has been black for {black:.0f} s: is the lens covered?"
        if self._still and (same := now - self._changed) > PATIENCE:
            return f"the picture has not changed for {same:.0f} s"
        return ""


def is_black(pixels: Pixels) -> bool:
    """Whether hardly a value is above what the noise of a covered lens gives."""
    return int(np.count_nonzero(pixels > DARK)) <= BRIGHT_SHARE * pixels.size
