"""The painters' networks: feed-forward, conditioned on a style embedding.

Besides layers, each says which embeddings to begin with and what an export needs:
`multiple` of which sides must be, side `block` of the pixel blocks that it gives,
`margin` in px of repeated edge that it wants around a picture, cropped off with what it
did there, the convolution that takes the pictures (`entry`) and those whose sum is the
pastiche (`exits`).

After Johnson et al. 2016 (arXiv:1603.08155) with instance norm (Ulyanov et al. 2016,
arXiv:1607.08022), conditional on the style (Dumoulin et al. 2017, arXiv:1610.07629).
"""

from __future__ import annotations

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.errors import SettingsError
from training.brisk import Brisk, Broad
from training.layers import Conv, Residual, drawn_embeddings, enlarge, head


class Swift(nn.Module):
    """A painter for CPUs: strides to 1/8, a dilated tower there, skips on the way back.

    No layer works at full size: the last one gives the four pixels of a 2x2 block as
    channels. The way down has norms at its end alone and skips are added before one,
    because a norm breaks the blocked memory layout that CPU convolutions run in. On the
    way back, maps are thinned by 1x1 convolutions before they are enlarged: the large
    ones cost most. Enlargements come before their 3x3 convolutions: after them, cells
    of 1/8 show as blocks of 8 px.

    What instance norms take away, the photograph's own brightness and contrast, goes
    straight from the first layer to the last, as much of it as the style wants: all for
    the identity. Without this path, a network that is to give photographs back learns
    to grow one huge value somewhere, which the norms scale the rest by, and people see
    it as a dead grey spot.

    Args:
        dim: length of the style embedding.
        channels: at 1/2, 1/4 and 1/8 of the size; multiples of 16 fill AVX-512.
        dilations: one residual block each; wide ones let a flat wall see its room.
    """

    multiple, block, margin = 8, 2, 8
    entry, exits = "stem.conv", ("head", "straight")

    def __init__(
        self,
        dim: int,
        channels: tuple[int, int, int] = (16, 32, 48),
        dilations: tuple[int, ...] = (1, 2, 4),
    ) -> None:
        super().__init__()
        self.dim = dim
        half, quarter, eighth = channels
        self.stem = Conv(3, half, 0, stride=2)
        self.down4 = Conv(half, quarter, 0, stride=2)
        self.down8 = Conv(quarter, eighth, dim, stride=2)
        self.tower = nn.ModuleList(
            Residual(eighth, dim, d, edge=True) for d in dilations
        )
        self.thin4 = nn.Conv2d(eighth, quarter, 1)
        self.up4 = Conv(quarter, quarter, dim)
        self.thin2 = nn.Conv2d(quarter, half, 1)
        self.up2 = Conv(half, half, dim)
        self.straight = nn.Conv2d(half, 12, 1, bias=False)
        self.gate = nn.Linear(dim, 1)
        self.head = head(nn.Conv2d(half, 12, 3, padding=1))

    def forward(self, pictures: Tensor, style: Tensor) -> Tensor:
        """Paints.

        Args:
            pictures: RGB, 0..1, shape (B, 3, H, W), H and W multiples of 8, the
                outermost `margin` px of them repeated edge.
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
        for block in self.tower:
            x = block(x, style)
        x = F.pad(x, (1, 1, 1, 1), mode="replicate")
        x = self.up4(enlarge(self.thin4(x), 2), style, skip=quarter)
        x = self.up2(enlarge(self.thin2(x), 2), style, skip=half)
        photograph: Tensor = self.straight(half) * self.gate(style)[:, :, None, None]
        pastiche: Tensor = photograph + self.head(x)
        return pastiche

    def embeddings(self, rows: int) -> Tensor:
        """Embeddings to begin with, shape (rows, D)."""
        return drawn_embeddings(rows, self.dim)


class Johnson(nn.Module):
    """The network of Johnson et al. 2016 with instance norm: the field's yardstick."""

    multiple, block, margin = 4, 1, 8
    entry, exits = "down.0.conv", ("head",)

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim
        self.down = nn.ModuleList(
            [
                Conv(3, 32, dim, kernel=9),
                Conv(32, 64, dim, stride=2),
                Conv(64, 128, dim, stride=2),
            ]
        )
        self.tower = nn.ModuleList(Residual(128, dim) for _ in range(5))
        self.up = nn.ModuleList([Conv(128, 64, dim), Conv(64, 32, dim)])
        self.head = head(nn.Conv2d(32, 3, 9, padding=4))

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

    def embeddings(self, rows: int) -> Tensor:
        """Embeddings to begin with, shape (rows, D)."""
        return drawn_embeddings(rows, self.dim)


def margins(
    height: int, width: int, multiple: int, margin: int
) -> tuple[int, int, int, int]:
    """Padding (left, right, top, bottom) of a picture up to multiples of a side."""
    right = margin + (-width - 2 * margin) % multiple
    bottom = margin + (-height - 2 * margin) % multiple
    return margin, right, margin, bottom


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


Network = Swift | Brisk | Johnson

NETWORKS: dict[str, Callable[[int], Network]] = {
    "swift": Swift,
    "brisk": Brisk,
    "broad": Broad,
    "johnson": Johnson,
}


class Painter(nn.Module):
    """A network with the embeddings that it paints from.

    Args:
        network: a name in `NETWORKS`.
        styles: how many paintings; row 0 of the embeddings is the identity, painting
            number i is row i + 1.
        dim: length D of an embedding, where the network leaves it free.

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
        self.embeddings = nn.Parameter(self.net.embeddings(styles + 1))

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
        margin = self.net.margin
        around = margins(height, width, self.net.multiple, margin)
        x = F.pad(pictures, around, mode="replicate")
        x = unblock(self.net(x, self.embeddings[rows]), self.net.block).float()
        return x[..., margin : margin + height, margin : margin + width]
