"""The painters' networks: feed-forward, conditioned on a style embedding.

After Johnson et al. 2016 (arXiv:1603.08155) with instance norm (Ulyanov et al. 2016,
arXiv:1607.08022), conditional on the style (Dumoulin et al. 2017, arXiv:1610.07629).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.errors import SettingsError
from training.canvas import Canvas

MARGIN = 8  # px of repeated edge around a picture, cropped off with what it did there


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
        scale: Tensor
        shift: Tensor
        scale, shift = self.affine(style).chunk(2, dim=1)
        # In float32: a mean of squares over 10^5 pixels is beyond half precision.
        x = x.float()
        if len(style) == 1:
            # This exports as ONNX's own InstanceNormalization with computed parameters,
            # which saves a multiplication and an addition over the whole map.
            return F.instance_norm(x, weight=scale[0].float(), bias=shift[0].float())
        var, mean = torch.var_mean(x, dim=(2, 3), keepdim=True, correction=0)
        gain = scale[:, :, None, None] * torch.rsqrt(var + 1e-5)
        return x * gain + (shift[:, :, None, None] - mean * gain)


class Conv(nn.Module):
    """Convolution, conditional instance norm, ReLU; odd kernels, same size.

    Args:
        into, out: channels.
        dim: length of the style embedding; 0 leaves the norm out.
        edge: pad with the border's own values instead of zeros, which leaves no frame
            in the picture but costs a copy: for small maps.
        relu: whether to end with a ReLU.
    """

    def __init__(
        self,
        into: int,
        out: int,
        dim: int,
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
            bias=not dim,
        )
        self.norm = ConditionalInstanceNorm(out, dim) if dim else None
        self.relu = relu

    def forward(
        self, x: Tensor, style: Tensor, *, grow: int = 1, skip: Tensor | None = None
    ) -> Tensor:
        """Convolves, enlarges `grow` times, adds `skip`, normalises, rectifies."""
        x = self.conv(x)
        if grow > 1:
            x = enlarge(x, grow)
        if skip is not None:
            x = x + skip
        if self.norm is not None:
            x = self.norm(x, style)
        return F.relu(x) if self.relu else x


class Residual(nn.Module):
    """Two convolutions beside the identity (He et al. 2015), the first one dilated."""

    def __init__(
        self, channels: int, dim: int, dilation: int = 1, *, edge: bool = False
    ) -> None:
        super().__init__()
        self.first = Conv(channels, channels, dim, dilation=dilation, edge=edge)
        self.second = Conv(channels, channels, dim, edge=edge, relu=False)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Shape (B, C, H, W) in and out."""
        change: Tensor = self.second(self.first(x, style), style)
        return x + change


def enlarge(x: Tensor, times: int) -> Tensor:
    """Repeats each pixel.

    With a convolution it leaves fewer checkerboards than a transposed one does.
    """
    return F.interpolate(x, scale_factor=float(times), mode="nearest")


class Swift(nn.Module):
    """A painter for CPUs: strides to 1/8, a dilated tower there, skips on the way back.

    No layer works at full size: the last one gives the four pixels of a 2x2 block as
    channels. The first layer has no norm and both skips are added before one, because a
    norm breaks the blocked memory layout that CPU convolutions run in. The smaller of
    the two enlargements comes after its convolution (a quarter of the work), the larger
    before, which is what keeps the output free of a grid.

    Args:
        dim: length of the style embedding.
        channels: at 1/2, 1/4 and 1/8 of the size; multiples of 16 fill AVX-512.
        dilations: one residual block each; wide ones let a flat wall see its room.
    """

    multiple, block = 8, 2

    def __init__(
        self,
        dim: int,
        channels: tuple[int, int, int] = (16, 32, 48),
        dilations: tuple[int, ...] = (1, 2, 4, 1),
    ) -> None:
        super().__init__()
        half, quarter, eighth = channels
        self.stem = Conv(3, half, 0, stride=2)
        self.down4 = Conv(half, quarter, dim, stride=2)
        self.down8 = Conv(quarter, eighth, dim, stride=2)
        self.canvas = Canvas(eighth, dim)
        self.tower = nn.ModuleList(
            Residual(eighth, dim, d, edge=True) for d in dilations
        )
        self.up4 = Conv(eighth, quarter, dim, edge=True)
        self.up2 = Conv(quarter, half, dim)
        self.head = _head(nn.Conv2d(half, 12, 3, padding=1))

    def forward(self, pictures: Tensor, style: Tensor) -> Tensor:
        """Paints.

        Args:
            pictures: RGB, 0..1, shape (B, 3, H, W), H and W multiples of 8, the
                outermost 8 px of them margin.
            style: embeddings, shape (B, D).

        Returns:
            RGB, nominally 0..1 (not clipped), shape (B, 12, H/2, W/2): the channels are
            (row, column, colour) of each 2x2 block; `unblock` makes pictures of them.
        """
        half = self.stem(pictures, style)
        quarter = self.down4(half, style)
        # The zeros around the encoder's maps reach the outermost cells of 1/8, which
        # are margin. Let on, they would tell the tower where the picture ends.
        x = self.down8(quarter, style)[..., 1:-1, 1:-1]
        x = self.canvas(x, style)
        for block in self.tower:
            x = block(x, style)
        x = F.pad(x, (1, 1, 1, 1), mode="replicate")
        x = self.up4(x, style, grow=2, skip=quarter)
        x = self.up2(enlarge(x, 2), style, skip=half)
        return self.head(x)  # type: ignore[no-any-return]


