"""Recipes: what a painter is fitted from, read from TOML, kept in checkpoints."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livestyle.contract import Card, Style
from livestyle.errors import ModelError, SettingsError
from training.tables import build

RECIPES = Path(__file__).parent / "recipes"
MAX_LIKE = 4  # recipes in a row that are like the next: more are a circle
MIN_CROP = 96  # px: the repetition term looks at windows of this size


@dataclass(frozen=True)
class Painting:
    """One style image and how much it counts.

    Attributes:
        name: the style's name for people: "great-wave".
        file: its file name in the folder of style images.
        title, artist, year, licence, source: for the card.
        weight: multiplies the style term for this painting alone.
        size: short side in px that the painting is shrunk to; larger means larger
            strokes in the output.
    """

    name: str
    file: str
    title: str
    artist: str
    year: str
    licence: str = ""
    source: str = ""
    weight: float = 1.0
    size: int = 400


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what a painter becomes, but the folders.

    Attributes:
        name: of the painter.
        styles: the paintings, in the order of the digits that will choose them.
        network, dim: architecture in `training.nets`, length of the embedding.
        loss_network, pooling: "vgg19" or "vgg16"; "max" or "average".
        content_layers, style_layers: from layer name to its share.
        content_weight, style_weight: of the relative terms, whose scale is 1.
        tv_weight, range_weight, identity_weight: of the terms over squared pixels.
        repetition_weight: of texture more regular than the painting's own.
        grid_weight: of detail that is locked to the cells of the network.
        grain_weight: of detail finer, or finer coloured, than the painting's own.
        steadiness_weight: of differences between a photograph painted, and painted
            again after it was moved, at the end of the fit; it grows from 0 in step
            with the fit. 0 saves the second painting.
        balanced: whether the paintings' weights move so that of each style term as much
            is left as of the others, see `training.balance`.
        crop: side of the training crops in px, a multiple of 8 from `MIN_CROP` up.
        context: px of reflection around the crop that the network sees and the losses
            do not. It should reach as far as the network looks: a network finds its
            border by the zeros around it, and learns to paint a frame.
        zoom: range of the photograph's short side after scaling, in multiples of crop.
        batch: painted photographs in a step, styles in turn.
        identities: photographs in a step that are to come back unchanged. Without any,
            small strengths are had by fading the painting in over the photograph.
        steps: optimiser steps, unless a time is given.
        sketch: how many of the first steps are made without the perceptual loss, see
            `training.sketch`; a fit by steps makes at most a quarter of them so.
        rate, warmup: peak learning rate of Adam; steps until it is reached, after which
            it falls as a cosine to zero.
        embedding_rate: multiplies `rate` for the embeddings. Where they are the norms'
            own scales and shifts, each row learns from its own style's photographs
            alone, and has far to go: 10 is right then.
        seed: of everything random.
        validation: every so many photographs by name is kept out of fitting.
        data: which photographs and weights it is fitted with, in words, for the card.
        author, licence: of the painter, for the card.
    """

    name: str
    styles: tuple[Painting, ...]
    network: str = "swift"
    dim: int = 64
    loss_network: str = "vgg19"
    pooling: str = "max"
    content_layers: Mapping[str, float] = field(
        default_factory=lambda: {"relu4_1": 1.0}
    )
    style_layers: Mapping[str, float] = field(
        default_factory=lambda: dict.fromkeys(
            ("relu1_1", "relu2_1", "relu3_1", "relu4_1"), 1.0
        )
    )
    content_weight: float = 1.0
    style_weight: float = 4.0
    tv_weight: float = 0.0
    range_weight: float = 10.0
    repetition_weight: float = 0.5
    grid_weight: float = 1.0
    grain_weight: float = 0.3
    steadiness_weight: float = 0.0
    balanced: bool = False
    identity_weight: float = 20.0
    crop: int = 192
    context: int = 96
    zoom: tuple[float, float] = (1.0, 2.5)
    batch: int = 4
    identities: int = 1
    steps: int = 4000
    sketch: int = 300
    rate: float = 2e-3
    embedding_rate: float = 1.0
    warmup: int = 100
    seed: int = 0
    validation: int = 10
    data: str = ""
    author: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        names = [painting.name for painting in self.styles]
        if not names or len(set(names)) != len(names):
            raise SettingsError(
                f"recipe '{self.name}' needs styles with names of their own",
                hint="Give each [[styles]] table its own name.",
            )
        _require_ranges(self)
        _require_card(self)


