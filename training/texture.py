"""What style is measured by: Gram matrices, with and without each channel's mean."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def texture(features: Tensor) -> Tensor:
    """Gram matrices with and without the mean of each channel in them.

    In a Gram matrix the means outweigh what varies from place to place: a picture that
    is the same everywhere can come close to the painting's. The centred one, the
    channels' covariance, is close for a picture that varies as the painting does.

    Args:
        features: VGG activations, shape (B, C, H, W).

    Returns:
        Shape (B, 2, C, C), float32: the Gram matrix, then the centred one, scaled as
        `training.losses.gram`.
    """
    with torch.autocast(features.device.type, enabled=False):
        b, c, h, w = features.shape
        # A view where channels come last, as they do in a fit.
        places = features.permute(0, 2, 3, 1).reshape(b, h * w, c)
        centred, mean = _Moments.apply(places)
        # In this order: the other way round would be a small difference of large ones.
        outer = mean[:, :, None] * mean[:, None, :] / c
        return torch.stack([centred + outer, centred], 1)


class _Moments(torch.autograd.Function):
    """Covariance, divided by C, and mean of the channels, with a slope in one product.

    Left to itself, autograd keeps the centred features in float32 and walks through
    them six times, which took as long as the convolutions of VGG.
    """

    @staticmethod
    def forward(ctx: Any, places: Tensor) -> tuple[Tensor, Tensor]:
        """Features of shape (B, N, C) to shapes (B, C, C) and (B, C) in float32."""
        n, c = places.shape[1:]
        centred = places.to(torch.float32, copy=True)
        mean = centred.mean(1)
        centred -= mean[:, None]
        ctx.save_for_backward(places, mean)
        return centred.transpose(1, 2) @ centred / (n * c), mean

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Tensor:
        """Slopes of the two outputs to the features', shape (B, N, C)."""
        places, mean = ctx.saved_tensors
        by_centred, by_mean = slopes
        n, c = places.shape[1:]
        both = (by_centred + by_centred.transpose(1, 2)) / (n * c)
        # Rounded as in the product, from which the means are to fall out.
        both = both.to(places.dtype)
        rest = by_mean[:, None] / n - mean[:, None] @ both.float()
        return torch.baddbmm(rest.to(places.dtype), places, both)
