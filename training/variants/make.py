"""Makes a painter's variants, judges them, and leaves those that pass beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import onnx

from livestyle.contract import Embedding
from livestyle.errors import LivestyleError, SettingsError
from livestyle.frame import Pixels
from livestyle.mix import POOR_IDENTITY
from livestyle.model import Painter
from livestyle.naming import beside, put_in_place, write_whole
from livestyle.trial import SIZE, frame, race
from livestyle.variants import (
    OTHERS,
    PLAIN,
    named_precision,
    to_metadata,
    variant_path,
)
from training.data import find_pictures, split
from training.evaluation.validation import take
from training.variants.calibration import measure
from training.variants.candidates import candidates
from training.variants.equalise import equalise
from training.variants.float16 import halve
from training.variants.gate import Likeness, compare
from training.variants.graph import Graph, load
from training.variants.int8 import narrow_maps, quantise

SIDE = 256  # px of the squares that are cut from photographs
EVERY = 4  # photograph of the folder is judged by, the others are calibrated on
RACE = 1.0  # seconds for each painter whose speed is compared
IDENTITY = "identity"  # how the embedding that gives the photograph back is called here

Watch = Callable[[str, int, int], None]


def _nobody(what: str, done: int, of: int) -> None:
    """Watches nothing."""


class GateError(LivestyleError):
    """A variant paints otherwise than the painter that it was made from."""


@dataclass(frozen=True)
class Photographs:
    """BGR uint8, shape (SIDE, SIDE, 3): what is calibrated on, what is judged by."""

    calibrating: Sequence[Pixels]
    judging: Sequence[Pixels]


@dataclass(frozen=True)
class Made:
    """A variant that passed and lies beside its painter.

    Attributes:
        path: of the file.
        precision: that it computes in.
        likeness: to float32, by style; the identity is one.
        ms: the fastest frame of 640x480 on this CPU by precision; empty for float16.
        narrow: what of it is in 8 bits, in words; "" for float16.
    """

    path: Path
    precision: str
    likeness: Mapping[str, Likeness]
    ms: Mapping[str, float]
    narrow: str = ""


def choose_photographs(folder: Path, calibrating: int, judging: int) -> Photographs:
    """Takes photographs from all over a folder, none twice if there are enough.

    Raises:
        SettingsError: there is no such folder, or nothing in it that can be read.
    """
    others, kept = split(find_pictures(folder), EVERY)
    found = [
        [photo.pixels for photo in take(paths, count, SIDE)[0]]
        for paths, count in ((others, calibrating), (kept, judging))
    ]
    if not all(found):
        raise SettingsError(
            f"the pictures in {folder} cannot be read",
            hint="Check the folder of photographs.",
        )
    return Photographs(*found)


def make_variant(
    path: Path,
    precision: str,
    photos: Photographs,
    *,
    threads: int = 0,
    watch: Watch = _nobody,
) -> Made:
    """Makes one variant; no file is left that does not pass.

    Args:
        path: of the float32 painter.
        precision: "float16" or "int8".
        photos: to calibrate on and to judge by.
        threads: of the CPU while speeds are compared, 0 for ONNX Runtime's own choice.
        watch: is told what is being done, how much of it is, and of how much.

    Raises:
        SettingsError: there is no such variant, or the painter is one itself.
        ModelError: the file is not a painter.
        GateError: it paints otherwise; a file of that name is left as it was.
        OutputError: the file cannot be written.
    """
    if precision not in OTHERS:
        raise SettingsError(
            f"there is no variant '{precision}'",
            hint=f"There are {', '.join(OTHERS)}.",
        )
    plain = Painter(path, provider="cpu", threads=threads)
    if plain.about.precision != PLAIN or named_precision(path) != PLAIN:
        raise SettingsError(
            f"{path} is a variant itself", hint="Give the painter's float32 file."
        )
    if precision == "float16":
        return _float16(plain, photos.judging, watch)
    return _int8(plain, photos, threads, watch)


def styles_of(painter: Painter) -> dict[str, Embedding]:
    """A painter's embeddings by name, last that of the identity, where it is used."""
    named = {name: painter.embedding(name) for name in painter.names}
    if painter.card.losses.get("identity", 0) > POOR_IDENTITY:
        return named  # see `livestyle.mix.way`: nothing is painted near it
    return {**named, IDENTITY: painter.identity}


