"""What a painter file is: the one place where training and runtime agree.

A painter is an ONNX file with two inputs and one output:

    content   uint8   (height, width, 3)   the frame: blue, green, red, as OpenCV has it
    style     float32 (D,)                 a style embedding
    pastiche  uint8   (height, width, 3)   the painted frame, of the same size

Height and width are free from `MIN_SIDE` up; the graph pads and crops inside. What the
painter can paint stands on its card: JSON under the key `CARD_KEY` of the file's
metadata. A style is a point in the embedding's space, so a mix of two styles is a point
on the line between them, and strength is the line from the identity embedding (which
gives the photograph back) to the style.

The same painter may lie beside it in other precisions, `small.int8.onnx` beside
`small.onnx`. Inputs, output and card are the same; two more words of the metadata say
the precision (`PRECISION_KEY`) and which file it was made from (`ORIGIN_KEY`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livestyle.errors import ModelError

VERSION = 1
CONTENT, STYLE, PASTICHE = "content", "style", "pastiche"
CARD_KEY = "livestyle.card"
PRECISIONS = ("float32", "float16", "int8")  # what a painter may compute in
PRECISION_KEY = "livestyle.precision"  # one of them; files without it are float32
ORIGIN_KEY = "livestyle.made-from"  # SHA-256 of the float32 file, in hexadecimal digits
MIN_SIDE = 32  # px; four cells of the networks' coarsest grid, which has 8 px a cell
MAX_SIDE = 8192  # px; beyond it one frame's features fill the memory of a laptop
MAX_CARD_BYTES = 4_000_000  # a thousand styles with embeddings fit with room to spare
MAX_STYLES = 1000
MAX_DIM = 4096

Embedding = NDArray[np.float32]

_GREATEST = float(np.finfo(np.float32).max)

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_NAME = 64  # characters of a style's name
# What would steer a terminal, and halves of characters that no output takes.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def is_style_name(name: str) -> bool:
    """Whether a style may be called so: "great-wave", at most `MAX_NAME` long."""
    return _NAME.fullmatch(name) is not None and len(name) <= MAX_NAME


@dataclass(frozen=True)
class Style:
    """A painting that a painter can paint like.

    Attributes:
        name: what a person types: lower case, digits and hyphens, "great-wave".
        title, artist, year: the painting's own.
        licence: why the picture that was fitted on is free to use.
        source: where that picture comes from.
        embedding: the style's point in the embedding space, length D.
    """

    name: str
    title: str
    artist: str
    year: str
    licence: str
    source: str
    embedding: tuple[float, ...]

    def vector(self) -> Embedding:
        """The embedding as the network takes it, float32 of shape (D,)."""
        return np.asarray(self.embedding, np.float32)


@dataclass(frozen=True)
class Card:
    """What a painter file says about itself.

    Attributes:
        name: the painter's name, "small".
        styles: at least one; names are unique.
        identity: the embedding that gives the photograph back, length D.
        network: the architecture's name in `training.nets`.
        recipe: the recipe's name in `training/recipes`.
        losses: the terms reached at the end of fitting, by name.
        trained_on: photographs, loss network and steps, in one sentence.
        author: who trained it.
        licence: of the painter file itself.
    """

    name: str
    styles: tuple[Style, ...]
    identity: tuple[float, ...]
    network: str
    recipe: str = ""
    losses: Mapping[str, float] = field(default_factory=dict)
    trained_on: str = ""
    author: str = ""
    licence: str = ""
    version: int = VERSION

    def __post_init__(self) -> None:
        _check(self)

    @property
    def dim(self) -> int:
        """D, the length of an embedding."""
        return len(self.identity)

    def to_metadata(self) -> dict[str, str]:
        """Key and value for the file's `metadata_props`."""
        return {CARD_KEY: json.dumps(asdict(self), ensure_ascii=False)}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> Card:
        """Reads and checks the card of a file that nobody vouches for.

        Raises:
            ModelError: there is no card, or it breaks the contract.
        """
        text = metadata.get(CARD_KEY)
        if text is None:
            raise ModelError(
                "it carries no livestyle card, so it was made for another contract",
                hint="Export it with 'python -m training export'.",
            )
        if len(text) > MAX_CARD_BYTES:
            raise _broken(f"is {len(text)} characters long")
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise _broken("is not JSON") from error
        return _parse(data)


def _broken(what: str) -> ModelError:
    return ModelError(f"its card {what}", hint="Export it again or fetch a fresh copy.")


def _parse(data: Any) -> Card:
    """A card from decoded JSON, trusting nothing in it."""
    if not isinstance(data, dict):
        raise _broken("is not an object")
    version = data.get("version")
    if version != VERSION:
        raise ModelError(
            f"it follows version {_short(version)} of the painter contract, "
            f"this livestyle reads version {VERSION}",
            hint="Update livestyle, or export the painter again with this one.",
        )
    try:
        styles = tuple(
            Style(**_strings(item, Style), embedding=_numbers(item["embedding"]))
            for item in data["styles"]
        )
        texts: dict[str, Any] = dict(_strings(data, Card))
        return Card(
            **texts,
            styles=styles,
            identity=_numbers(data["identity"]),
            losses={k: _number(v) for k, v in data.get("losses", {}).items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken(f"has a field missing or of a wrong kind ({error})") from error


def _strings(item: Any, kind: type) -> dict[str, str]:
    """The text fields of a dataclass out of JSON; fields unknown to us are left out."""
    known = [f.name for f in fields(kind) if f.type == "str"]
    found = {name: item[name] for name in known if name in item}
    for name, value in found.items():
        if not isinstance(value, str):
            raise TypeError(f"{name} is not text")
        if _UNPRINTABLE.search(value):
            raise ValueError(f"{name} holds a character that cannot be shown")
    return found


def _numbers(values: Any) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) > MAX_DIM:
        raise TypeError("an embedding is not a list of numbers")
    numbers = tuple(_number(value) for value in values)
    if not all(abs(number) <= _GREATEST for number in numbers):
        raise ValueError("an embedding holds a number that is not finite")
    return numbers


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("what should be a number is none")
    # JSON sets no bound to whole numbers, and float() raises an error at some.
    return float(value) if abs(value) <= _GREATEST else float("inf")


def _short(value: Any) -> str:
    """What stands for a value in a sentence, whatever it is."""
    plain = isinstance(value, str | int | float)
    return repr(value)[:20] if plain else "unknown"


def _check(card: Card) -> None:
    names = [style.name for style in card.styles]
    if not names:
        raise _broken("names no style")
    if len(names) > MAX_STYLES:
        raise _broken(f"names {len(names)} styles, more than {MAX_STYLES}")
    if len(set(names)) != len(names):
        raise _broken("names a style twice")
    for style in card.styles:
        if not is_style_name(style.name):
            raise _broken(f"holds the style name {style.name[:80]!r}")
        if len(style.embedding) != card.dim or not card.dim:
            raise _broken(f"holds an embedding of a wrong length ({style.name})")
