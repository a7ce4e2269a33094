"""Tiny fits, run and watched."""

from pathlib import Path
from typing import Any

import pytest

from training.checkpoint import Checkpoint
from training.config import Recipe
from training.fit import Progress, fit
from training.options import FitOptions


def run(
    recipe: Recipe, options: FitOptions, *, interrupt_at: int | None = None
) -> list[Progress]:
    """Fits; gives what every step reported, also when it is interrupted by Ctrl-C."""
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if progress.step == interrupt_at:
            raise KeyboardInterrupt

    if interrupt_at is None:
        fit(recipe, options, report)
    else:
        with pytest.raises(KeyboardInterrupt):
            fit(recipe, options, report)
    return seen


def weights(folder: Path) -> dict[str, Any]:
    return Checkpoint.load(folder).painter


def falls(seen: list[Progress], name: str) -> float:
    """What is left of a term, five steps at either end averaged."""
    values = [progress.terms[name] for progress in seen]
    return sum(values[-5:]) / sum(values[:5])
