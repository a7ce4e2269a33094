"""How much each painting's style counts, so that none is a mere tint beside others."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from training.ranks import Ranks

GAIN = 0.02  # change of a weight's logarithm for each of its photographs
MEMORY = 0.05  # share of the newest photograph in a painting's own average
BEGUN = 6  # first photographs of a painting, by which its tint is known
LEAST, MOST = 0.7, 1.4  # how far a weight goes from the recipe's, as a factor


class Balance(nn.Module):
    """Weights of the style term by painting, which move while a fit goes on.

    One weight for all leaves some paintings as a mere tint of the photograph while
    others are full: how far a painter comes depends on how hard a texture is. What
    tells is how much of the style term is left of what it was for the tint, the
    photograph in the painting's colours, which is what a painter gives after its
    sketch. Where more is left than in the mean of all paintings, the style's weight
    grows; where less is left, it falls.

    Args:
        weights: of the recipe, one a painting.
        moving: whether they are balanced; else they stay as they are.
    """

    fixed: Tensor
    factors: Tensor
    tint: Tensor
    style: Tensor
    seen: Tensor

    def __init__(self, weights: Sequence[float], moving: bool = True) -> None:
        super().__init__()
        count = len(weights)
        self.moving = moving and count > 1
        self.register_buffer("fixed", torch.tensor(weights), persistent=False)
        # Logarithms of the factors; style terms at first and lately; photographs.
        for name in ("factors", "tint", "style", "seen"):
            self.register_buffer(name, torch.zeros(count))
        self.recent: list[tuple[Tensor, Tensor]] = []

    def forward(self, paintings: Tensor) -> Tensor:
        """The weight of each sample's style term, shape (B,), like `paintings`."""
        return self.fixed[paintings] * self.factors[paintings].exp()

    def note(self, paintings: Tensor, style: Tensor) -> None:
        """Takes down the style terms of samples before any weight, both of shape (B,).

        Without gradients nothing is noted: such a loss is looked at, not learnt from.
        """
        if self.moving and torch.is_grad_enabled():
            self.recent.append((paintings, style.detach()))

    def move(self, ranks: Ranks) -> None:
        """Moves the weights by what was noted since the last time, on all processes."""
        if not self.moving:
            return
        count, total = self._gathered(ranks)
        now = total / count.clamp(min=1)
        first = (self.seen < BEGUN) & (count > 0)
        before, after = self.seen, self.seen + count
        mean = (self.tint * before + total) / after.clamp(min=1)
        self.tint.copy_(torch.where(first, mean, self.tint))
        old = torch.where(before > 0, self.style, now)
        kept = (1 - MEMORY) ** count
        self.style.copy_(old * kept + now * (1 - kept))
        self.seen.copy_(after)
        if (after < BEGUN).any():
            return
        left = self.style / self.tint.clamp(min=1e-12)
        self.factors.add_(GAIN * count * (left / left.mean() - 1))
        self.factors.clamp_(math.log(LEAST), math.log(MOST))

    def _gathered(self, ranks: Ranks) -> tuple[Tensor, Tensor]:
        """By painting, how many terms were noted on all processes, and their sum."""
        count, total = torch.zeros_like(self.seen), torch.zeros_like(self.seen)
        for paintings, style in self.recent:
            count.index_add_(0, paintings, torch.ones_like(style))
            total.index_add_(0, paintings, style)
        self.recent.clear()
        sums = ranks.sum(*count.tolist(), *total.tolist())
        count, total = torch.tensor(sums).to(self.seen).view(2, -1)
        return count, total
