"""Against flicker: a photograph moved a little must be painted alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

SHARE = 0.5  # of the painted samples that are painted a second time, moved
SHIFT = 8.0  # px at most, each way: one cell of the network
TURN = math.radians(4)  # at most, each way
STRETCH = 0.06  # of the size at most, each way
NOISE = 8 / 255  # standard deviation of a sensor's noise at most
BORDER = 16  # px beside the border that do not count: there the surroundings differ


@dataclass(frozen=True)
class Moved:
    """Some of a batch's photographs, moved and noisy.

    Attributes:
        pictures: RGB, 0..1, shape (P, 3, H, W).
        places: which samples of the batch they are, shape (P,).
        motion: where each pixel comes from, as `grid_sample` takes it, (P, H, W, 2).
        seen: 1 where both pictures show the place well inside, shape (P, 1, H, W).
    """

    pictures: Tensor
    places: Tensor
    motion: Tensor
    seen: Tensor


class Steadiness:
    """Draws moved pairs of a batch and says how differently they were painted.

    A painter that is fitted on single photographs may put its strokes anywhere, and
    puts them elsewhere in the next frame. No flow of real clips is needed to forbid it:
    half of the pairs are shifted by whole pixels, half turned, stretched and shifted,
    all with the noise of a camera's sensor.

    Args:
        paintings: one RGB tensor a style, 0..1, shape (3, H, W): differences count
            relative to a painting's own variance, or pale pictures would be a way out.
        seed: of all motion.

    Source: the idea of fitting against perturbed copies is that of Zheng et al. 2016,
    "Improving the Robustness of Deep Neural Networks via Stability Training"
    (arXiv:1604.04326); the motion and the relative scale are ours.
    """

    def __init__(self, paintings: Sequence[Tensor], seed: int) -> None:
        self.variance = torch.stack([p.flatten(1).var(1).mean() for p in paintings])
        self.seed = seed

    def draw(self, pictures: Tensor, rows: Tensor, step: int) -> Moved:
        """Moves a share of the painted samples.

        Args:
            pictures: RGB, 0..1, shape (B, 3, H, W).
            rows: of the embeddings, shape (B,); identities, row 0, come last.
            step: of the fit; the same step draws the same.
        """
        dice = torch.Generator().manual_seed(self.seed * 1_000_003 + step)
        painted = int((rows > 0).sum())
        places = torch.randperm(painted, generator=dice)[: math.ceil(SHARE * painted)]
        height, width = pictures.shape[-2:]
        device = pictures.device
        # One more that is not used: a batch of identities alone has none to move.
        theta = torch.stack([*(_motion(height, width, dice) for _ in places), _STILL])
        motion = _grid(theta.to(device), height, width)[:-1]
        places = places.to(device)
        moved = _warp(pictures[places], motion)
        level = torch.rand(len(places), 1, 1, 1, generator=dice) * NOISE
        noise = torch.randn(moved.shape, generator=dice) * level
        moved = (moved + noise.to(device)).clamp(0, 1)
        return Moved(moved, places, motion, _seen(motion, height, width))

    def __call__(
        self, pastiche: Tensor, again: Tensor, moved: Moved, style: Tensor
    ) -> Tensor:
        """Difference between what was painted, then moved, and moved, then painted.

        Args:
            pastiche: of the whole batch, shape (B, 3, H, W).
            again: of the moved pictures, shape (P, 3, H, W).
            moved: the pairs.
            style: painting of each painted sample of the batch.

        Returns:
            Mean squared difference where both are seen, over the painting's variance;
            shape (P,).
        """
        with torch.autocast(again.device.type, enabled=False):
            there = _warp(pastiche[moved.places].float(), moved.motion)
            error = (there - again.float()).square().mean(1, keepdim=True)
            inside = moved.seen.sum((1, 2, 3)).clamp(min=1)
            error = (error * moved.seen).sum((1, 2, 3)) / inside
            return error / self.variance.to(style.device)[style[moved.places]]


def _motion(height: int, width: int, dice: torch.Generator) -> Tensor:
    """One affine motion as `affine_grid` takes it, shape (2, 3)."""
    whole, *draws = torch.rand(5, generator=dice).tolist()
    turn, stretch, right, down = (2 * draw - 1 for draw in draws)
    right, down = SHIFT * right, SHIFT * down
    angle, size = TURN * turn, math.exp(STRETCH * stretch)
    if whole < 0.5:
        right, down, angle, size = round(right), round(down), 0.0, 1.0
    cos, sin = size * math.cos(angle), size * math.sin(angle)
    return torch.tensor(
        [
            [cos, -sin * height / width, 2 * right / width],
            [sin * width / height, cos, 2 * down / height],
        ]
    )


_STILL = torch.eye(2, 3)


def _grid(theta: Tensor, height: int, width: int) -> Tensor:
    """Where each pixel comes from, shape (B, H, W, 2), for (B, 2, 3) affine motions."""
    return F.affine_grid(theta, [len(theta), 1, height, width], align_corners=False)


def _warp(pictures: Tensor, motion: Tensor) -> Tensor:
    return F.grid_sample(
        pictures,
        motion,
        mode="bicubic",
        padding_mode="reflection",
        align_corners=False,
    )


def _seen(motion: Tensor, height: int, width: int) -> Tensor:
    """Where a place is well inside before and after the motion, shape (P, 1, H, W)."""
    edge = torch.tensor([1 - 2 * BORDER / width, 1 - 2 * BORDER / height])
    edge = edge.to(motion.device)
    still = _grid(_STILL[None].to(motion.device), height, width)
    inside = (motion.abs() < edge).all(-1) & (still.abs() < edge).all(-1)
    return inside[:, None].float()
