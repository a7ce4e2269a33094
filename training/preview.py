"""What a fit shows of itself: TensorBoard scalars and sheets of painted photographs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from livestyle.naming import make_folder
from livestyle.sinks.snapshot import write_png
from training.config import Recipe
from training.data import centre_crop
from training.nets import Painter
from training.reading import Picture, read_rgb

SIDE = 256  # px of a tile
ROWS = 6  # photographs on a sheet


class Preview:
    """Writes into a run's folder; `sheet.png` is always the newest sheet.

    Args:
        folder: of the run.
        recipe: for the names of its terms and weights.
        validation: photographs that are not fitted on.
        paintings: RGB, 0..1, shape (3, H, W) each, shown in the first row.
    """

    def __init__(
        self,
        folder: Path,
        recipe: Recipe,
        validation: Sequence[Path],
        paintings: Sequence[Tensor],
    ) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self.folder = folder
        self.recipe = recipe
        self.writer = SummaryWriter(str(folder / "events"))
        self.photos = _evenly(validation, ROWS)
        self.heads = [
            centre_crop((p.permute(1, 2, 0).numpy() * 255).astype(np.uint8), SIDE)
            for p in paintings
        ]

    def scalars(
        self,
        step: int,
        terms: Mapping[str, float],
        rate: float,
        broken: int,
        waiting: float,
    ) -> None:
        """One point of every curve; see `training.fit.Progress` for what they are."""
        add = self.writer.add_scalar
        for name, value in terms.items():
            add(f"loss/{name}", value, step)
        add("data/images per second", rate, step)
        add("data/broken files", broken, step)
        add("data/waiting", waiting, step)

    def sheet(self, step: int, painter: Painter) -> Path:
        """Paints the validation photographs in every style; returns the PNG.

        Raises:
            OutputError: it cannot be written.
        """
        sheet = paint_sheet(painter, self.photos, self.heads)
        self.writer.add_image("validation", sheet, step, dataformats="HWC")
        make_folder(self.folder)
        bgr = np.ascontiguousarray(sheet[..., ::-1])
        for name in (f"sheet_{step:06d}.png", "sheet.png"):
            write_png(self.folder / name, bgr, overwrite=True)
        return self.folder / "sheet.png"

    def close(self) -> None:
        """Writes what is buffered."""
        self.writer.close()


def paint_sheet(
    painter: Painter, photos: Sequence[Picture], heads: Sequence[Picture]
) -> Picture:
    """A row of paintings, then a row a photograph: itself, each style, the identity."""
    device = painter.embeddings.device
    blank = np.full((SIDE, SIDE, 3), 255, np.uint8)
    rows = [np.hstack([blank, *heads, blank])]
    was_training = painter.training
    painter.eval()
    for photo in photos:
        x = torch.from_numpy(photo.copy()).permute(2, 0, 1)[None].float().to(device)
        order = [*range(1, len(heads) + 1), 0]
        with torch.no_grad():
            tiles = [painter(x / 255, torch.tensor([row])) for row in order]
        rows.append(np.hstack([photo, *(_picture(tile[0]) for tile in tiles)]))
    painter.train(was_training)
    return np.vstack(rows)


def _picture(pastiche: Tensor) -> Picture:
    """An RGB tensor, nominally 0..1, shape (3, H, W), as uint8 of shape (H, W, 3)."""
    return np.asarray(
        (pastiche.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).cpu().numpy()
    )


def _evenly(paths: Sequence[Path], count: int) -> list[Picture]:
    """So many readable pictures from all over the list, as squares."""
    stride = max(1, len(paths) // count)
    pictures = (read_rgb(path) for path in paths[::stride])
    return [centre_crop(p, SIDE) for p in pictures if p is not None][:count]
