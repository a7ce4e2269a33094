"""One painter in several precisions: `small.onnx`, and `small.int8.onnx` beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from livestyle.contract import ORIGIN_KEY, PRECISION_KEY, PRECISIONS, Card, Style
from livestyle.errors import ModelError

PLAIN, *OTHERS = PRECISIONS


@dataclass(frozen=True)
class About:
    """What a painter file says about itself, and what it is.

    Attributes:
        path: of the file.
        card: its card.
        sha256: of all its bytes, in hexadecimal digits.
        precision: what it says that it computes in, one of `PRECISIONS`.
        made_from: the hash of the float32 file that it was made from, "" for one that
            was not made from another.
    """

    path: Path
    card: Card
    sha256: str
    precision: str = PLAIN
    made_from: str = ""


def to_metadata(precision: str, made_from: str) -> dict[str, str]:
    """Keys and values for a variant's `metadata_props`, beside those of the card."""
    return {PRECISION_KEY: precision, ORIGIN_KEY: made_from}


def from_metadata(metadata: Mapping[str, str]) -> tuple[str, str]:
    """Precision and origin out of a file that nobody vouches for.

    Raises:
        ModelError: it names a precision that there is not.
    """
    precision = metadata.get(PRECISION_KEY, PLAIN)
    if precision not in PRECISIONS:
        raise ModelError(
            f"it says that its precision is {precision[:20]!r}",
            hint=f"There are {', '.join(PRECISIONS)}: update livestyle, or make the "
            "variant again.",
        )
    return precision, metadata.get(ORIGIN_KEY, "")


def named_precision(path: Path) -> str:
    """The precision that a file's name speaks of: "int8" for `small.int8.onnx`."""
    word = Path(path.stem).suffix.removeprefix(".")
    return word if path.suffix == ".onnx" and word in OTHERS else PLAIN


def variant_path(path: Path, precision: str) -> Path:
    """Where a painter lies in another precision: beside its float32 file."""
    return path.with_name(f"{path.stem}.{precision}.onnx")


def plain_path(path: Path) -> Path:
    """The float32 file that a variant lies beside; other files are plain themselves."""
    if named_precision(path) == PLAIN:
        return path
    return path.with_name(f"{Path(path.stem).stem}.onnx")


def variants_of(path: Path) -> dict[str, Path]:
    """The files beside a float32 painter that are named as its variants."""
    if named_precision(path) != PLAIN:
        return {}
    paths = {precision: variant_path(path, precision) for precision in OTHERS}
    return {precision: path for precision, path in paths.items() if path.is_file()}


def why_not(variant: About, plain: About) -> str:
    """Why a file is no variant of a painter, whatever it is called; "" if it is one."""
    if variant.precision != named_precision(variant.path):
        return f"it says of itself that it is {variant.precision}"
    if difference := _difference(variant.card, plain.card):
        return f"{difference} in {plain.path.name}"
    if variant.made_from != plain.sha256:
        return f"it was made from another file than this {plain.path.name}"
    return ""


def _difference(card: Card, plain: Card) -> str:
    """What is otherwise on two cards, in words that "in small.onnx" follows."""
    own, wanted = _by_name(card), _by_name(plain)
    if lacking := [name for name in wanted if name not in own]:
        return f"it lacks the style {', '.join(lacking)} that is"
    if more := [name for name in own if name not in wanted]:
        return f"it has the style {', '.join(more)} that is not"
    changed = [n for n in wanted if own[n].embedding != wanted[n].embedding]
    if changed:
        return f"its embedding of {', '.join(changed)} is not as"
    return "" if card == plain else "its card is not as"


def _by_name(card: Card) -> dict[str, Style]:
    return {style.name: style for style in card.styles}
