"""A fit's first steps: the photograph in the painting's colours, without any VGG."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

PHOTO_GRAIN = 1e-3  # variance added to a photograph's: a blank wall is not stretched
PAINT_GRAIN = 1e-4  # the same to a painting's, which may have one colour only


class Sketch:
    """What the painter is first taught to give back.

    A painter that meets the perceptual loss with random weights forgets the photograph
    within a few dozen steps, fills the picture with one motif, and then takes
    thousands to find faces again. Begun from a sketch it keeps contours and faces and
    puts the texture to them. The target is the photograph with the mean and covariance
    of its colours moved to the painting's, and the photograph itself for the identity.

    Args:
        paintings: one RGB tensor a style, 0..1, shape (3, H, W), any sizes.
        share: samples that a process has on average, where several share a batch.

    Source: the linear transfer of colours is that of Gatys et al. 2016, "Preserving
    color in neural artistic style transfer" (arXiv:1606.05897), in their second form.
    """

    def __init__(self, paintings: Sequence[Tensor], share: float | None = None) -> None:
        self.share = share
        moments = [_moments(painting[None]) for painting in paintings]
        self.mean = torch.cat([mean for mean, _ in moments])
        self.root = torch.cat([_root(cov, PAINT_GRAIN) for _, cov in moments])

    def target(self, pictures: Tensor, rows: Tensor) -> Tensor:
        """The pictures in the colours of their rows; row 0 leaves them as they are.

        Args:
            pictures: RGB, 0..1, shape (B, 3, H, W).
            rows: of the embeddings, shape (B,).
        """
        mean, cov = _moments(pictures)
        style = (rows - 1).clamp(min=0)
        to_mean, to_root = (m.to(rows.device)[style] for m in (self.mean, self.root))
        # Root of the painting's times inverse root of the photograph's.
        change = to_root @ torch.linalg.inv(_root(cov, PHOTO_GRAIN))
        centred = pictures - mean[:, :, None, None]
        moved = torch.einsum("bij,bjhw->bihw", change, centred)
        moved = (moved + to_mean[:, :, None, None]).clamp(0, 1)
        return torch.where((rows > 0)[:, None, None, None], moved, pictures)

    def __call__(
        self, pictures: Tensor, pastiche: Tensor, rows: Tensor
    ) -> dict[str, Tensor]:
        """The mean squared error as the term "sketch" and as the "total" of all."""
        with torch.autocast(pictures.device.type, enabled=False):
            target = self.target(pictures, rows)
        errors = (pastiche.float() - target).square().mean((1, 2, 3))
        error = errors.sum() / (self.share or len(errors))
        return {"sketch": error, "total": error}


def _moments(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Mean, shape (B, 3), and covariance, shape (B, 3, 3), of the colours."""
    flat = pictures.float().flatten(2)
    mean = flat.mean(2)
    centred = flat - mean[:, :, None]
    return mean, centred @ centred.transpose(1, 2) / flat.shape[2]


def _root(covariance: Tensor, grain: float) -> Tensor:
    """Lower triangular root (Cholesky), shape (B, 3, 3), of covariance plus grain."""
    unit = torch.eye(3, device=covariance.device)
    root: Tensor = torch.linalg.cholesky(covariance + grain * unit)
    return root
