"""The variants beside a painter: how alike they paint, how large and fast they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from livestyle.errors import ModelError
from livestyle.frame import Pixels
from livestyle.model import Painter
from livestyle.variants import variants_of, why_not
from training.evaluation.speed import Times, race
from training.evaluation.table import table
from training.variants.gate import QUIET, psnr
from training.variants.make import styles_of


@dataclass(frozen=True)
class Variant:
    """One file beside the painter that is named as its variant.

    Attributes:
        file: its name.
        precision: that its name speaks of.
        megabytes: its size.
        psnr: dB between its pastiches and the painter's, of the photograph where it is
            least, by style; the identity is one. Empty if it is no variant.
        times: a frame, None if they were not measured: halves are for GPUs.
        painter: the painter's own, in turns with it.
        why: the reason why it is no variant, "" if it is one.
    """

    file: str
    precision: str
    megabytes: float
    psnr: Mapping[str, float] = field(default_factory=dict)
    times: Times | None = None
    painter: Times | None = None
    why: str = ""


def compare_variants(
    painter: Painter,
    photos: Sequence[Pixels],
    threads: int,
    size_wh: tuple[int, int],
    rounds: int,
) -> tuple[Variant, ...]:
    """Paints photographs with every variant that lies beside a painter.

    Args:
        painter: in float32, on the CPU.
        photos: BGR uint8, shape (H, W, 3).
        threads: of the CPU that a variant may use.
        size_wh: (width, height) in px of the frames that speed is measured with.
        rounds: of turns for the speed; 0 leaves it out.
    """
    found = []
    for precision, path in variants_of(painter.path).items():
        megabytes = path.stat().st_size / 1e6
        try:
            other = Painter(path, provider="cpu", threads=threads)
            why = why_not(other.about, painter.about)
        except ModelError as error:
            why = error.message
        if why:
            found.append(Variant(path.name, precision, megabytes, why=why))
            continue
        times, own = None, None
        if rounds and precision != "float16":
            times, own = race(other, painter, size_wh, rounds)
        alike = {
            name: min(
                psnr(painter.paint(photo, style), other.paint(photo, style))
                for photo in photos
            )
            for name, style in styles_of(painter).items()
        }
        found.append(Variant(path.name, precision, megabytes, alike, times, own))
    return tuple(found)


def as_section(variants: Sequence[Variant]) -> str:
    """What was found as a part of a page in Markdown."""
    good = [variant for variant in variants if not variant.why]
    parts = ["### In other precisions"]
    if good:
        names = list(good[0].psnr)
        rows = [
            [
                variant.file,
                f"{variant.megabytes:.2f}",
                _speed(variant),
                *(f"{variant.psnr[name]:.1f}" for name in names),
            ]
            for variant in good
        ]
        parts += [
            "PSNR in dB between their pastiches and those of the float32 file, of the "
            f"photograph where it is least. {QUIET:g} and more are not seen, and where "
            "a painter raises the photograph's noise, less is not either "
            "(`training/variants/gate.py`).",
            table(["file", "MB", "ms (float32 in turns)", *names], rows),
        ]
    parts += [f"`{v.file}` is no variant: {v.why}." for v in variants if v.why]
    return "\n\n".join(parts)


def _speed(variant: Variant) -> str:
    if variant.times is None or variant.painter is None:
        return "not measured"
    return f"{variant.times.min_ms:.1f} ({variant.painter.min_ms:.1f})"
