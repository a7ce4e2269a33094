"""Where a painter stands in one style: losses, grid and grain, the optimisation's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from livestyle.contract import Style
from livestyle.frame import Pixels
from training.evaluation.distance import Target
from training.evaluation.flicker import Paint
from training.evaluation.report import Standing, StyleReport
from training.evaluation.spectrum import grain, lattice
from training.evaluation.validation import Photo
from training.evaluation.yardstick import Course, Yardstick
from training.objective import Objective

# Is told what is being done, how much of it is, and how much it is in all.
Watch = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Judged:
    """One style on all photographs, with the pictures that its numbers come from.

    Attributes:
        painting: BGR uint8.
        pastiches: by the painter, one a photograph.
        courses: of the optimisation method, likewise; empty if it was left out.
        report: the numbers.
    """

    painting: Pixels
    pastiches: tuple[Pixels, ...]
    courses: tuple[Course, ...]
    report: StyleReport


class Judge:
    """Judges one style after the other.

    Args:
        objective: the recipe's terms.
        photos: that are painted.
        yardstick: the optimisation method; None leaves it out.
        marks: its steps that the report shows.
        watch: is told how far it is.
    """

    def __init__(
        self,
        objective: Objective,
        photos: Sequence[Photo],
        yardstick: Yardstick | None,
        marks: Sequence[int],
        watch: Watch,
    ) -> None:
        self.objective = objective
        self.photos = photos
        self.yardstick = yardstick
        self.marks = marks
        self.watch = watch

    def __call__(
        self, place: int, style: Style, painting: Pixels, paint: Paint
    ) -> Judged:
        """Judges the style at a place of the recipe.

        Args:
            place: which of the recipe's paintings it is.
            style: the painter's words for it.
            painting: BGR uint8, as the recipe scales it.
            paint: the painter in this style.
        """
        pastiches = tuple(paint(photo.pixels) for photo in self.photos)
        standings, courses = [], []
        for photo, pastiche in zip(self.photos, pastiches, strict=True):
            target = Target(self.objective, photo.pixels, place)
            course = self._course(target, photo, place, painting)
            if course is not None:
                courses.append(course)
            standings.append(self._standing(target, photo, pastiche, course))
        kinds: dict[str, Sequence[Pixels]] = {
            "painter": pastiches,
            "photograph": [photo.pixels for photo in self.photos],
            "painting": [painting],
            "optimisation": [course.picture for course in courses],
        }
        report = StyleReport(
            style.title,
            style.artist,
            tuple(standings),
            _means(lattice, kinds),
            _means(grain, kinds),
        )
        return Judged(painting, pastiches, tuple(courses), report)

    def _course(
        self, target: Target, photo: Photo, place: int, pixels: Pixels
    ) -> Course | None:
        if self.yardstick is None:
            return None
        painting = self.objective.recipe.styles[place]
        what, steps = f"{painting.name}, {photo.name}", max(self.marks)
        return self.yardstick.course(
            target,
            photo.pixels,
            painting,
            pixels,
            lambda step: self.watch(what, step, steps),
        )

    def _standing(
        self, target: Target, photo: Photo, pastiche: Pixels, course: Course | None
    ) -> Standing:
        own = target.distances(pastiche)
        before = target.distances(photo.pixels)
        if course is None:
            return Standing(photo.name, before, own)
        return Standing(
            photo.name,
            before,
            own,
            {mark: course.at(mark) for mark in (0, *self.marks)},
            course.reaches(own["total"]),
            course.evaluations,
        )


def _means(
    measure: Callable[[Pixels], float], kinds: Mapping[str, Sequence[Pixels]]
) -> dict[str, float]:
    """Of each kind of pictures that there is."""
    return {
        kind: float(np.mean([measure(picture) for picture in pictures]))
        for kind, pictures in kinds.items()
        if pictures
    }
