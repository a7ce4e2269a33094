"""The perceptual loss of a batch, every term by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from livestyle.errors import SettingsError
from training.config import Recipe
from training.data import read_rgb, scale_to
from training.grain import GrainLoss
from training.grid import GridLoss
from training.losses import (
    ContentLoss,
    RangeLoss,
    StyleLoss,
    TotalVariation,
    texture,
)
from training.repetition import RepetitionLoss
from training.vgg import Features


class Objective(nn.Module):
    """All terms of a painted batch: what it keeps, what it takes, what it must not do.

    Args:
        recipe: layers and weights.
        features: the loss network, with all of the recipe's layers.
        paintings: one RGB tensor a style, 0..1, shape (3, H, W), any sizes.
    """

    def __init__(
        self, recipe: Recipe, features: Features, paintings: Sequence[Tensor]
    ) -> None:
        super().__init__()
        self.recipe = recipe
        self.features = features
        self.content_layers = frozenset(recipe.content_layers)
        self.content = ContentLoss(recipe.content_layers)
        self.style = StyleLoss(
            recipe.style_layers,
            _textures(features, paintings, recipe.style_layers),
        )
        self.tv = TotalVariation()
        self.range = RangeLoss()
        self.repetition = RepetitionLoss(paintings)
        self.grid = GridLoss()
        self.grain = GrainLoss(paintings)
        device = features.mean.device
        weights = [painting.weight for painting in recipe.styles]
        self.balance = torch.tensor(weights, device=device)

    def forward(
        self, pictures: Tensor, pastiche: Tensor, rows: Tensor
    ) -> dict[str, Tensor]:
        """The terms, each a scalar before its weight, and their weighted "total".

        Args:
            pictures: the photographs, RGB, 0..1, shape (B, 3, H, W).
            pastiche: what the painter made of them, same shape.
            rows: row of each sample's embedding, shape (B,); 0 is the identity, those
                samples come last.
        """
        painted = int((rows > 0).sum())
        style = rows[:painted] - 1
        with torch.no_grad():
            target = self.features(pictures[:painted], self.content_layers)
        found = self.features(pastiche[:painted])
        terms = {
            "content": self.content(found, target).mean(),
            "style": (self.style(found, style) * self.balance[style]).mean(),
            "tv": self.tv(pastiche[:painted]).mean(),
            "range": self.range(pastiche).mean(),
            "repetition": self.repetition(pastiche[:painted], style).mean(),
            "grid": self.grid(pastiche),
            "grain": self.grain(pastiche, style, pictures[painted:]).mean(),
        }
        if painted < len(rows):
            error = (pastiche[painted:] - pictures[painted:]).square()
            terms["identity"] = error.mean()
        recipe = self.recipe
        terms["total"] = torch.stack(
            [getattr(recipe, f"{name}_weight") * term for name, term in terms.items()]
        ).sum()
        return terms


def load_paintings(recipe: Recipe, folder: Path) -> list[Tensor]:
    """The recipe's paintings from a folder, RGB, 0..1, shape (3, H, W) each.

    Raises:
        SettingsError: one is missing or cannot be read.
    """
    loaded = []
    for painting in recipe.styles:
        picture = read_rgb(folder / painting.file)
        if picture is None:
            raise SettingsError(
                f"the style image {folder / painting.file} cannot be read",
                hint="Give the folder of paintings with --styles.",
            )
        picture = scale_to(picture, painting.size)
        loaded.append(torch.from_numpy(picture).permute(2, 0, 1).float() / 255)
    return loaded


def _textures(
    features: Features, paintings: Sequence[Tensor], layers: Iterable[str]
) -> dict[str, Tensor]:
    """The texture of all paintings by layer, shape (S, 2, C, C), computed once."""
    wanted = frozenset(layers)
    device = features.mean.device
    with torch.no_grad():
        found = [features(p[None].to(device), wanted) for p in paintings]
        return {n: torch.cat([texture(f[n]) for f in found]) for n in wanted}
