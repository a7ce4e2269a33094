"""How a picture looks, in numbers that need no loss network."""

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.frame import Pixels

Colours = tuple[
    NDArray[np.float64], NDArray[np.float64]
]  # mean (3,), covariance (3, 3)


def colours(pixels: Pixels) -> Colours:
    """Mean and covariance of the colours in CIELAB, where distances are as seen."""
    lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    flat = lab.reshape(-1, 3).astype(np.float64)
    return flat.mean(0), np.cov(flat.T)


def colour_distance(one: Colours, other: Colours) -> float:
    """Wasserstein-2 distance between the two as normal distributions, in CIELAB."""
    (mean, cov), (mean2, cov2) = one, other
    half = _root(cov)
    cross = _root(half @ cov2 @ half)
    squared = ((mean - mean2) ** 2).sum() + np.trace(cov + cov2 - 2 * cross)
    return float(np.sqrt(max(0.0, squared)))


def edges(pixels: Pixels) -> NDArray[np.float32]:
    """Strength of contours, a few pixels wide."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).astype(np.float32)
    grey = cv2.GaussianBlur(grey, (0, 0), 2)
    return np.hypot(cv2.Sobel(grey, -1, 1, 0), cv2.Sobel(grey, -1, 0, 1))


def structure_kept(before: Pixels, after: Pixels) -> float:
    """Correlation of the contours of two pictures of one size, -1..1."""
    return float(np.corrcoef(edges(before).ravel(), edges(after).ravel())[0, 1])


def lattice(pixels: Pixels, periods: tuple[float, ...] = (8, 4, 8 / 3, 2)) -> float:
    """How far a grid sticks out of the spectrum, in decades; about 0 for paintings.

    The mean, over periods in px and both axes, of the power at the period's frequency
    against the median of the frequencies around it.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).astype(np.float64)
    side = min(grey.shape) // 8 * 8
    grey = grey[:side, :side]
    window = np.hanning(side)
    power = np.abs(np.fft.fft2((grey - grey.mean()) * np.outer(window, window))) ** 2
    rows, columns = power.sum(1), power.sum(0)
    heights = [_stands_out(line, side / p) for line in (rows, columns) for p in periods]
    return float(np.mean(heights))


def grain(pixels: Pixels) -> float:
    """Fine colour and finest brightness that a picture has, rms in grey levels.

    The larger of two: what blue and red less brightness have above 0.25 periods/px, and
    what brightness has above 0.45, where photographs and paintings have next to none.
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


def _stands_out(line: NDArray[np.float64], place: float) -> float:
    i = round(place) % len(line)
    near = [line[(i + d) % len(line)] for d in range(-12, 13) if abs(d) > 3]
    peak = max(line[(i + d) % len(line)] for d in (-1, 0, 1))
    return float(np.log10(peak / np.median(near)))


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    root: NDArray[np.float64] = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    return root
