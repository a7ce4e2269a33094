"""Judges a painter: one file in, a report in words, numbers and figures out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from livestyle.bank import find
from livestyle.contract import Card
from livestyle.errors import SettingsError
from livestyle.model import Painter
from training.config import Recipe, as_dict, load_recipe
from training.evaluation.beside import compare_variants
from training.evaluation.distance import load_objective
from training.evaluation.flicker import (
    Flicker,
    clip_flicker,
    find_clips,
    still_flicker,
)
from training.evaluation.judging import judged
from training.evaluation.pages import Pages
from training.evaluation.parity import compare
from training.evaluation.report import Report, Speed
from training.evaluation.settings import EvaluateSettings
from training.evaluation.speed import johnson, race
from training.evaluation.standing import Judge, Watch
from training.evaluation.validation import choose_photos
from training.evaluation.yardstick import Yardstick
from training.machine import describe
from training.objective import Objective
from training.transfer_settings import Descent

PACKAGES = ("onnxruntime-gpu", "onnxruntime", "numpy", "torch", "opencv-python")


def _nobody(what: str, done: int, of: int) -> None:
    """Watches nothing."""


def evaluate(settings: EvaluateSettings, watch: Watch = _nobody) -> Report:
    """Measures a painter and writes the report into `settings.output`.

    What can be wrong is found out before the long work: the optimisation method takes
    minutes for each photograph and style, unless it is remembered from before.

    Args:
        settings: what, and on what.
        watch: is told how far it is.

    Returns:
        What the report says.

    Raises:
        LivestyleError: the model, a picture, a painting, a clip, the weights or the
            folder of the report are not as they must be.
    """
    pages = Pages(settings.output, overwrite=settings.overwrite)
    painter = Painter(find(settings.model), provider="cpu", threads=settings.threads)
    recipe = recipe_for(painter.card, settings.recipe)
    validation = choose_photos(
        settings.photos, recipe.validation, settings.pictures, settings.size
    )
    clips = find_clips(settings.clips)
    parity = None if settings.run is None else compare(painter, settings.run)
    objective, paintings = load_objective(
        judged(recipe), settings.styles, settings.vgg_weights, settings.device
    )
    yardstick = _yardstick(objective, settings) if settings.steps else None
    styles = painter.card.styles
    paints = {s.name: partial(painter.paint, style=s.vector()) for s in styles}

    # What is quick comes first, as an error in it should.
    moving: dict[str, Flicker] = {}
    for i, clip in enumerate(clips):
        watch("clips", i, len(clips))
        name = clip.name if clip.name not in moving else str(clip.path)
        moving[name] = clip_flicker(clip, paints, settings.pairs)
    photos = [photo.pixels for photo in validation.photos]
    still = still_flicker(photos, paints, settings.noise, settings.seed)
    speed = _speed(painter, settings, watch) if settings.rounds else None
    variants = compare_variants(
        painter, photos, settings.threads, settings.frame, settings.rounds
    )
    judge = Judge(objective, validation.photos, yardstick, settings.marks, watch)
    standings = {
        style.name: judge(i, style, paintings[i], paints[style.name])
        for i, style in enumerate(styles)
    }

    report = Report(
        model=_model(painter),
        recipe=_recipe(objective.recipe),
        settings=_settings(settings),
        pictures=tuple(photo.name for photo in validation.photos),
        broken=validation.broken,
        held_out=validation.held_out,
        marks=settings.marks,
        styles={name: found.report for name, found in standings.items()},
        still=still,
        clips=moving,
        speed=speed,
        parity=parity,
        machine=describe(*PACKAGES),
        variants=variants,
    )
    pages.write(report, validation.photos, standings)
    return report


def recipe_for(card: Card, spec: str | None = None) -> Recipe:
    """The recipe that judges a painter, with the painter's styles in its order.

    Args:
        card: of the painter.
        spec: name or file; None for the recipe that the card names.

    Raises:
        SettingsError: there is none, or it lacks a style of the painter.
    """
    if spec is None and not card.recipe:
        raise SettingsError(
            f"the card of {card.name} names no recipe",
            hint="Give the one that it was fitted by with --recipe.",
        )
    try:
        recipe = load_recipe(spec or card.recipe)
    except SettingsError as error:
        if spec is not None:
            raise
        raise SettingsError(
            f"the recipe '{card.recipe}' that {card.name} names cannot be had: "
            f"{error.message}",
            hint="Give its file with --recipe.",
        ) from error
    known = {painting.name: painting for painting in recipe.styles}
    if lacking := [s.name for s in card.styles if s.name not in known]:
        raise SettingsError(
            f"recipe '{recipe.name}' lacks the painter's style {', '.join(lacking)}",
            hint=f"Give the one that it was fitted by with --recipe; "
            f"this one has {', '.join(known)}.",
        )
    return replace(recipe, styles=tuple(known[style.name] for style in card.styles))


def _yardstick(objective: Objective, settings: EvaluateSettings) -> Yardstick:
    return Yardstick(
        objective.recipe,
        objective.features,
        Descent(steps=settings.steps),
        settings.seed,
        settings.cache,
    )


def _speed(painter: Painter, settings: EvaluateSettings, watch: Watch) -> Speed:
    watch("speed", 0, settings.rounds)
    own, other = race(
        painter,
        johnson(settings.threads),
        settings.frame,
        settings.rounds,
        lambda done: watch("speed", done, settings.rounds),
    )
    width, height = settings.frame
    return Speed(f"{width}x{height}", settings.threads, own, other)


def _model(painter: Painter) -> dict[str, Any]:
    data = painter.path.read_bytes()
    card = painter.card
    return {
        "file": painter.path.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "megabytes": len(data) / 1e6,
        "name": card.name,
        "network": card.network,
        "trained_on": card.trained_on,
        "losses": dict(card.losses),
    }


def _recipe(recipe: Recipe) -> dict[str, Any]:
    data = as_dict(recipe)
    kept = ("name", "loss_network", "pooling", "content_layers", "style_layers")
    weights = {k: v for k, v in data.items() if k.endswith("_weight") and v}
    return {**{key: data[key] for key in kept}, "weights": weights}


def _settings(settings: EvaluateSettings) -> Mapping[str, Any]:
    kept = ("size", "steps", "seed", "pairs", "noise", "rounds", "threads")
    return {key: getattr(settings, key) for key in kept}
