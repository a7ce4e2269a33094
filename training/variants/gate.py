"""Whether a painter in another precision paints what it does in float32.

float16 is held to the plain rule of its field: a PSNR of 40 dB on every photograph,
which is an error of 2.6 grey levels (rms) and seen by nobody.

int8 cannot be. Painters raise contrasts: in a misty sea, one grey level of the sensor's
noise moves strokes, and the pastiche is 31 dB from that of the same sea a moment later.
Nobody sees int8 there either, as long as it does less than the camera. So, for every
style and every photograph:

- PSNR: 40 dB, or at least what a noise of one grey level does to the float32 painter.
  The best webcams have more than that by daylight, and every frame has its own. What
  fails this is seen, flat skies in patches above all.
- No part may be brighter, darker or of another colour: the mean error in blocks of
  16 px stays below 8 levels of brightness (3 %) and twice as much in each colour, or
  below what the same noise does. Side by side, 7 levels in the flattest parts of
  pastiches are not seen; at 12, skies have patches.

and over all photographs of a style:

- No new grid (0.05 decades more, where people see one from 0.3 up) and no new grain
  (0.5 levels more, where it looks like dirt from 6 up), see `evaluation.spectrum`.
- No flicker of its own: what a webcam's noise of 4 levels changes from frame to frame
  may be a fifth more, which is less than from one style to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livestyle import likeness
from livestyle.frame import Pixels
from training.evaluation.spectrum import grain, lattice

QUIET = 40.0  # dB
NOISE = 1.0  # grey levels of 255, standard deviation
SENSOR = 4.0  # likewise, of the webcam that flicker is judged by
BLOCK = 16  # px
SHADE = 8.0  # grey levels of brightness, or half of those of a colour
LUMA = (0.114, 0.587, 0.299)  # blue, green and red in the brightness
GRID = 0.05  # decades
GRAIN = 0.5  # grey levels
FLICKER = 1.2  # times that of float32
SEED = 0  # of the noise

Paint = Callable[[Pixels], Pixels]


@dataclass(frozen=True)
class Likeness:
    """How much one style changed, over some photographs.

    Attributes:
        psnr: dB between the two pastiches, of the photograph where it is least.
        mean_psnr: its mean over the photographs.
        margin: dB that it is above what is allowed, of the photograph where it is
            least; see above.
        shade: largest mean error of a block, grey levels of brightness.
        shade_margin: levels that it is below what is allowed, where that is least.
        grid: decades that a grid stands out more than before, on average.
        grain: grey levels that fine grain is more, on average.
        flicker: what noise changes from frame to frame, over what it changed before.
    """

    psnr: float
    mean_psnr: float
    margin: float
    shade: float
    shade_margin: float
    grid: float
    grain: float
    flicker: float

    def seen(self) -> str:
        """What people would see of int8, "" if nothing."""
        faults = [
            (self.margin < 0, f"{self.psnr:.1f} dB, {-self.margin:.1f} too few"),
            (self.shade_margin < 0, f"a block is {self.shade:.1f} levels off"),
            (self.grid > GRID, f"a grid of {self.grid:.2f} decades more"),
            (self.grain > GRAIN, f"grain of {self.grain:.1f} levels more"),
            (self.flicker > FLICKER, f"it flickers {self.flicker:.2f} times as much"),
        ]
        return ", ".join(words for failed, words in faults if failed)

    def differs(self) -> str:
        """What is amiss with float16, "" if nothing."""
        return "" if self.psnr >= QUIET else f"{self.psnr:.1f} dB, {QUIET:g} are needed"


def compare(plain: Paint, variant: Paint, photos: Sequence[Pixels]) -> Likeness:
    """Paints photographs both ways, as they are and with noise.

    Args:
        plain: the painter in float32, in one style.
        variant: in another precision, in the same style.
        photos: BGR uint8, shape (H, W, 3), sides from 96 px up.
    """
    rng = np.random.default_rng(SEED)
    rows = [_rows(plain, variant, photo, rng) for photo in photos]
    psnrs, margins, shades, shade_margins, grids, grains, before, after = zip(
        *rows, strict=True
    )
    return Likeness(
        psnr=min(psnrs),
        mean_psnr=float(np.mean(psnrs)),
        margin=min(margins),
        shade=max(shades),
        shade_margin=min(shade_margins),
        grid=float(np.mean(grids)),
        grain=float(np.mean(grains)),
        flicker=sum(after) / max(sum(before), 1e-9),
    )


def _rows(
    plain: Paint, variant: Paint, photo: Pixels, rng: np.random.Generator
) -> tuple[float, ...]:
    """One photograph: psnr, margin, shade, its margin, grid, grain, flickers."""
    frames = photo, _noisy(photo, NOISE, rng), _noisy(photo, SENSOR, rng)
    old, old_noisy, old_next = (plain(frame) for frame in frames)
    new, new_next = (variant(frame) for frame in (frames[0], frames[2]))
    own, usual = psnr(old, new), psnr(old, old_noisy)
    shade, usual_shade = shade_of(old, new), shade_of(old, old_noisy)
    return (
        own,
        own - min(QUIET, usual),
        shade,
        max(SHADE, usual_shade) - shade,
        lattice(new) - lattice(old),
        grain(new) - grain(old),
        _change(old, old_next),
        _change(new, new_next),
    )


def _noisy(photo: Pixels, levels: float, rng: np.random.Generator) -> Pixels:
    noisy = photo + rng.normal(0, levels, photo.shape)
    return noisy.round().clip(0, 255).astype(np.uint8)


def psnr(one: Pixels, other: Pixels) -> float:
    """Peak signal-to-noise ratio in dB; 99 for pictures that are (nearly) equal."""
    return min(99.0, likeness.psnr(one, other))


def shade_of(one: Pixels, other: Pixels) -> float:
    """The largest mean error of a block: in brightness, or half of that in a colour."""
    difference = _difference(one, other)
    height, width = (side // BLOCK for side in difference.shape[:2])
    cut = difference[: height * BLOCK, : width * BLOCK]
    colours = cut.reshape(height, BLOCK, width, BLOCK, 3).mean((1, 3))
    return float(max(np.abs(colours @ LUMA).max(), np.abs(colours).max() / 2))


def _change(one: Pixels, other: Pixels) -> float:
    return float(np.abs(_difference(one, other)).mean())


def _difference(one: Pixels, other: Pixels) -> NDArray[np.float64]:
    return other.astype(np.float64) - one
