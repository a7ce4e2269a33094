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


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    root: NDArray[np.float64] = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    return root
