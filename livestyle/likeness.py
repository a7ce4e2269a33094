"""How alike two pictures are."""

from __future__ import annotations

import math

import numpy as np

from livestyle.frame import Pixels


def psnr(one: Pixels, other: Pixels) -> float:
    """Peak signal-to-noise ratio in dB, infinite for equal pictures.

    Args:
        one: uint8, any shape.
        other: uint8, of the same shape.
    """
    error = float(np.mean((one.astype(np.float32) - other) ** 2))
    return 10 * math.log10(255**2 / error) if error else math.inf
