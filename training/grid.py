"""Against the network's own grid: detail that is locked to its cells."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.ranks import Ranks
from training.repetition import LUMA

CELL = 8  # px: of the coarsest map of the networks here; its harmonics are 4, 8/3, 2
NEAR, FAR = 4, 12  # bins of the spectrum beside a line that say how high it should be


class GridLoss(nn.Module):
    """How far the periods of a network's cells stand out of a picture's spectrum.

    A network that computes at 1/8 of the size likes to put its strokes at the same
    place of each cell of 8 px, which people see as a weave. In the power spectrum, the
    weave is a line at 1/8 px and its multiples; photographs and paintings have none.
    Looked at are the brightness, and the strength of its edges: strokes whose signs
    change from cell to cell leave no line in the brightness.
    """

    def __init__(self, ranks: Ranks | None = None) -> None:
        super().__init__()
        self.ranks = ranks or Ranks()

    def forward(self, pictures: Tensor, count: float | None = None) -> Tensor:
        """The logarithm of each line's height over what is beside it; their mean.

        Lines that do not stand out count 0, so paintings and photographs have about 0.

        Args:
            pictures: RGB, 0..1, shape (B, 3, H, W); sides multiples of `CELL`, from
                96 px up.
            count: pictures that a process has on average, B by default.
        """
        count = count or len(pictures)
        with torch.autocast(pictures.device.type, enabled=False):
            luma = torch.tensor(LUMA, device=pictures.device).view(1, 3, 1, 1)
            grey = (pictures.float() * luma).sum(1)
            fields = (grey, _edges(grey))
            heights = [_heights(f) for g in fields for f in (g, g.transpose(1, 2))]
            # Over the whole batch before it is cut off at 0: in a single picture any
            # line stands out a little by chance.
            height = self.ranks.mean(torch.stack(heights).sum(1) / count) - 1
        return height.clamp(min=0).log1p().mean()


def _edges(grey: Tensor) -> Tensor:
    """Strength of the steps between neighbours, shape (B, H, W) like its input."""
    down = grey.diff(dim=1, append=grey[:, -1:])
    right = grey.diff(dim=2, append=grey[:, :, -1:])
    # The root of 0 has no slope.
    return (down.square() + right.square() + 1e-6).sqrt()


def _heights(field: Tensor) -> Tensor:
    """Each line's power down the columns over that beside it, shape (B, CELL / 2)."""
    side = field.shape[1]
    window = torch.hann_window(side, periodic=False, device=field.device)
    centred = (field - field.mean((1, 2), keepdim=True)) * window[:, None]
    power = torch.fft.rfft(centred, dim=1).abs().square().sum(2)
    # Beyond the last bin the spectrum goes back.
    power = torch.cat([power, power.flip(1)[:, 1:]], 1)
    heights = []
    for line in range(1, CELL // 2 + 1):
        place = line * side // CELL
        below = power[:, place - FAR : place - NEAR + 1]
        above = power[:, place + NEAR : place + FAR + 1]
        usual = torch.cat([below, above], 1).mean(1) + 1e-9
        heights.append(power[:, place] / usual)
    return torch.stack(heights, 1)
