"""The optimisation method: one picture painted by changing its own pixels.

Source: Gatys et al. 2016, "Image Style Transfer Using Convolutional Neural Networks";
coarse to fine, masks and kept colours: Gatys et al. 2017, "Controlling Perceptual
Factors in Neural Style Transfer" (arXiv:1611.07865).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from livestyle.errors import PictureError, SettingsError
from training.canvas import (
    SHAPES_DIFFER,
    Picture,
    crop_to,
    resize,
    resolve_sizes,
    starting_picture,
    to_picture,
    to_tensor,
)
from training.colours import (
    luminance,
    match_colours,
    match_histograms,
    match_luminance,
    recolour,
)
from training.descent import Progress, descend
from training.device import choose_device
from training.guidance import Region
from training.memory import (
    free_bytes,
    memory_errors,
    require_memory,
    require_style_memory,
)
from training.transfer import Style, TransferLoss
from training.transfer_settings import OptimizeSettings
from training.vgg import Features


@dataclass(frozen=True)
class Painting:
    """A style image.

    Attributes:
        picture: RGB, 0..1, shape (h, w, 3), any size.
        weight: its share among the paintings.
        mask: 0..1, shape (H, W), of the content's shape; bright where this style is
            wanted; everywhere if None.
        name: for errors.
    """

    picture: Picture
    weight: float = 1.0
    mask: Picture | None = None
    name: str = "the style"


@dataclass(frozen=True)
class Snapshot:
    """The picture after a step at one of the sizes.

    Attributes:
        stage: which of the sizes, from 0.
        stages: how many sizes there are.
        size_wh: of this stage, px.
        steps: that are to be made at this stage.
        progress: step, loss terms and canvas.
        colours: the content at this size if its colours are put back, else None.
    """

    stage: int
    stages: int
    size_wh: tuple[int, int]
    steps: int
    progress: Progress
    colours: Picture | None = None

    @property
    def step(self) -> int:
        """Steps made at this size; 0 is its start."""
        return self.progress.step

    @property
    def terms(self) -> dict[str, float]:
        """The losses of this picture, see `training.transfer.TransferLoss`."""
        return self.progress.terms

    def picture(self) -> Picture:
        """The picture to show, RGB, 0..1, shape (H, W, 3)."""
        painted = to_picture(self.progress.picture)
        return painted if self.colours is None else recolour(painted, self.colours)


def optimize(
    content: Picture, paintings: Sequence[Painting], settings: OptimizeSettings
) -> Iterator[Snapshot]:
    """Paints a picture, coarse to fine.

    All settings and the memory for all sizes are checked before the first snapshot.

    Args:
        content: RGB, 0..1, shape (H, W, 3).
        paintings: one or more.
        settings: see there.

    Yields:
        The start and the picture after every step of every size. Whoever wants the
        losses at given steps takes those that have them. A size ends early if no
        smaller loss can be found.

    Raises:
        SettingsError: unknown names, sizes that do not fit together or into memory.
        PictureError: a mask that is black or of another shape.
        DivergedError: the loss is no number any more.
    """
    _require_paintings(content, paintings)
    sizes = resolve_sizes(settings.sizes, content)
    weights, history = settings.weights, _history(settings)
    device = choose_device(settings.device)
    features = Features(
        weights.layers,
        network=settings.network,
        pooling=settings.pooling,
        weights=settings.vgg_weights,
    ).to(device)
    for size in sizes:
        free = free_bytes(device)
        require_memory(features, size, history, free)
        require_style_memory(size, settings.style_scale, free)
    content = crop_to(content, sizes[-1])
    before: Picture | None = None
    for stage, size in enumerate(sizes):
        easel = _Easel(content, paintings, settings, sizes[-1], size)
        steps = settings.steps_of(stage)
        with memory_errors(features, size, history):
            styles = [
                Style(to_tensor(p).to(device), painting.weight, _to(region, device))
                for painting, p, region in easel.styles()
            ]
            loss = TransferLoss(
                features, to_tensor(easel.content).to(device), styles, weights
            )
            start = to_tensor(easel.start(before)).to(device)
            descent = replace(settings.descent, steps=steps)
            for progress in descend(start, loss, descent):
                yield Snapshot(stage, len(sizes), size, steps, progress, easel.colours)
        before = to_picture(progress.picture)


class _Easel:
    """What is looked at and painted on at one size."""

    def __init__(
        self,
        content: Picture,
        paintings: Sequence[Painting],
        settings: OptimizeSettings,
        last_wh: tuple[int, int],
        size_wh: tuple[int, int],
    ) -> None:
        self.paintings, self.settings = paintings, settings
        self.last_wh, self.size_wh = last_wh, size_wh
        photograph = resize(content, size_wh)
        grey = settings.keep_colours == "luminance"
        self.content = luminance(photograph) if grey else photograph
        self.photograph = photograph
        self.colours = photograph if grey else None

    def styles(self) -> Iterator[tuple[Painting, Picture, Region | None]]:
        """Each painting at its size for this stage, and where it is wanted."""
        for painting in self.paintings:
            yield painting, self._style(painting), self._region(painting)

    def start(self, before: Picture | None) -> Picture:
        """What this stage begins with; `before` is the result of the stage before."""
        if before is not None:
            return resize(before, self.size_wh)
        first = self._style(self.paintings[0])
        return starting_picture(
            self.settings.start, self.content, first, self.settings.seed
        )

    def _style(self, painting: Painting) -> Picture:
        height, width = painting.picture.shape[:2]
        pixels = self.size_wh[0] * self.size_wh[1]
        scale = self.settings.style_scale * (pixels / (width * height)) ** 0.5
        size = max(32, round(width * scale)), max(32, round(height * scale))
        scaled = resize(painting.picture, size)
        if self.settings.keep_colours == "moments":
            return match_colours(scaled, self.photograph)
        if self.settings.keep_colours == "histogram":
            return match_histograms(scaled, self.photograph)
        if self.settings.keep_colours == "luminance":
            return match_luminance(scaled, self.photograph)
        return scaled

    def _region(self, painting: Painting) -> Region | None:
        if painting.mask is None:
            return None
        mask = resize(crop_to(painting.mask, self.last_wh), self.size_wh)
        return Region(to_tensor(mask), f"the mask of {painting.name}")


def _to(region: Region | None, device: torch.device) -> Region | None:
    return None if region is None else region.to(device)


def _history(settings: OptimizeSettings) -> int:
    return settings.descent.history if settings.descent.optimizer == "lbfgs" else 0


def _require_paintings(content: Picture, paintings: Sequence[Painting]) -> None:
    if not paintings:
        raise SettingsError("there is no style image", hint="Give one or more.")
    for painting in paintings:
        if not 0 < painting.weight < float("inf"):
            raise SettingsError(
                f"the weight of {painting.name} is {painting.weight}",
                hint="Give a number above 0.",
            )
        if painting.mask is not None:
            _require_shape(content, painting.mask, painting.name)


def _require_shape(content: Picture, mask: Picture, name: str) -> None:
    (height, width), (h, w) = content.shape[:2], mask.shape[:2]
    if abs(w / h * height / width - 1) > SHAPES_DIFFER:
        raise PictureError(
            f"the mask of {name} has {w}x{h} pixels, the content {width}x{height}",
            hint="Give a mask of the content's shape.",
        )
