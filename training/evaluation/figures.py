"""The figures of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.frame import Pixels
from training.data import centre_crop
from training.drawing import blank, drawn
from training.evaluation.spectrum import PERIODS, line_spectra
from training.evaluation.yardstick import Course

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GAP = 6  # px of white between the pictures of a sheet
HEAD = 24  # px of a line of words
FONT = cv2.FONT_HERSHEY_SIMPLEX
PANEL = (4.2, 3.2)  # inches


def sheet(heads: Sequence[str], rows: Sequence[Sequence[Pixels]], side: int) -> Pixels:
    """Pictures in rows of equal length under words, each cut square and scaled.

    Args:
        heads: one a column.
        rows: BGR uint8, any sizes.
        side: of the tiles in px.
    """
    top = np.hstack([_words(head, side) for head in heads])
    lines = [np.hstack([_tile(picture, side) for picture in row]) for row in rows]
    return np.asarray(np.vstack([top, *lines]), np.uint8)


def loss_curves(
    courses: Mapping[str, Sequence[Course]],
    painter: Mapping[str, Sequence[float]],
    photograph: Mapping[str, Sequence[float]],
) -> Pixels:
    """The total over the steps of the optimisation, a panel a style.

    Args:
        courses: by style, one a photograph.
        painter: by style, the painter's total for each photograph.
        photograph: by style, the total of each photograph itself, which is 1 here.
    """
    figure, panels = _panels(len(courses))
    for panel, (style, ways) in zip(panels, courses.items(), strict=True):
        for i, way in enumerate(ways):
            whole = photograph[style][i]
            colour = f"C{i % 10}"
            values = np.array(way.terms["total"]) / whole
            panel.plot(values, color=colour, linewidth=1)
            panel.axhline(
                painter[style][i] / whole, color=colour, linestyle="--", linewidth=1
            )
        panel.set(title=style, xlabel="step", yscale="log")
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("total, of the photograph's")
    return drawn(figure)


def spectra(pictures: Mapping[str, Mapping[str, Sequence[Pixels]]]) -> Pixels:
    """Mean power by frequency, a panel a style.

    Args:
        pictures: by style and by what they are ("painter", "photograph" ...), BGR
            uint8.
    """
    figure, panels = _panels(len(pictures))
    for panel, (style, kinds) in zip(panels, pictures.items(), strict=True):
        for period in PERIODS:
            panel.axvline(1 / period, color="0.8", linewidth=1)
        for kind, found in kinds.items():
            wide = 1.6 if kind == "painter" else 0.8
            panel.plot(*_mean_spectrum(found), linewidth=wide, label=kind)
        panel.set(title=style, xlabel="periods a px", yscale="log")
    panels[0].set_ylabel("power, of the mean")
    panels[0].legend(fontsize="x-small")
    return drawn(figure)


def _mean_spectrum(
    pictures: Sequence[Pixels],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Frequencies up to a half, and the geometric mean of the power there."""
    places = np.linspace(0, 0.5, 257)[1:]
    logs = []
    for picture in pictures:
        for line in line_spectra(picture):
            own = np.arange(len(line)) / len(line)
            logs.append(np.log(np.interp(places, own, line) / line.mean() + 1e-12))
    power: NDArray[np.float64] = np.exp(np.mean(logs, axis=0))
    return places, power


def _panels(count: int) -> tuple[Figure, list[Axes]]:
    columns = min(count, 4)
    rows = -(-count // columns)
    figure = blank(PANEL[0] * columns, PANEL[1] * rows)
    grid = list(figure.subplots(rows, columns, squeeze=False).flat)
    for spare in grid[count:]:
        spare.set_axis_off()
    return figure, grid[:count]


def _tile(picture: Pixels, side: int) -> Pixels:
    return _edged(centre_crop(picture, side))


def _words(text: str, side: int) -> Pixels:
    blank = np.full((HEAD, side, 3), 255, np.uint8)
    (width, height), _ = cv2.getTextSize(text, FONT, 0.5, 1)
    scale = 0.5 * min(1.0, (side - 8) / max(1, width))
    cv2.putText(
        blank, text, (4, (HEAD + height) // 2), FONT, scale, (0, 0, 0), 1, cv2.LINE_AA
    )
    return _edged(blank)


def _edged(picture: Pixels) -> Pixels:
    return np.pad(picture, ((0, GAP), (0, GAP), (0, 0)), constant_values=255)
