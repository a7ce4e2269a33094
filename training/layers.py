"""The layers that painters are made of, conditioned on a style embedding.

Instance norm after Ulyanov et al. 2016 (arXiv:1607.08022), conditional on the style
after Dumoulin et al. 2017 (arXiv:1610.07629).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EPSILON = 1e-5  # added to variances, as ONNX's InstanceNormalization has it


class ConditionalInstanceNorm(nn.Module):
    """Instance norm whose scale and shift are affine in the style embedding.

    Args:
        channels: C.
        dim: length D of the embedding.
    """

    def __init__(self, channels: int, dim: int) -> None:
        super().__init__()
        self.affine = nn.Linear(dim, 2 * channels)
        nn.init.normal_(self.affine.weight, std=0.3)
        with torch.no_grad():
            self.affine.bias.copy_(
                torch.cat([torch.ones(channels), torch.zeros(channels)])
            )

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Normalises x, shape (B, C, H, W), for embeddings, shape (B, D) or (1, D)."""
        scale, shift = self.affine(style).chunk(2, dim=1)
        return instance_norm(x, scale, shift)


@dataclass
class Layout:
    """Deals out places in an embedding that is made of the norms' scales and shifts.

    Attributes:
        length: of the embedding so far.
    """

    length: int = 0

    def take(self, channels: int) -> int:
        """The first of 2 * channels places for a norm: its scales, then its shifts."""
        start = self.length
        self.length += 2 * channels
        return start


class StyledInstanceNorm(nn.Module):
    """Instance norm whose scale and shift stand in the style embedding themselves.

    So each style has all of them to itself, as in Dumoulin et al. 2017: another style
    changes nothing for those that are there, and no product is computed.

    Args:
        channels: C.
        layout: says where in the embedding this norm's numbers stand.
    """

    def __init__(self, channels: int, layout: Layout) -> None:
        super().__init__()
        self.channels = channels
        self.start = layout.take(channels)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Normalises x, shape (B, C, H, W), for embeddings, shape (B, D) or (1, D)."""
        own = style[:, self.start : self.start + 2 * self.channels]
        scale, shift = own.chunk(2, dim=1)
        return instance_norm(x, scale, shift)


def instance_norm(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Each sample's channels to mean 0 and variance 1, then to a scale and a shift.

    Args:
        x: shape (B, C, H, W).
        scale: shape (B, C), or (1, C) for all samples.
        shift: of the same shape.
    """
    if len(scale) == 1:
        # In float32: a mean of squares over 10^5 pixels is beyond half precision.
        # This exports as ONNX's own InstanceNormalization with computed parameters,
        # which saves a multiplication and an addition over the whole map.
        return F.instance_norm(
            x.float(), weight=scale[0].float(), bias=shift[0].float()
        )
    # Batch norm of a batch of one is the same, and the only norm that torch has fused
    # for channels that come last: twice as fast as written out. It keeps its sums in
    # float32 by itself.
    rows = [
        F.batch_norm(one[None], None, None, gain, bias, training=True, eps=EPSILON)
        for one, gain, bias in zip(x, scale.float(), shift.float(), strict=True)
    ]
    return torch.cat(rows)


def norm_for(channels: int, dim: int | Layout) -> nn.Module | None:
    """A norm that is affine in the embedding or stands in it; None where dim is 0."""
    if isinstance(dim, Layout):
        return StyledInstanceNorm(channels, dim)
    return ConditionalInstanceNorm(channels, dim) if dim else None


class Conv(nn.Module):
    """Convolution, conditional instance norm, ReLU; odd kernels, same size.

    Args:
        into, out: channels.
        dim: length of the style embedding, or its layout; 0 leaves the norm out.
        edge: pad with the border's own values instead of zeros, which leaves no frame
            in the picture but costs a copy: for small maps.
        relu: whether to end with a ReLU.
    """

    def __init__(
        self,
        into: int,
        out: int,
        dim: int | Layout,
        *,
        kernel: int = 3,
        stride: int = 1,
        dilation: int = 1,
        edge: bool = False,
        relu: bool = True,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            into,
            out,
            kernel,
            stride,
            padding=dilation * (kernel // 2),
            padding_mode="replicate" if edge else "zeros",
            dilation=dilation,
            bias=dim == 0,
        )
        self.norm = norm_for(out, dim)
        self.relu = relu

    def forward(
        self, x: Tensor, style: Tensor, *, skip: Tensor | None = None
    ) -> Tensor:
        """Convolves, adds `skip`, normalises, rectifies."""
        x = self.conv(x)
        if skip is not None:
            x = x + skip
        if self.norm is not None:
            x = self.norm(x, style)
        return F.relu(x) if self.relu else x


class Residual(nn.Module):
    """Two convolutions beside the identity (He et al. 2015), the first one dilated."""

    def __init__(
        self,
        channels: int,
        dim: int | Layout,
        dilation: int = 1,
        *,
        edge: bool = False,
    ) -> None:
        super().__init__()
        self.first = Conv(channels, channels, dim, dilation=dilation, edge=edge)
        self.second = Conv(channels, channels, dim, edge=edge, relu=False)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Shape (B, C, H, W) in and out."""
        change: Tensor = self.second(self.first(x, style), style)
        return x + change


def enlarge(x: Tensor, times: int) -> Tensor:
    """Enlarges bilinearly.

    Before a convolution it leaves fewer checkerboards than a transposed one does, and
    no steps at the cells' borders as repeated pixels do.
    """
    return F.interpolate(
        x, scale_factor=float(times), mode="bilinear", align_corners=False
    )


def head(conv: nn.Conv2d) -> nn.Conv2d:
    """Lets the last layer start near mid-grey: noise is far from any painting."""
    assert conv.bias is not None
    with torch.no_grad():
        conv.weight.mul_(0.1)
        conv.bias.fill_(0.5)
    return conv


def drawn_embeddings(rows: int, dim: int) -> Tensor:
    """Embeddings of a free length to begin with, shape (rows, D), of norm about 1."""
    drawn: Tensor = torch.randn(rows, dim) / dim**0.5
    return drawn
