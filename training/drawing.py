"""Figures of matplotlib as pictures, without a window system."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import cv2
import numpy as np

from livestyle.frame import Pixels

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def blank(width: float, height: float) -> Figure:
    """An empty figure of that size in inches."""
    # pyplot would ask for a window system.
    from matplotlib.figure import Figure

    return Figure((width, height), layout="constrained")


def drawn(figure: Figure) -> Pixels:
    """The figure as BGR uint8, 110 px an inch."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    data = io.BytesIO()
    figure.savefig(data, format="png", dpi=110)
    pixels = cv2.imdecode(np.frombuffer(data.getvalue(), np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return np.asarray(pixels, np.uint8)
