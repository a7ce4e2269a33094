"""What a picture's spectrum tells: a grid, and grain; needs no loss network."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.frame import Pixels

# px: cells of the networks' coarsest map, and their harmonics.
PERIODS = (8.0, 4.0, 8 / 3, 2.0)
SEEN = 0.3  # decades from which on people see a grid
DIRTY = 6  # grey levels from which on people see grain


def lattice(pixels: Pixels, periods: tuple[float, ...] = PERIODS) -> float:
    """How far a grid sticks out of the spectrum, in decades; about 0 for paintings.

    The mean, over periods in px and both axes, of the power at the period's frequency
    against the median of the frequencies around it.

    Args:
        pixels: BGR uint8, shape (height, width, 3), sides from 96 px up.
        periods: in px, from 2 up.
    """
    return standing_out(line_spectra(pixels), periods)


def standing_out(
    lines: tuple[NDArray[np.float64], NDArray[np.float64]],
    periods: tuple[float, ...] = PERIODS,
) -> float:
    """The same of a picture's `line_spectra`, for those who look for many periods."""
    heights = [_stands_out(line, len(line) / p) for line in lines for p in periods]
    return float(np.mean(heights))


def grain(pixels: Pixels) -> float:
    """Fine colour and finest brightness that a picture has, rms in grey levels.

    The larger of two: what blue and red less brightness have above 0.25 periods/px, and
    what brightness has above 0.45, where photographs and paintings have next to none.

    Args:
        pixels: BGR uint8, shape (height, width, 3); the square in the corner counts.
    """
    side = min(pixels.shape[:2])
    blue, green, red = pixels[:side, :side].astype(np.float64).transpose(2, 0, 1)
    grey = 0.114 * blue + 0.587 * green + 0.299 * red
    window = np.outer(np.hanning(side), np.hanning(side))
    radius = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side)[None])

    def rms(field: NDArray[np.float64], finer: float) -> float:
        power = np.abs(np.fft.fft2((field - field.mean()) * window)) ** 2
        share = power[radius >= finer].sum() / (side**2 * (window**2).sum())
        return float(np.sqrt(share))

    return max(rms(blue - grey, 0.25), rms(red - grey, 0.25), rms(grey, 0.45))


def line_spectra(pixels: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Power of the brightness by vertical and by horizontal frequency.

    Args:
        pixels: BGR uint8, shape (height, width, 3).

    Returns:
        Two arrays of one length n, the short side cut to a multiple of 8; entry i is
        the power at i / n periods a px, summed over the other axis.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).astype(np.float64)
    side = min(grey.shape) // 8 * 8
    grey = grey[:side, :side]
    window = np.hanning(side)
    power = np.abs(np.fft.fft2((grey - grey.mean()) * np.outer(window, window))) ** 2
    return power.sum(1), power.sum(0)


def _stands_out(line: NDArray[np.float64], place: float) -> float:
    i = round(place) % len(line)
    near = [line[(i + d) % len(line)] for d in range(-12, 13) if abs(d) > 3]
    # A blank picture has no power anywhere.
    floor = 1e-12 + 1e-12 * float(line.max())
    peak = max(line[(i + d) % len(line)] for d in (-1, 0, 1))
    return float(np.log10((peak + floor) / (np.median(near) + floor)))
