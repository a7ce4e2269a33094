"""The terms of the perceptual loss, each relative to the size of its target.

Dividing by the mean square of the target makes a weight mean the same for any VGG
weights: the activations of the original Oxford weights are hundreds of times larger
than those of torchvision's, and their Gram matrices ten thousand times.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from training.texture import texture

EPSILON = 1e-20  # for a black target; squares of Gram matrices can be near 1e-12


def gram(features: Tensor) -> Tensor:
    """Channel correlations of a feature map, divided by C*H*W.

    Computed in float32 whatever the input is: products of activations near 2e4 overflow
    float16 and lose too much in bfloat16.

    Args:
        features: VGG activations, shape (B, C, H, W).

    Returns:
        Shape (B, C, C), symmetric; its scale does not grow with the picture.

    Source: Johnson et al. 2016, style reconstruction loss (arXiv:1603.08155).
    """
    b, c, h, w = features.shape
    with torch.autocast(features.device.type, enabled=False):
        flat = features.float().reshape(b, c, h * w)
        return flat @ flat.transpose(1, 2) / (c * h * w)


def relative_mse(value: Tensor, target: Tensor) -> Tensor:
    """Mean squared error of each sample over the mean square of its target.

    Args:
        value: shape (B, ...).
        target: shape (B, ...) or one that broadcasts to it.

    Returns:
        Shape (B,); 0 for equal tensors, 1 for a value of zeros.
    """
    value, target = value.float(), target.float()
    dims = tuple(range(1, value.dim()))
    error = (value - target).square().mean(dims)
    return error / (target.square().mean(dims) + EPSILON)


class ContentLoss(nn.Module):
    """Distance of features from those of the photograph, averaged over layers.

    Args:
        weights: from layer name to its share; shares are normalised to sum to 1.

    Source: Gatys et al. 2016, content loss; the relative scale is ours.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        super().__init__()
        self.weights = _shares(weights)

    def forward(
        self, features: Mapping[str, Tensor], target: Mapping[str, Tensor]
    ) -> Tensor:
        """One number a sample, shape (B,); features have shape (B, C, H, W)."""
        return _weighted(
            {n: relative_mse(features[n], target[n]) for n in self.weights},
            self.weights,
        )


class StyleLoss(nn.Module):
    """Distance of Gram matrices from the painting's, averaged over layers.

    Half of it is that of the Gram matrices, half that of the centred ones.

    Args:
        weights: from layer name to its share; shares are normalised to sum to 1.
        textures: from layer name to the `texture` of all styles, shape (S, 2, C, C),
            computed once before fitting.

    Source: Gatys et al. 2016, style loss; the relative scale and the centred half are
    ours.
    """

    def __init__(
        self, weights: Mapping[str, float], textures: Mapping[str, Tensor]
    ) -> None:
        super().__init__()
        self.weights = _shares(weights)
        self.textures = dict(textures)

    def forward(self, features: Mapping[str, Tensor], style: Tensor) -> Tensor:
        """One number a sample, shape (B,).

        Args:
            features: from layer name to shape (B, C, H, W).
            style: which painting each sample is to look like, int64 of shape (B,).
        """
        terms = {}
        for name in self.weights:
            found = texture(features[name]).flatten(0, 1)
            wanted = self.textures[name][style].flatten(0, 1)
            terms[name] = relative_mse(found, wanted).view(-1, 2).mean(1)
        return _weighted(terms, self.weights)


class TotalVariation(nn.Module):
    """Mean squared difference between neighbouring pixels.

    Source: Johnson et al. 2016, as a smoothness prior; a mean instead of a sum, so that
    the weight does not depend on the size of the crop.
    """

    def forward(self, pictures: Tensor) -> Tensor:
        """One number a sample, shape (B,); 0 for constant pictures (B, 3, H, W)."""
        down = pictures[..., 1:, :] - pictures[..., :-1, :]
        right = pictures[..., 1:] - pictures[..., :-1]
        return down.square().mean((1, 2, 3)) + right.square().mean((1, 2, 3))


class RangeLoss(nn.Module):
    """How far pixels leave 0..1, squared: what the export will clip is not free."""

    def forward(self, pictures: Tensor) -> Tensor:
        """One number a sample, shape (B,), for pictures of shape (B, 3, H, W)."""
        outside = (pictures - 0.5).abs().sub(0.5).clamp(min=0)
        return outside.square().mean((1, 2, 3))


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def _weighted(terms: Mapping[str, Tensor], weights: Mapping[str, float]) -> Tensor:
    return torch.stack([terms[name] * weights[name] for name in weights]).sum(0)
