"""What an evaluation found, as data."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from training.evaluation.beside import Variant
from training.evaluation.flicker import Flicker
from training.evaluation.parity import Parity
from training.evaluation.speed import Times, ratio

Terms = Mapping[str, float]


@dataclass(frozen=True)
class Standing:
    """One photograph in one style: the painter beside the optimisation method.

    Attributes:
        picture: the photograph's file name.
        photograph: the terms of the photograph itself, untouched.
        painter: those of what the painter made of it.
        optimisation: those of the optimisation method by step; empty if left out.
        stands_at: the first step whose total is not above the painter's; None if the
            painter's is lower than all of them, or if the method was left out.
        evaluations: of the loss and its gradient, that the method took for all steps.
    """

    picture: str
    photograph: Terms
    painter: Terms
    optimisation: Mapping[int, Terms] = field(default_factory=dict)
    stands_at: int | None = None
    evaluations: int = 0


@dataclass(frozen=True)
class StyleReport:
    """One style over all photographs.

    Attributes:
        title, artist: of the painting.
        standings: one a photograph.
        grid: mean `lattice` in decades of "painter", "photograph", "painting" and, if
            it was not left out, "optimisation".
        grain: mean `grain` in grey levels of the same.
    """

    title: str
    artist: str
    standings: tuple[Standing, ...]
    grid: Mapping[str, float]
    grain: Mapping[str, float]

    def painter(self, term: str) -> float:
        """A term of the painter, averaged over photographs."""
        return statistics.fmean(s.painter[term] for s in self.standings)

    def photograph(self, term: str) -> float:
        """A term of the untouched photograph, averaged over photographs."""
        return statistics.fmean(s.photograph[term] for s in self.standings)

    def optimisation(self, step: int, term: str) -> float:
        """A term of the optimisation method after a step, averaged."""
        return statistics.fmean(s.optimisation[step][term] for s in self.standings)

    @property
    def stands_at(self) -> tuple[float, float, float]:
        """Least, median and greatest step; infinite above all steps."""
        return spread([s.stands_at for s in self.standings])


@dataclass(frozen=True)
class Speed:
    """The painter against the network of Johnson et al. 2016.

    Attributes:
        size: of the frame, "640x480".
        threads: of the CPU that each may use.
        painter, johnson: the times a frame.
        ratio: how many times as fast the painter is, by the medians.
    """

    size: str
    threads: int
    painter: Times
    johnson: Times

    @property
    def ratio(self) -> float:
        """How many times as fast the painter is, by the medians."""
        return ratio(self.painter, self.johnson)


@dataclass(frozen=True)
class Report:
    """Everything that was found.

    Attributes:
        model: the file's name, hash, size in MB, network, card.
        recipe: its name, and the layers and weights of its terms.
        settings: what decides the numbers.
        pictures: the photographs' file names.
        broken: of files passed over.
        held_out: whether the photographs were kept out of fits by this recipe.
        marks: the steps of the optimisation method that are shown.
        styles: by name.
        still: of a still scene.
        clips: by file name.
        speed, parity: None if they were not measured.
        machine: that all of this was measured on.
        variants: in other precisions, beside the painter.
    """

    model: Mapping[str, Any]
    recipe: Mapping[str, Any]
    settings: Mapping[str, Any]
    pictures: tuple[str, ...]
    broken: tuple[str, ...]
    held_out: bool
    marks: tuple[int, ...]
    styles: Mapping[str, StyleReport]
    still: Flicker
    clips: Mapping[str, Flicker]
    speed: Speed | None
    parity: Parity | None
    machine: Mapping[str, Any]
    variants: tuple[Variant, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        data = asdict(self)
        if self.speed is not None:
            data["speed"]["ratio"] = self.speed.ratio
        return data


def spread(steps: Sequence[int | None]) -> tuple[float, float, float]:
    """Least, median and greatest of some steps; None counts as infinite."""
    numbers = sorted(math.inf if step is None else float(step) for step in steps)
    # Not the mean of the two in the middle: one of them may be infinite.
    return numbers[0], numbers[len(numbers) // 2], numbers[-1]