def _float16(plain: Painter, photos: Sequence[Pixels], watch: Watch) -> Made:
    models = {"all": halve(Graph(load(plain.path)))}
    with _written(models, plain, "float16") as parts:
        variant = Painter(parts["all"], provider="cpu")
        likeness = _judge(plain, variant, photos, watch)
        faults = {name: found.differs() for name, found in likeness.items()}
        if any(faults.values()):
            raise _failed("float16", faults)
        path = _put(parts["all"], plain, "float16")
    return Made(path, "float16", likeness, {})


def _int8(plain: Painter, photos: Photographs, threads: int, watch: Watch) -> Made:
    models = _quantised(plain, photos.calibrating, watch)
    failures: list[dict[str, str]] = []
    with _written(models, plain, "int8") as parts:
        variants = {
            words: Painter(part, provider="cpu", threads=threads)
            for words, part in parts.items()
        }
        watch("comparing speeds", 0, 1)
        racers = {PLAIN: plain, **variants}
        ms = race(racers, frame(*SIZE), RACE * len(racers))
        for words in sorted(variants, key=lambda words: ms[words]):
            likeness = _judge(plain, variants[words], photos.judging, watch)
            faults = {name: found.seen() for name, found in likeness.items()}
            if not any(faults.values()):
                path = _put(parts[words], plain, "int8")
                times = {PLAIN: ms[PLAIN], "int8": ms[words]}
                return Made(path, "int8", likeness, times, words)
            failures.append(faults)
    raise _failed("int8", min(failures, key=lambda found: len(_seen(found))))


def _quantised(
    plain: Painter, photos: Sequence[Pixels], watch: Watch
) -> dict[str, onnx.ModelProto]:
    """All candidates, by words that say what of them is in 8 bits."""
    graph = Graph(load(plain.path))
    styles = list(styles_of(plain).values())
    told = partial(watch, "calibrating")
    spans = measure(graph.model, graph.floats(), photos, styles, told)
    sets = candidates(graph, spans)
    if not sets:
        raise GateError(
            f"{plain.path} has no convolution that 8 bits are for",
            hint="It runs in float32.",
        )
    narrow = {name for convs in sets.values() for name in narrow_maps(graph, convs)}
    model, spans = equalise(graph, spans, narrow)
    even = Graph(model)
    return {words: quantise(even, spans, convs) for words, convs in sets.items()}


@contextmanager
def _written(
    models: Mapping[str, onnx.ModelProto], plain: Painter, precision: str
) -> Iterator[dict[str, Path]]:
    """Files of some models under names that are not final, removed behind."""
    parts: dict[str, Path] = {}
    try:
        for words, model in models.items():
            for key, value in to_metadata(precision, plain.about.sha256).items():
                model.metadata_props.add(key=key, value=value)
            part = beside(variant_path(plain.path, precision))
            write_whole(part, model.SerializeToString())
            parts[words] = part
        yield parts
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def _put(part: Path, plain: Painter, precision: str) -> Path:
    path = variant_path(plain.path, precision)
    put_in_place(part, path, overwrite=True)
    return path


def _judge(
    plain: Painter, variant: Painter, photos: Sequence[Pixels], watch: Watch
) -> dict[str, Likeness]:
    found = {}
    styles = styles_of(plain)
    for done, (name, style) in enumerate(styles.items()):
        watch(f"judging {name}", done, len(styles))
        own, other = (partial(p.paint, style=style) for p in (plain, variant))
        found[name] = compare(own, other, photos)
    return found


def _failed(precision: str, faults: Mapping[str, str]) -> GateError:
    (name, fault), *others = _seen(faults).items()
    more = f", and {len(others)} more" if others else ""
    return GateError(
        f"{precision} changes what {name} looks like ({fault}){more}",
        hint="No file was left: this painter does without it.",
    )


def _seen(faults: Mapping[str, str]) -> dict[str, str]:
    """The styles that something is amiss with, and what."""
    return {name: fault for name, fault in faults.items() if fault}
