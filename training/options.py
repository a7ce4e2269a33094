"""Where and for how long a fit goes on: all that its recipe leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FitOptions:
    """Where a fit reads and writes, and how long it goes on.

    Attributes:
        data: folder of photographs.
        styles: folder of paintings.
        out: folder of the run: checkpoint, previews, TensorBoard events.
        vgg_weights: see `training.vgg.Features`.
        seconds: fit for so long instead of the recipe's steps.
        resume: go on from the checkpoint in `out`.
        workers: processes that decode photographs; 0 decodes in this one.
        device, precision: see `training.device`.
        decode: "auto", "cpu" or "cuda", see `training.gpu_decode`.
        save_every, preview_every: steps.
    """

    data: Path
    styles: Path
    out: Path
    vgg_weights: Path | str | None = None
    seconds: float | None = None
    resume: bool = False
    workers: int = 2
    device: str = "auto"
    precision: str = "auto"
    decode: str = "auto"
    save_every: int = 200
    preview_every: int = 200
