"""What tests of choosing a precision share."""

from pathlib import Path
from typing import Any

import numpy as np

from livestyle.choice import open_painter

SLOW = 1  # products of matrices: milliseconds, where without them it is none


def precision(path: Path, **options: Any) -> str:
    """What is chosen, once it has shown that it paints."""
    painter = open_painter(path, provider="cpu", threads=1, **options)
    picture = np.arange(64 * 48 * 3, dtype=np.uint8).reshape(48, 64, 3)
    painted = painter.paint(picture, painter.embedding("negative"))
    assert (painted == 255 - picture).all()
    return painter.provider.precision
