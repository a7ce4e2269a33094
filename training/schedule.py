"""What comes when in a fit: sketching, the learning rate, whose turn it is."""

from __future__ import annotations

import math

from training.config import Recipe
from training.options import FitOptions


def share_done(recipe: Recipe, options: FitOptions, step: int, elapsed: float) -> float:
    """Share of the fit that is behind us, by steps or by the clock; 1 ends it."""
    if options.seconds is not None:
        return elapsed / options.seconds
    return step / recipe.steps


def sketch_steps(recipe: Recipe, options: FitOptions) -> int:
    """How many steps of this fit only sketch, see `Recipe.sketch`."""
    by_time = options.seconds is not None
    return recipe.sketch if by_time else min(recipe.sketch, recipe.steps // 4)


def learning_rate(recipe: Recipe, step: int, done: float, sketched: int = 0) -> float:
    """Linear warm-up to the recipe's rate, times a cosine down to a hundredth.

    Args:
        recipe: for its rate and warm-up.
        step: steps made so far.
        done: share of the whole fit that is behind us, 0..1.
        sketched: steps that only sketch; after them it warms up anew.
    """
    since = step - sketched if step >= sketched else step
    warm = min(1.0, (since + 1) / max(1, recipe.warmup))
    fall = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
    return recipe.rate * warm * fall


def rows_of(recipe: Recipe, step: int) -> list[int]:
    """Embedding rows of a step's batch: styles in turn without end, then identities."""
    n = len(recipe.styles)
    styles = [(step * recipe.batch + i) % n + 1 for i in range(recipe.batch)]
    return styles + [0] * recipe.identities
