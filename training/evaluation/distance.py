"""How far pictures are from what a recipe asks for, by its own terms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from livestyle.frame import Pixels
from training.config import Recipe
from training.device import choose_device
from training.objective import Objective, load_paintings
from training.vgg import Features


def load_objective(
    recipe: Recipe, folder: Path, vgg_weights: Path | str | None, device: str = "auto"
) -> tuple[Objective, list[Pixels]]:
    """The loss that a recipe fits by, and its paintings, BGR uint8.

    Args:
        recipe: for layers, weights and paintings.
        folder: of the paintings.
        vgg_weights: see `training.vgg.Features`.
        device: see `training.device`.

    Raises:
        SettingsError: paintings, weights or device are not as they must be.
    """
    place = choose_device(device)
    paintings = load_paintings(recipe, folder)
    features = Features(
        {*recipe.content_layers, *recipe.style_layers},
        network=recipe.loss_network,
        pooling=recipe.pooling,
        weights=vgg_weights,
    ).to(place)
    objective = Objective(recipe, features, paintings).to(place)
    return objective, [to_pixels(painting) for painting in paintings]


class Target:
    """One photograph that is to be painted like one painting.

    The terms are computed in float32, the photograph's features once.

    Args:
        objective: the recipe's terms.
        photo: BGR uint8, shape (H, W, 3), sides multiples of 8 from 96 px up.
        style: which of the recipe's paintings, from 0 on.
    """

    def __init__(self, objective: Objective, photo: Pixels, style: int) -> None:
        self.objective = objective
        self.device = objective.features.mean.device
        # Channels last halves the time of convolutions and Gram matrices on a CPU.
        self.photo = to_tensor(photo, self.device).contiguous(
            memory_format=torch.channels_last
        )
        self.row = torch.tensor([style + 1], device=self.device)
        with torch.no_grad():
            self.kept = objective.features(self.photo, objective.content_layers)

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """The recipe's terms by name, as scalars, and their weighted "total".

        Args:
            picture: RGB, nominally 0..1, shape (1, 3, H, W).
        """
        seen = picture.contiguous(memory_format=torch.channels_last)
        terms: dict[str, Tensor] = self.objective(
            self.photo, seen, self.row, kept=self.kept
        )
        return terms

    def distances(self, pixels: Pixels) -> dict[str, float]:
        """The terms of a finished picture, BGR uint8 of the photograph's shape."""
        with torch.no_grad():
            terms = self(to_tensor(pixels, self.device))
        return {name: float(term) for name, term in terms.items()}


def to_tensor(pixels: Pixels, device: torch.device) -> Tensor:
    """BGR uint8 (H, W, 3) as RGB, 0..1, shape (1, 3, H, W)."""
    rgb = np.ascontiguousarray(pixels[..., ::-1])
    return torch.from_numpy(rgb).to(device).permute(2, 0, 1)[None].float() / 255


def to_pixels(picture: Tensor) -> Pixels:
    """RGB, nominally 0..1, shape (3, H, W), as BGR uint8 (H, W, 3)."""
    levels = (picture.detach().clamp(0, 1) * 255).round().byte().permute(1, 2, 0)
    return np.ascontiguousarray(levels.cpu().numpy()[..., ::-1], np.uint8)
