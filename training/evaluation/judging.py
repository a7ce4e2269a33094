"""The terms that painters are judged by: the same ones for all."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from training.config import Recipe

CONTENT_LAYERS = ("relu4_1",)
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
CONTENT_WEIGHT, STYLE_WEIGHT = 1.0, 5.0


def judged(recipe: Recipe) -> Recipe:
    """A recipe with the terms that every painter is judged by, whatever its own are.

    Content and style alone: they are what the optimisation method knows, so a painter
    gets no credit for what only its own recipe asks for, and painters of different
    recipes can be compared. All paintings weigh the same.
    """
    without = {f.name: 0.0 for f in fields(Recipe) if f.name.endswith("_weight")}
    terms: dict[str, Any] = {
        **without,
        "content_weight": CONTENT_WEIGHT,
        "style_weight": STYLE_WEIGHT,
        "content_layers": dict.fromkeys(CONTENT_LAYERS, 1.0),
        "style_layers": dict.fromkeys(STYLE_LAYERS, 1.0),
    }
    styles = tuple(replace(painting, weight=1.0) for painting in recipe.styles)
    return replace(recipe, styles=styles, balanced=False, **terms)
