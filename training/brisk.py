"""The networks of the gallery: for CPUs, and wider for GPUs."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.layers import (
    Conv,
    Layout,
    Residual,
    StyledInstanceNorm,
    enlarge,
    head,
)


class Brisk(nn.Module):
    """A painter for CPUs, after `nets.Swift`: most of its work is done at 1/4.

    Strokes are a few pixels wide, so convolutions at 1/4 paint better than those at 1/8
    or 1/2 that cost as much. Norms stand at 1/8 and 1/4 alone, so that everything at
    1/2 stays in the blocked memory layout. What goes from the way down to the way back
    goes at 1/4: a path at 1/2 lets a painter give back the photograph, tinted, and it
    takes far longer to learn to paint. Scales and shifts of the norms are the embedding
    itself.

    Args:
        _: a length of the embedding, which is not free here.
        channels: at 1/2, 1/4 and 1/8 of the size; multiples of 16 fill AVX-512.
        dilations: one residual block at 1/8 each.
        strokes: convolutions at 1/4 after what comes from 1/8.
    """

    # The zeros around five convolutions in a row at 1/4 reach far: with 8 px of margin,
    # which are enough for others, they left a thin frame.
    multiple, block, margin = 8, 2, 16
    entry, exits = "stem.conv", ("head",)

    def __init__(
        self,
        _: int,
        channels: tuple[int, int, int] = (16, 32, 48),
        dilations: tuple[int, ...] = (2,),
        strokes: int = 3,
    ) -> None:
        super().__init__()
        half, quarter, eighth = channels
        layout = Layout()
        self.stem = Conv(3, half, 0, stride=2)
        self.down4 = Conv(half, quarter, 0, stride=2)
        self.down8 = Conv(quarter, eighth, layout, stride=2)
        self.tower = nn.ModuleList(
            Residual(eighth, layout, d, edge=True) for d in dilations
        )
        self.thin4 = nn.Conv2d(eighth, quarter, 1)
        self.up4 = Conv(quarter, quarter, layout)
        self.strokes = nn.ModuleList(
            Conv(quarter, quarter, layout) for _ in range(strokes)
        )
        self.thin2 = nn.Conv2d(quarter, half, 1)
        self.head = head(nn.Conv2d(half, 12, 3, padding=1))
        self.dim = layout.length

    def forward(self, pictures: Tensor, style: Tensor) -> Tensor:
        """Paints; shapes as in `nets.Swift.forward`."""
        quarter = self.down4(self.stem(pictures, style), style)
        # See `nets.Swift.forward` for what is cut off and put back.
        x = self.down8(quarter, style)[..., 1:-1, 1:-1]
        for block in self.tower:
            x = block(x, style)
        x = F.pad(x, (1, 1, 1, 1), mode="replicate")
        x = self.up4(enlarge(self.thin4(x), 2), style, skip=quarter)
        for stroke in self.strokes:
            x = stroke(x, style)
        x = F.relu(enlarge(self.thin2(x), 2))
        return self.head(x)  # type: ignore[no-any-return]

    def embeddings(self, rows: int) -> Tensor:
        """Embeddings to begin with, shape (rows, D): scales near 1, shifts near 0."""
        drawn = 0.1 * torch.randn(rows, self.dim)
        for module in self.modules():
            if isinstance(module, StyledInstanceNorm):
                drawn[:, module.start : module.start + module.channels] += 1
        return drawn


class Broad(Brisk):
    """The same with fourteen times the multiplications, for GPUs.

    Its tower sees three times as far, which large strokes need. Wide maps at 1/4 and
    1/8 are what GPUs are fast at; at 1/2 it stays narrow, and nothing works at full
    size.

    Args:
        _: a length of the embedding, which is not free here.
    """

    margin = 24  # six convolutions in a row at 1/4

    def __init__(self, _: int) -> None:
        super().__init__(_, channels=(32, 96, 160), dilations=(1, 2, 4), strokes=4)
