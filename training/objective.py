"""The perceptual loss of a batch, every term by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from livestyle.errors import SettingsError
from training.balance import Balance
from training.config import Recipe
from training.data import scale_to
from training.grain import GrainLoss
from training.grid import GridLoss
from training.losses import (
    ContentLoss,
    RangeLoss,
    StyleLoss,
    TotalVariation,
)
from training.ranks import Ranks
from training.reading import read_rgb
from training.repetition import RepetitionLoss
from training.steadiness import Moved, Steadiness
from training.texture import texture
from training.vgg import Feats, Features


class Objective(nn.Module):
    """All terms of a painted batch: what it keeps, what it takes, what it must not do.

    Args:
        recipe: layers and weights.
        features: the loss network, with all of the recipe's layers.
        paintings: one RGB tensor a style, 0..1, shape (3, H, W), any sizes.
        ranks: the processes that share each batch. Every term is then this process's
            part, so that the mean over the processes is the term of the whole batch.

    Attributes:
        done: share of the fit that is behind us, 0..1. The weight of steadiness grows
            with it: strokes are found by trial, which it forbids.
    """

    def __init__(
        self,
        recipe: Recipe,
        features: Features,
        paintings: Sequence[Tensor],
        ranks: Ranks | None = None,
    ) -> None:
        super().__init__()
        self.recipe = recipe
        self.done = 1.0
        self.ranks = ranks or Ranks()
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
        self.grid = GridLoss(self.ranks)
        self.grain = GrainLoss(paintings)
        self.steadiness = Steadiness(paintings, recipe.seed)
        self.balance = Balance([p.weight for p in recipe.styles], recipe.balanced)

    def forward(
        self,
        pictures: Tensor,
        pastiche: Tensor,
        rows: Tensor,
        kept: Feats | None = None,
        again: tuple[Moved, Tensor] | None = None,
    ) -> dict[str, Tensor]:
        """The terms, each a scalar before its weight, and their weighted "total".

        Args:
            pictures: the photographs, RGB, 0..1, shape (B, 3, H, W).
            pastiche: what the painter made of them, same shape.
            rows: row of each sample's embedding, shape (B,); 0 is the identity, those
                samples come last.
            kept: the photographs' content features, where they are known already.
            again: some of the photographs moved, and what the painter made of those.
        """
        painted = int((rows > 0).sum())
        share, rest = self._shares(painted, len(rows) - painted)
        style = rows[:painted] - 1
        if kept is None:
            with torch.no_grad():
                kept = self.features(pictures[:painted], self.content_layers)
        found = self.features(pastiche[:painted])
        looks = self.style(found, style)
        self.balance.note(style, looks)
        terms = {
            "content": self.content(found, kept).sum() / share,
            "style": (looks * self.balance(style)).sum() / share,
            "tv": self.tv(pastiche[:painted]).sum() / share,
            "range": self.range(pastiche).sum() / (share + rest),
            "repetition": self.repetition(pastiche[:painted], style).sum() / share,
            "grid": self.grid(pastiche, share + rest),
            "grain": self.grain(pastiche, style, pictures[painted:]).sum()
            / (share + rest),
        }
        if rest:
            error = (pastiche[painted:] - pictures[painted:]).square()
            terms["identity"] = error.mean((1, 2, 3)).sum() / rest
        if again is not None:
            moved, repainted = again
            differences = self.steadiness(pastiche, repainted, moved, style)
            # They stand for all painted samples, of which some were moved.
            each = painted / max(1, len(differences))
            terms["steadiness"] = differences.sum() * each / share
        terms["total"] = torch.stack(
            [self._weight(name) * term for name, term in terms.items()]
        ).sum()
        return terms

    def _weight(self, name: str) -> float:
        weight: float = getattr(self.recipe, f"{name}_weight")
        return weight * self.done if name == "steadiness" else weight

    def _shares(self, painted: int, kept: int) -> tuple[float, float]:
        """Painted samples and identities that a process has on average."""
        if self.ranks.world == 1:
            return painted, kept
        recipe, world = self.recipe, self.ranks.world
        return recipe.batch / world, recipe.identities / world


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
