"""An unchanging grain that tells the places of a flat wall apart."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Canvas(nn.Module):
    """Adds an unchanging grain, as much of it as the style wants.

    On a flat wall all cells of the coarsest map are alike, so a network without this
    paints the same bead into each of them, or takes the camera's noise for a cue and
    flickers. The grain tells places apart and stands still. Half of its channels are
    white, half are smooth over some cells.

    Args:
        channels: C of the map.
        dim: length D of the embedding.
        side: of the tile in cells; larger maps see it repeated.
        grains: independent fields of noise.
    """

    tile: Tensor

    def __init__(
        self, channels: int, dim: int, side: int = 96, grains: int = 8
    ) -> None:
        super().__init__()
        white = torch.randn(1, grains, side, side)
        smooth = white[:, grains // 2 :]
        for _ in range(3):
            around = F.pad(smooth, (2, 2, 2, 2), mode="circular")
            smooth = F.avg_pool2d(around, 5, stride=1)
        smooth = smooth / smooth.std()
        self.register_buffer("tile", torch.cat([white[:, : grains // 2], smooth], 1))
        self.mix = nn.Conv2d(grains, channels, 1, bias=False)
        self.gain = nn.Linear(dim, channels)
        nn.init.constant_(self.gain.bias, 1.0)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Shape (B, C, h, w) in and out, for embeddings of shape (B, D)."""
        tile = self.mix(self.tile)
        if self.training:
            # Elsewhere every time, or the grain's own figures would be learned.
            down, right = torch.randint(tile.shape[-1], (2,)).tolist()
            tile = tile.roll((down, right), (2, 3))
        side = tile.shape[-1]
        rows = torch.arange(x.shape[2], device=x.device) % side
        columns = torch.arange(x.shape[3], device=x.device) % side
        grain: Tensor = tile.index_select(2, rows).index_select(3, columns)
        gain: Tensor = self.gain(style)
        return x + gain[:, :, None, None] * grain
