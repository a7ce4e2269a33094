"""One picture of a video with the moment at which it was taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture, its place in the sequence and its time.

    Attributes:
        pixels: blue, green, red (OpenCV's order), uint8, shape (height, width, 3),
            C-contiguous. Whoever holds a frame may read its pixels, never write them.
        index: how many frames the source gave before this one.
        captured: seconds on the source's own clock. For a live source that is
            `time.monotonic()` at the moment of capture; for a file it is the
            presentation time, the first frame at 0. Differences are always meaningful.
        content: what a painting was painted from, like `pixels`, mirrored where the
            painting is; None for a frame that is none.
    """

    pixels: Pixels
    index: int
    captured: float
    content: Pixels | None = None

    @property
    def height(self) -> int:
        """Rows of pixels."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Columns of pixels."""
        return int(self.pixels.shape[1])
