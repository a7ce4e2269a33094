"""The losses of the optimisation method, as the papers write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from training.guidance import Region
from training.losses import TotalVariation, gram
from training.transfer_settings import TransferWeights
from training.vgg import Feats, Features


@dataclass(frozen=True)
class Style:
    """One painting to take the style from.

    Attributes:
        picture: RGB, 0..1, shape (1, 3, h, w).
        weight: its share among the paintings.
        region: where in the pastiche it is wanted; everywhere if None.
    """

    picture: Tensor
    weight: float = 1.0
    region: Region | None = None


class TransferLoss(nn.Module):
    """Distance of a pastiche from the content of one picture and the style of others.

    Args:
        features: the loss network with all layers of the weights.
        content: RGB, 0..1, shape (1, 3, H, W), of the pastiche's size; None if no
            content layers have a weight.
        styles: paintings; may be empty if no style layers have a weight.
        weights: of layers and terms.

    Source: Gatys et al. 2016, "Image Style Transfer Using Convolutional Neural
    Networks"; Johnson et al. 2016 (arXiv:1603.08155).
    """

    def __init__(
        self,
        features: Features,
        content: Tensor | None,
        styles: Sequence[Style],
        weights: TransferWeights,
    ) -> None:
        super().__init__()
        self.features, self.weights = features, weights
        self.styles = tuple(styles)
        self.shares = _shares(self.styles)
        self.tv = TotalVariation()
        kept: Feats = {}
        with torch.no_grad():
            if content is not None:
                kept = features(content, frozenset(weights.content_layers))
            layers = frozenset(weights.style_layers)
            painted = [features(s.picture, layers) for s in self.styles]
        names = {*weights.content_layers, *weights.style_layers}
        self.units = dict.fromkeys(names, 1.0)
        if weights.unit:
            self.units |= _units([kept, *painted])
        self.kept = {n: f * self.units[n] for n, f in kept.items()}
        # Grams are scaled, not the features before them: those of the first layers are
        # the largest tensors of all.
        self.grams = [
            {n: gram(f) * self.units[n] ** 2 for n, f in p.items()} for p in painted
        ]

    def forward(self, pastiche: Tensor) -> dict[str, Tensor]:
        """All terms of a pastiche, RGB, 0..1, shape (1, 3, H, W), as scalars.

        "content" and "style" are sums over layers, each layer times its weight; "tv"
        is the mean squared difference of neighbours; "total" is their weighted sum.
        "content relu4_2" and the like are single layers, before any weight.
        """
        found = self.features(pastiche)
        terms = self._content(found) | self._style(found)
        weights = self.weights
        sums = {
            "content": _sum("content", terms, weights.content_layers, pastiche),
            "style": _sum("style", terms, weights.style_layers, pastiche),
            "tv": self.tv(pastiche).sum(),
        }
        total = (
            weights.content * sums["content"]
            + weights.style_weight * sums["style"]
            + weights.tv_weight * sums["tv"]
        )
        return {"total": total, **sums, **terms}

    def _content(self, found: Feats) -> dict[str, Tensor]:
        gatys = self.weights.normalisation == "gatys"
        terms = {}
        for name, target in self.kept.items():
            error = (found[name] * self.units[name] - target).square()
            terms[f"content {name}"] = error.sum() / 2 if gatys else error.mean()
        return terms

    def _style(self, found: Feats) -> dict[str, Tensor]:
        terms = {}
        for name in self.weights.style_layers if self.styles else ():
            errors = [
                share * self._texture_error(name, found[name], style, grams[name])
                for share, style, grams in zip(
                    self.shares, self.styles, self.grams, strict=True
                )
            ]
            terms[f"style {name}"] = torch.stack(errors).sum()
        return terms

    def _texture_error(
        self, name: str, found: Tensor, style: Style, target: Tensor
    ) -> Tensor:
        """One layer's distance from one painting.

        Gatys et al. write Gram matrices as sums over M places; `gram` has means, also
        over channels, so that painting and pastiche may differ in size. Where they do
        not, (G - A)^2 / (4 N^2 M^2) is a quarter of (G / NM - A / NM)^2.
        """
        own = gram(found) if style.region is None else style.region.gram(found)
        error = (own * self.units[name] ** 2 - target).square().sum()
        return error / 4 if self.weights.normalisation == "gatys" else error


def _sum(
    kind: str, terms: Mapping[str, Tensor], layers: Mapping[str, float], like: Tensor
) -> Tensor:
    parts = [
        weight * terms[f"{kind} {name}"]
        for name, weight in layers.items()
        if f"{kind} {name}" in terms
    ]
    return torch.stack(parts).sum() if parts else (like * 0).sum()


def _units(found: Sequence[Feats]) -> dict[str, float]:
    """One over the mean absolute value of each layer, over all pictures."""
    names = {name for features in found for name in features}
    units = {}
    for name in names:
        means = [float(f[name].abs().mean()) for f in found if name in f]
        mean = sum(means) / len(means)
        units[name] = 1 / mean if mean > 0 else 1.0
    return units


def _shares(styles: Sequence[Style]) -> list[float]:
    """How much each painting counts.

    Where it is wanted alone, a painting acts on a pixel as strongly as it would if it
    were wanted everywhere: its share is its weight times the part that it covers.
    """
    if not styles:
        return []
    covers = [1.0 if s.region is None else s.region.cover for s in styles]
    masks = [s.region.mask for s in styles if s.region is not None]
    whole = len(masks) < len(styles)
    covered = 1.0 if whole else float(torch.cat(masks).amax(0).square().mean())
    parts = [s.weight * cover for s, cover in zip(styles, covers, strict=True)]
    return [covered * part / sum(parts) for part in parts]