class Johnson(nn.Module):
    """The network of Johnson et al. 2016 with instance norm: the field's yardstick."""

    multiple, block = 4, 1

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            [
                Conv(3, 32, dim, kernel=9),
                Conv(32, 64, dim, stride=2),
                Conv(64, 128, dim, stride=2),
            ]
        )
        self.tower = nn.ModuleList(Residual(128, dim) for _ in range(5))
        self.up = nn.ModuleList([Conv(128, 64, dim), Conv(64, 32, dim)])
        self.head = _head(nn.Conv2d(32, 3, 9, padding=4))

    def forward(self, pictures: Tensor, style: Tensor) -> Tensor:
        """RGB 0..1 of shape (B, 3, H, W) in and out (not clipped)."""
        x = pictures
        for layer in self.down:
            x = layer(x, style)
        for block in self.tower:
            x = block(x, style)
        for layer in self.up:
            x = layer(enlarge(x, 2), style)
        return self.head(x)  # type: ignore[no-any-return]


def _head(conv: nn.Conv2d) -> nn.Conv2d:
    """Lets the last layer start near mid-grey: noise is far from any painting."""
    assert conv.bias is not None
    with torch.no_grad():
        conv.weight.mul_(0.1)
        conv.bias.fill_(0.5)
    return conv


def margins(height: int, width: int, multiple: int) -> tuple[int, int, int, int]:
    """Padding (left, right, top, bottom) of a picture up to multiples of a side."""
    right = MARGIN + (-width - 2 * MARGIN) % multiple
    bottom = MARGIN + (-height - 2 * MARGIN) % multiple
    return MARGIN, right, MARGIN, bottom


def unblock(x: Tensor, k: int) -> Tensor:
    """Blocks of k x k pixels in channels to pictures.

    Args:
        x: shape (B, k*k*3, H, W), channels in the order (row, column, colour).
        k: side of a block.

    Returns:
        Shape (B, 3, k*H, k*W); x itself where k is 1.
    """
    if k == 1:
        return x
    b, _, h, w = x.shape
    x = x.reshape(b, k, k, 3, h, w).permute(0, 3, 4, 1, 5, 2)
    return x.reshape(b, 3, k * h, k * w)


NETWORKS: dict[str, Callable[[int], Swift | Johnson]] = {
    "swift": Swift,
    "johnson": Johnson,
}


class Painter(nn.Module):
    """A network with the embeddings that it paints from.

    Args:
        network: a name in `NETWORKS`.
        styles: how many paintings; row 0 of the embeddings is the identity, painting
            number i is row i + 1.
        dim: length D of an embedding.

    Raises:
        SettingsError: there is no such network.
    """

    def __init__(self, network: str, styles: int, dim: int = 64) -> None:
        super().__init__()
        if network not in NETWORKS:
            raise SettingsError(
                f"there is no network '{network}'",
                hint=f"There are {', '.join(NETWORKS)}.",
            )
        self.net = NETWORKS[network](dim)
        self.embeddings = nn.Parameter(torch.randn(styles + 1, dim) / dim**0.5)

    @property
    def dim(self) -> int:
        """D, the length of an embedding."""
        return int(self.embeddings.shape[1])

    def forward(self, pictures: Tensor, rows: Tensor) -> Tensor:
        """Paints each picture by the embedding of its row, as the exported file does.

        Args:
            pictures: RGB, 0..1, shape (B, 3, H, W), any height and width.
            rows: int64, shape (B,).

        Returns:
            RGB, nominally 0..1 (not clipped), float32, shape (B, 3, H, W).
        """
        height, width = pictures.shape[-2:]
        around = margins(height, width, self.net.multiple)
        x = F.pad(pictures, around, mode="replicate")
        x = unblock(self.net(x, self.embeddings[rows]), self.net.block).float()
        return x[..., MARGIN : MARGIN + height, MARGIN : MARGIN + width]
