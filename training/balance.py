"""How much each painting's style counts, so that none is a mere tint beside others."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from training.ranks import Ranks

GAIN = 0.02  # change of a weight's logarithm for each of its photographs
MEMORY = 0.05  # share of the newest photograph in a painting's own average
FURTHEST = 2.0  # how far a weight goes from the recipe's, as a factor, up or down


class Balance(nn.Module):
    """Weights of the style term by painting, which move while a fit goes on.

    One weight for all leaves some paintings as a mere tint of the photograph while
    others have eaten it up: how far a painter goes depends on how hard a texture is,
    not on how strong it should look. What tells is the content term, the share of the
    photograph that was given up. Where it is below the mean of all paintings the
    style's weight grows, where it is above the weight falls.

    Args:
        weights: of the recipe, one a painting.
        moving: whether they are balanced; else they stay as they are.
    """

    fixed: Tensor
    factors: Tensor
    content: Tensor

    def __init__(self, weights: Sequence[float], moving: bool = True) -> None:
        super().__init__()
        self.moving = moving and len(weights) > 1
        self.register_buffer("fixed", torch.tensor(weights), persistent=False)
        self.register_buffer("factors", torch.zeros(len(weights)))
        self.register_buffer("content", torch.zeros(len(weights)))
        self.recent: list[tuple[Tensor, Tensor]] = []

    def forward(self, style: Tensor) -> Tensor:
        """The weight of each sample's style term, shape (B,), like `style`."""
        return self.fixed[style] * self.factors[style].exp()

    def note(self, style: Tensor, content: Tensor) -> None:
        """Takes down the content terms of samples, both of shape (B,).

        Without gradients nothing is noted: such a loss is looked at, not learnt from.
        """
        if self.moving and torch.is_grad_enabled():
            self.recent.append((style, content.detach()))

    def move(self, ranks: Ranks) -> None:
        """Moves the weights by what was noted since the last time, on all processes."""
        if not self.moving:
            return
        count = torch.zeros_like(self.content)
        total = torch.zeros_like(self.content)
        for style, content in self.recent:
            count.index_add_(0, style, torch.ones_like(content))
            total.index_add_(0, style, content)
        self.recent.clear()
        sums = torch.tensor(ranks.sum(*count.tolist(), *total.tolist()))
        count, total = sums.to(self.content).view(2, -1)
        now = total / count.clamp(min=1)
        old = torch.where(self.content > 0, self.content, now)
        kept = (1 - MEMORY) ** count
        self.content.copy_(old * kept + now * (1 - kept))
        if (self.content <= 0).any():
            return  # Some painting has not been seen yet.
        mean = self.content.mean()
        far = (mean - self.content) / mean
        self.factors.add_(GAIN * count * far)
        self.factors.sub_(self.factors.mean())
        limit = float(torch.tensor(FURTHEST).log())
        self.factors.clamp_(-limit, limit)
