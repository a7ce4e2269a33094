"""Against wallpaper: textures that repeat more regularly than the painting's do."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

LUMA = (0.299, 0.587, 0.114)  # of RGB, ITU-R BT.601
WINDOW = 96  # px: holds four beads of 24 px, the coarsest that small networks repeat
LOWEST = 2.5  # periods in a window; what is slower is a gradient, not a texture
FLAT = 0.01  # of the painting's power: fainter texture is not seen and does not count
TOLERATED = 0.9  # quantile of the painting's own windows that is regular enough


class RepetitionLoss(nn.Module):
    """How much more regular a picture's texture is than the painting's.

    A feed-forward network likes to fill flat areas with one motif over and over: Gram
    matrices do not mind, people do. Regular texture has its power at few frequencies.
    So windows of the picture are weighed by the painting's mean power spectrum, and the
    peakiness of what results, E[P^2] / E[P]^2, is compared with that of the painting's
    own windows: about 3 for paintings, 5 for photographs, 10 to 600 for wallpaper.

    Args:
        paintings: one RGB tensor a style, 0..1, (3, H, W), sides from `WINDOW` up.
    """

    window: Tensor
    band: Tensor
    spectra: Tensor
    tolerated: Tensor

    def __init__(self, paintings: Sequence[Tensor]) -> None:
        super().__init__()
        hann = torch.hann_window(WINDOW, periodic=False)
        self.register_buffer("window", hann[:, None] * hann)
        down = torch.fft.fftfreq(WINDOW)[:, None] * WINDOW
        right = torch.fft.rfftfreq(WINDOW)[None] * WINDOW
        radius = (down.square() + right.square()).sqrt()
        self.register_buffer("band", (radius >= LOWEST) & (radius <= WINDOW / 2))
        powers = [self._power(painting.cpu()[None])[0] for painting in paintings]
        spectra = torch.stack([power.mean(0) for power in powers])
        # A blank canvas has no spectrum to weigh by.
        self.register_buffer("spectra", spectra + 1e-6 * spectra.mean() + 1e-12)
        regular = [
            self._regularity(power[None], self.spectra[i : i + 1]).quantile(TOLERATED)
            for i, power in enumerate(powers)
        ]
        self.register_buffer("tolerated", torch.stack(regular))

    def forward(self, pictures: Tensor, style: Tensor) -> Tensor:
        """One number a sample, shape (B,); 0 where nothing repeats more than allowed.

        Args:
            pictures: RGB, 0..1, shape (B, 3, H, W), sides from `WINDOW` up.
            style: which painting each sample is to look like, int64 of shape (B,).
        """
        if not len(pictures):
            # A process may hold identities alone, and MKL's FFT refuses nothing.
            return pictures.new_zeros(0)
        with torch.autocast(pictures.device.type, enabled=False):
            power = self._power(pictures.float())
            regular = self._regularity(power, self.spectra[style])
        excess = regular - self.tolerated[style][:, None]
        return excess.clamp(min=0).mean(1)

    def _power(self, pictures: Tensor) -> Tensor:
        """Power in the band for windows that overlap by half, shape (B, n, F)."""
        luma = torch.tensor(LUMA, device=pictures.device).view(1, 3, 1, 1)
        grey = (pictures * luma).sum(1)
        half = WINDOW // 2
        windows = grey.unfold(1, WINDOW, half).unfold(2, WINDOW, half).flatten(1, 2)
        windows = windows - windows.mean((2, 3), keepdim=True)
        spectrum = torch.fft.rfft2(windows * self.window)
        power: Tensor = spectrum.abs().square()[..., self.band]
        return power

    def _regularity(self, power: Tensor, spectra: Tensor) -> Tensor:
        """Logarithm of each window's peakiness, shape (B, n); 0 for a flat window."""
        weighed = power / spectra[:, None] + FLAT
        return torch.log(weighed.square().mean(2) / weighed.mean(2).square())
