"""What one layer of the loss network knows of a picture, made visible from noise.

Source: Gatys et al. 2016, figure 1; Johnson et al. 2016, figures 3 and 4; Mahendran
and Vedaldi 2015, "Understanding Deep Image Representations by Inverting Them"
(arXiv:1412.0035), for the total variation that keeps deep layers from noise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from training.canvas import (
    Picture,
    crop_to,
    noise,
    resize,
    resolve_sizes,
    to_picture,
    to_tensor,
)
from training.descent import Progress, descend
from training.device import choose_device
from training.memory import free_bytes, memory_errors, require_memory
from training.transfer import Style, TransferLoss
from training.transfer_settings import (
    RECONSTRUCTIONS,
    OptimizeSettings,
    require_known,
)
from training.vgg import Features, known_layers

COLUMNS = 6  # pictures in a row of a sheet
CAPTION = 24  # px above each


def reconstruct(
    kind: str, picture: Picture, layers: Sequence[str], settings: OptimizeSettings
) -> Iterator[Progress]:
    """Makes from noise a picture that some layers cannot tell from a given one.

    Args:
        kind: "content", features place by place, or "style", Gram matrices alone.
        picture: RGB, 0..1, shape (H, W, 3).
        layers: one or more names, all of the same weight.
        settings: the last size, its steps, the seed, total variation, optimizer and
            loss network are used.

    Yields:
        The noise and the picture after every step.

    Raises:
        SettingsError: unknown names, or a size that does not fit into memory.
        DivergedError: the loss is no number any more.
    """
    require_known("reconstruction", kind, RECONSTRUCTIONS)
    size = resolve_sizes(settings.sizes, picture)[-1]
    device, history = choose_device(settings.device), settings.descent.history
    features = Features(
        layers,
        network=settings.network,
        pooling=settings.pooling,
        weights=settings.vgg_weights,
    ).to(device)
    require_memory(features, size, history, free_bytes(device))
    target = to_tensor(resize(crop_to(picture, size), size)).to(device)
    shares = {name: 1 / len(layers) for name in layers}
    content = kind == "content"
    weights = replace(
        settings.weights,
        content_layers=shares if content else {},
        style_layers={} if content else shares,
        content=1.0,
        style=1.0,
    )
    with memory_errors(features, size, history):
        styles = [] if content else [Style(target)]
        loss = TransferLoss(features, target if content else None, styles, weights)
        start = to_tensor(noise(size, settings.seed)).to(device)
        steps = settings.steps_of(len(settings.sizes) - 1)
        yield from descend(start, loss, replace(settings.descent, steps=steps))


def all_layers(network: str, weights: Path | str | None = None) -> list[str]:
    """The rectified layers that weights go as far as, which the papers show.

    Raises:
        SettingsError: there is no such network, or the weights cannot be read.
    """
    known = known_layers(network, weights)
    return [name for name in known if name.startswith("relu")]


def sheet(pictures: Sequence[tuple[str, Picture]]) -> Picture:
    """Pictures of one size in rows, each below its name, on white.

    Args:
        pictures: names and RGB pictures, 0..1, shape (H, W, 3).
    """
    tiles = [_captioned(name, picture) for name, picture in pictures]
    columns = min(COLUMNS, len(tiles))
    blank = np.ones_like(tiles[0])
    tiles += [blank] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    return np.vstack(rows)


def shown(progress: Progress) -> Picture:
    """The picture of a progress, RGB, 0..1, shape (H, W, 3)."""
    return to_picture(progress.picture)


def _captioned(name: str, picture: Picture) -> Picture:
    plate = np.full((CAPTION, picture.shape[1], 3), 255, np.uint8)
    cv2.putText(plate, name, (4, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1)
    return np.vstack([np.asarray(plate / 255, np.float32), picture])
