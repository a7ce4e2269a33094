"""Where in a picture a style is wanted."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from livestyle.errors import PictureError


class Region:
    """A guidance map: features count as much as the mask is bright where they are.

    Args:
        mask: 0..1, shape (1, 1, H, W), of the pastiche's size.
        name: for errors.

    Raises:
        PictureError: the mask is black everywhere.

    Source: Gatys et al. 2017, "Controlling Perceptual Factors in Neural Style
    Transfer" (arXiv:1611.07865), guided Gram matrices; the map of a layer is the mask
    scaled down, which they found to do as well as following receptive fields.
    """

    def __init__(self, mask: Tensor, name: str = "the mask") -> None:
        self.mask, self.name = mask, name
        self.cover = float(mask.square().mean())
        if self.cover < 1e-6:
            raise PictureError(
                f"{name} is black everywhere",
                hint="Paint white where the style is wanted.",
            )
        self._maps: dict[torch.Size, Tensor] = {}

    def to(self, device: torch.device) -> Region:
        """The same region on a device."""
        return Region(self.mask.to(device), self.name)

    def gram(self, features: Tensor) -> Tensor:
        """The Gram matrix of what lies in the region.

        Args:
            features: VGG activations, shape (1, C, h, w).

        Returns:
            Shape (1, C, C), scaled as `training.losses.gram` of a whole picture that
            looks everywhere as this one does in the region.
        """
        guided = features.float() * self._map(features)
        flat = guided.flatten(2)
        return flat @ flat.transpose(1, 2) / flat.shape[1]

    def _map(self, features: Tensor) -> Tensor:
        """The mask at a layer's size, its squares summing to 1."""
        size = features.shape[2:]
        if size not in self._maps:
            small = F.interpolate(self.mask, size=tuple(size), mode="area")
            root = small.square().sum().sqrt().clamp(min=1e-12)
            self._maps[size] = small / root
        return self._maps[size]
