"""Painting crops as if they had no border."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def paint_within(painter: nn.Module, x: Tensor, rows: Tensor, context: int) -> Tensor:
    """Paints pictures as if they had no border: see `Recipe.context`.

    Args:
        painter: what paints.
        x: RGB, 0..1, shape (B, 3, H, W).
        rows: of the embeddings, shape (B,).
        context: px to go on around the pictures by reflection, below H and W.

    Returns:
        RGB, nominally 0..1, shape (B, 3, H, W).
    """
    height, width = x.shape[-2:]
    around = F.pad(x, (context,) * 4, mode="reflect")
    around = around.contiguous(memory_format=torch.channels_last)
    pastiche: Tensor = painter(around, rows)
    return pastiche[..., context : context + height, context : context + width]
