"""Keeps the photograph's colours.

Source: Gatys et al. 2016b, "Preserving Color in Neural Artistic Style Transfer"
(arXiv:1606.05897); whole histograms after Pitie et al. 2005, "N-Dimensional Probability
Density Function Transfer and its Application to Colour Transfer".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.canvas import Picture

# From RGB to luminance and two axes of colour (NTSC).
YIQ = np.array(
    [
        [0.299, 0.587, 0.114],
        [0.595716, -0.274453, -0.321263],
        [0.211456, -0.522591, 0.311135],
    ]
)
ROUNDS = 12  # of axes at random: after them, histograms along any axis are alike
GRAIN = 1e-5  # variance added to a picture's: a painting of one colour can be matched


def match_colours(style: Picture, content: Picture) -> Picture:
    """The painting with the photograph's mean and covariance of colours.

    The third form of the paper, by symmetric square roots as in Image Analogies, which
    it found to keep the painting's structure best.

    Args:
        style: RGB, 0..1, shape (H, W, 3).
        content: likewise, of any size.
    """
    own_mean, own_cov = _moments(style)
    mean, cov = _moments(content)
    change = _power(cov, 0.5) @ _power(own_cov, -0.5)
    moved = (style.astype(np.float64) - own_mean) @ change.T + mean
    return np.asarray(moved.clip(0, 1), np.float32)


def match_histograms(style: Picture, content: Picture) -> Picture:
    """The painting with all of the photograph's colours, as often as they are there.

    Two colours that the photograph has, and nothing between, come out as two; mean and
    covariance alone give a cloud. Smooth slopes of the painting may come out in steps.

    Args:
        style: RGB, 0..1, shape (H, W, 3).
        content: likewise, of any size.
    """
    rng = np.random.default_rng(0)
    moved = match_colours(style, content).reshape(-1, 3).astype(np.float64)
    wanted = content.reshape(-1, 3).astype(np.float64)
    places = np.linspace(0, 1, len(moved))
    known = np.linspace(0, 1, len(wanted))
    for _ in range(ROUNDS):
        axes, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        turned, target = moved @ axes, np.sort(wanted @ axes, axis=0)
        for i in range(3):
            order = turned[:, i].argsort(kind="stable")
            turned[order, i] = np.interp(places, known, target[:, i])
        moved = turned @ axes.T
    return np.asarray(moved.clip(0, 1).reshape(style.shape), np.float32)


def luminance(picture: Picture) -> Picture:
    """The picture in grey, shape (H, W, 3) with three equal channels."""
    grey = picture.astype(np.float64) @ YIQ[0]
    return np.repeat(grey[..., None], 3, axis=2).astype(np.float32)


def match_luminance(style: Picture, content: Picture) -> Picture:
    """The painting in grey with mean and deviation of the photograph's luminance."""
    grey, wanted = luminance(style), luminance(content)
    scale = wanted.std() / max(float(grey.std()), GRAIN)
    moved = (grey - grey.mean()) * scale + wanted.mean()
    return np.asarray(moved.clip(0, 1), np.float32)


def recolour(pastiche: Picture, content: Picture) -> Picture:
    """The pastiche's luminance with the photograph's colour, both (H, W, 3)."""
    axes = content.astype(np.float64) @ YIQ.T
    axes[..., 0] = pastiche.astype(np.float64) @ YIQ[0]
    return np.asarray((axes @ np.linalg.inv(YIQ).T).clip(0, 1), np.float32)


def _moments(picture: Picture) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    flat = picture.reshape(-1, 3).astype(np.float64)
    mean = flat.mean(0)
    centred = flat - mean
    return mean, centred.T @ centred / len(flat) + GRAIN * np.eye(3)


def _power(covariance: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * values**power @ vectors.T)
