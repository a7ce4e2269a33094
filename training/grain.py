"""Against grain: finer colours and finer noise than the painting has."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from training.repetition import LUMA

# Of the spectrum, in periods per px, by radius; 0.5 is every other pixel, the corners
# of the spectrum are at 0.71. Coarser detail than the first is what style is about.
BANDS = (0.15, 0.25, 0.35, 0.45, 0.72)
FAINT = 1e-4  # power per px that is hardly seen: a band of it is 1 level of 255


class GrainLoss(nn.Module):
    """How much more fine detail a picture has than it should have, in any colour.

    Gram matrices of the first layers are met most easily by single pixels that change
    colour from one to the next: numbers fall, and people see dirt. Paintings and
    photographs have a hundred times less colour than brightness in their fine detail,
    painters that are let do it have more. So the power of brightness, blue and red in
    bands of the spectrum is compared with that of the painting.

    Args:
        paintings: one RGB tensor a style, 0..1, (3, H, W).
    """

    wanted: Tensor

    def __init__(self, paintings: Sequence[Tensor]) -> None:
        super().__init__()
        found = [fine_power(painting.cpu()[None]) for painting in paintings]
        self.register_buffer("wanted", torch.cat(found))

    def forward(self, pictures: Tensor, style: Tensor, own: Tensor) -> Tensor:
        """Logarithm of the power over what is allowed, where it is above; (B,).

        Args:
            pictures: RGB, 0..1, shape (B, 3, H, W).
            style: which painting each sample may be as fine as, int64 of shape (n,)
                with n up to B.
            own: photographs that the other samples may be as fine as, shape
                (B - n, 3, H, W).
        """
        with torch.autocast(pictures.device.type, enabled=False):
            found = fine_power(pictures.float())
            with torch.no_grad():
                allowed = torch.cat([self.wanted[style], fine_power(own.float())])
        excess = torch.log((found + FAINT) / (allowed + FAINT))
        return excess.clamp(min=0).mean((1, 2))


def fine_power(pictures: Tensor) -> Tensor:
    """Power of the fine detail, per pixel, in a Hann window of the picture's size.

    Args:
        pictures: RGB, 0..1, shape (B, 3, H, W).

    Returns:
        Shape (B, 3, bands): of brightness, blue less brightness, red less brightness.
    """
    if not len(pictures):
        # MKL, which is torch's FFT on Intel CPUs, refuses to transform nothing.
        return pictures.new_zeros(0, 3, len(BANDS) - 1)
    height, width = pictures.shape[-2:]
    device = pictures.device
    luma = torch.tensor(LUMA, device=device).view(1, 3, 1, 1)
    grey = (pictures * luma).sum(1, keepdim=True)
    fields = torch.cat([grey, pictures[:, 2:] - grey, pictures[:, :1] - grey], 1)
    fields = fields - fields.mean((2, 3), keepdim=True)
    down = torch.hann_window(height, periodic=False, device=device)
    right = torch.hann_window(width, periodic=False, device=device)
    window = down[:, None] * right
    power = torch.fft.rfft2(fields * window).abs().square() / window.square().sum()
    radius = torch.hypot(
        torch.fft.fftfreq(height, device=device)[:, None],
        torch.fft.rfftfreq(width, device=device)[None],
    )
    inside = [(radius >= low) & (radius < high) for low, high in pairwise(BANDS)]
    return torch.stack([power[..., band].mean(-1) for band in inside], 2)
