"""A piece of sound with the moment at which it was heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Block:
    """Some milliseconds of sound.

    Attributes:
        samples: float32 from -1 to 1, shape (length, channels).
        captured: the moment of the first sample, by the clock of a live source's
            frames (`Frame.captured`, `time.monotonic()`).
        after_gap: whether sound was lost before it.
    """

    samples: Samples
    captured: float
    after_gap: bool = False
