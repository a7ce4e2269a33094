"""The files of a report: a page, its data and its figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from livestyle.errors import OutputError
from livestyle.frame import Pixels
from livestyle.naming import beside, claim, make_folder, write_whole
from livestyle.sinks.snapshot import write_png
from training.evaluation.figures import loss_curves, sheet, spectra
from training.evaluation.markdown import as_markdown
from training.evaluation.report import Report
from training.evaluation.standing import Judged
from training.evaluation.validation import Photo

PAGE, DATA = "report.md", "report.json"
FIGURES = {
    "pastiches.png": "The painter's pictures, below the paintings.",
    "yardstick.png": "One photograph by the painter and by the optimisation method.",
    "losses.png": "The total over the steps of the optimisation method (a line a "
    "photograph), and the painter's (dashed).",
    "spectrum.png": "Power of the brightness by frequency; a grid would show as a peak "
    "at the grey lines (8, 4, 8/3 and 2 px).",
}
TILE = 256  # px


class Pages:
    """Writes a report into a folder, each file under its name only when it is whole.

    Args:
        folder: is made if needed.
        overwrite: whether a report that is there may be replaced.

    Raises:
        OutputError: a report is there, or the folder cannot be made.
    """

    def __init__(self, folder: Path, *, overwrite: bool = False) -> None:
        self.folder = folder
        self.overwrite = overwrite
        make_folder(folder)
        taken = [n for n in (PAGE, DATA, *FIGURES) if (folder / n).exists()]
        if taken and not overwrite:
            raise OutputError(
                f"'{folder / taken[0]}' is already there",
                hint="Choose another folder with -o, or replace it with --overwrite.",
            )
        claim(beside(folder / PAGE))

    def write(
        self, report: Report, photos: Sequence[Photo], judged: Mapping[str, Judged]
    ) -> Path:
        """Writes figures and data, then the page; returns the page's path.

        Raises:
            OutputError: a file cannot be written.
        """
        drawn = _figures(photos, judged)
        for name, pixels in drawn.items():
            write_png(self.folder / name, pixels, overwrite=self.overwrite)
        data = json.dumps(report.as_dict(), indent=2, allow_nan=False) + "\n"
        self._write(DATA, data)
        captions = [(name, FIGURES[name]) for name in drawn]
        return self._write(PAGE, as_markdown(report, captions))

    def _write(self, name: str, text: str) -> Path:
        path = self.folder / name
        write_whole(path, text.encode(), overwrite=self.overwrite)
        return path


def _figures(
    photos: Sequence[Photo], judged: Mapping[str, Judged]
) -> dict[str, Pixels]:
    drawn = {
        "pastiches.png": _pastiches(photos, judged),
        "spectrum.png": spectra({n: _kinds(photos, j) for n, j in judged.items()}),
    }
    courses = {name: j.courses for name, j in judged.items() if j.courses}
    if courses:
        standings = {name: judged[name].report.standings for name in courses}
        drawn["yardstick.png"] = _beside(photos[0].pixels, judged)
        drawn["losses.png"] = loss_curves(
            courses,
            {n: [s.painter["total"] for s in found] for n, found in standings.items()},
            {
                n: [s.photograph["total"] for s in found]
                for n, found in standings.items()
            },
        )
    return {name: drawn[name] for name in FIGURES if name in drawn}


def _pastiches(photos: Sequence[Photo], judged: Mapping[str, Judged]) -> Pixels:
    blank = np.full((TILE, TILE, 3), 255, np.uint8)
    rows = [[blank, *(j.painting for j in judged.values())]]
    rows += [
        [photo.pixels, *(j.pastiches[i] for j in judged.values())]
        for i, photo in enumerate(photos)
    ]
    return sheet(["", *judged], rows, TILE)


def _beside(photo: Pixels, judged: Mapping[str, Judged]) -> Pixels:
    heads = ["painting", "photograph", "painter", "optimisation"]
    rows = [
        [j.painting, photo, j.pastiches[0], j.courses[0].picture]
        for j in judged.values()
    ]
    return sheet(heads, rows, TILE)


def _kinds(photos: Sequence[Photo], judged: Judged) -> dict[str, Sequence[Pixels]]:
    kinds: dict[str, Sequence[Pixels]] = {
        "painter": judged.pastiches,
        "photograph": [photo.pixels for photo in photos],
        "painting": [judged.painting],
    }
    if judged.courses:
        kinds["optimisation"] = [course.picture for course in judged.courses]
    return kinds