def _require_ranges(recipe: Recipe) -> None:
    """Refuses what would only break in the middle of a fit."""
    low, high = recipe.zoom
    rules = {
        "crop": (
            recipe.crop >= MIN_CROP and recipe.crop % 8 == 0,
            f"Take a multiple of 8 from {MIN_CROP} up.",
        ),
        "context": (
            0 <= recipe.context < recipe.crop,
            "Take 0 or more, below crop.",
        ),
        "zoom": (0 < low <= high, "Take a range such as [1.0, 2.0]."),
        "steps": (recipe.steps >= 1, "Take 1 or more."),
        "sketch": (recipe.sketch >= 0, "Take 0 or more; 300 is usual."),
        "batch": (recipe.batch >= 1, "Take 1 or more."),
        "identities": (recipe.identities >= 0, "Take 0 or more."),
        "dim": (recipe.dim >= 1, "Take 1 or more; 64 is usual."),
        "content_layers": (_has_share(recipe.content_layers), "Give a share above 0."),
        "style_layers": (_has_share(recipe.style_layers), "Give a share above 0."),
    }
    for name, (kept, hint) in rules.items():
        if not kept:
            raise SettingsError(
                f"recipe '{recipe.name}': {name} is {getattr(recipe, name)!r}",
                hint=hint,
            )
    for painting in recipe.styles:
        if painting.size < MIN_CROP:
            raise SettingsError(
                f"recipe '{recipe.name}': the size of {painting.name} is "
                f"{painting.size} px",
                hint=f"Take {MIN_CROP} or more; 400 is usual.",
            )


def _has_share(layers: Mapping[str, float]) -> bool:
    return min(layers.values(), default=-1) >= 0 and sum(layers.values()) > 0


def _require_card(recipe: Recipe) -> None:
    """Refuses now what the painter's card would refuse after hours of fitting."""
    try:
        styles = tuple(
            Style(p.name, p.title, p.artist, p.year, p.licence, p.source, (0.0,))
            for p in recipe.styles
        )
        Card(recipe.name, styles, identity=(0.0,), network=recipe.network)
    except ModelError as error:
        raise SettingsError(
            f"recipe '{recipe.name}' would make a painter that cannot be opened: "
            f"{error.message}",
            hint="Style names are lower case words with hyphens: great-wave.",
        ) from error


def load_recipe(spec: str | Path) -> Recipe:
    """A recipe by its name in `training/recipes`, or by path.

    One that says `like` takes from the recipe of that name, or at that path from its
    own folder, what it does not say itself.

    Raises:
        SettingsError: there is none, or it does not say what a recipe says.
    """
    return parse_recipe(_read(spec))


def _read(spec: str | Path, depth: int = 0) -> dict[str, Any]:
    """Decodes a recipe and those that it is like."""
    path = Path(spec)
    if path.suffix != ".toml":
        path = RECIPES / f"{spec}.toml"
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        known = sorted(p.stem for p in RECIPES.glob("*.toml"))
        raise SettingsError(
            f"there is no recipe '{spec}'",
            hint=f"Give a TOML file, or one of {', '.join(known)}.",
        ) from error
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"recipe {path} cannot be read ({error})", hint="Mend the TOML."
        ) from error
    if (like := data.pop("like", None)) is None:
        return data
    if not isinstance(like, str) or depth == MAX_LIKE:
        raise SettingsError(
            f"recipe {path} is like {like!r}",
            hint="Name a recipe there, and none that is like this one.",
        )
    other = path.parent / like if like.endswith(".toml") else like
    return {**_read(other, depth + 1), **data}


def parse_recipe(data: Mapping[str, Any]) -> Recipe:
    """A recipe from decoded TOML or from a checkpoint.

    Raises:
        SettingsError: an unknown key, a missing one, or a value of a wrong kind.
    """
    recipe: Recipe = build(Recipe, data, "the recipe")
    return recipe


def with_words(recipe: Recipe, words: Recipe) -> Recipe:
    """The recipe with what another one says to people: titles, licences, author.

    For a painter whose recipe file was worded better after it was fitted.

    Raises:
        SettingsError: the other one has other styles.
    """
    if [p.name for p in recipe.styles] != [p.name for p in words.styles]:
        raise SettingsError(
            f"recipe '{words.name}' has other styles than the fit",
            hint="Give the recipe that it was fitted with.",
        )
    told = ("title", "artist", "year", "licence", "source")
    styles = tuple(
        dataclasses.replace(own, **{name: getattr(other, name) for name in told})
        for own, other in zip(recipe.styles, words.styles, strict=True)
    )
    return dataclasses.replace(
        recipe,
        styles=styles,
        data=words.data,
        author=words.author,
        licence=words.licence,
    )


def as_dict(recipe: Recipe) -> dict[str, Any]:
    """The recipe as plain data, the inverse of `parse_recipe`."""
    return dataclasses.asdict(recipe)
