"""The optimisation method's losses in NumPy and SciPy, float64, gradients by hand.

It shares no code with `training`: convolutions are sums of shifted products, backward
is written out, names and layout are those of torchvision's file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

Array = NDArray[np.float64]
BLOCKS = (2, 2, 4, 4, 4)
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


@dataclass
class Tape:
    """Activations by layer, and what backward needs."""

    layers: dict[str, Array] = field(default_factory=dict)
    steps: list[tuple[str, str, Any]] = field(default_factory=list)


class Vgg19:
    """VGG-19 from torchvision's keys; arrays have shape (C, H, W)."""

    def __init__(self, state: Mapping[str, Any], pooling: str = "max") -> None:
        self.state = {k: np.asarray(v, np.float64) for k, v in state.items()}
        self.pooling = pooling

    def forward(self, picture: Array, deepest: str) -> Tape:
        x = (picture - MEAN[:, None, None]) / STD[:, None, None]
        tape, index = Tape(), 0
        for block, convs in enumerate(BLOCKS, start=1):
            for number in range(1, convs + 1):
                weight = self.state[f"features.{index}.weight"]
                bias = self.state[f"features.{index}.bias"]
                x = convolve(x, weight) + bias[:, None, None]
                tape.layers[f"conv{block}_{number}"] = x
                tape.steps.append(("conv", f"conv{block}_{number}", weight))
                tape.steps.append(("relu", f"relu{block}_{number}", x > 0))
                x = np.maximum(x, 0)
                tape.layers[f"relu{block}_{number}"] = x
                index += 2
                if deepest in tape.layers:
                    return tape
            x, share = self.pool(x)
            tape.layers[f"pool{block}"] = x
            tape.steps.append(("pool", f"pool{block}", share))
            index += 1
        return tape

    def pool(self, x: Array) -> tuple[Array, Array]:
        """Pooled maps, and how much each place before got into its cell."""
        c, h, w = x.shape
        cells = x[:, : h // 2 * 2, : w // 2 * 2].reshape(c, h // 2, 2, w // 2, 2)
        if self.pooling == "average":
            pooled = cells.mean((2, 4))
            taken = np.full(cells.shape, 0.25)
        else:
            pooled = cells.max((2, 4))
            taken = (cells == pooled[:, :, None, :, None]).astype(float)
            # Of equal ones (zeros behind a rectifier) gradients go to one alone; the
            # rectifier stops them anyway.
            taken /= taken.sum((2, 4), keepdims=True)
        share = np.zeros_like(x)
        share[:, : h // 2 * 2, : w // 2 * 2] = taken.reshape(c, h // 2 * 2, w // 2 * 2)
        return pooled, share

    def backward(self, tape: Tape, gradients: Mapping[str, Array]) -> Array:
        """From gradients by layer to that of the picture."""
        flow: Array | None = None
        for kind, name, kept in reversed(tape.steps):
            if name in gradients:
                flow = gradients[name] + (0 if flow is None else flow)
            if flow is None:
                continue
            if kind == "conv":
                flow = convolve(flow, kept.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1])
            elif kind == "relu":
                flow = flow * kept
            else:
                wide = np.zeros_like(kept)
                spread = flow.repeat(2, 1).repeat(2, 2)
                wide[:, : spread.shape[1], : spread.shape[2]] = spread
                flow = wide * kept
        assert flow is not None
        return flow / STD[:, None, None]


def convolve(x: Array, weight: Array) -> Array:
    """3x3 correlation with zeros around."""
    _, h, w = x.shape
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    out = np.zeros((weight.shape[0], h, w))
    for dy in range(3):
        for dx in range(3):
            shifted = padded[:, dy : dy + h, dx : dx + w]
            out += np.tensordot(weight[:, :, dy, dx], shifted, axes=1)
    return out


@dataclass
class Losses:
    """The losses of one picture and their gradient, shape (3, H, W)."""

    terms: dict[str, float]
    gradient: Array


def transfer(
    vgg: Vgg19,
    pastiche: Array,
    content: Array,
    style: Array,
    *,
    content_layers: Mapping[str, float],
    style_layers: Mapping[str, float],
    weights: tuple[float, float, float],
    normalisation: str,
    unit: bool,
) -> Losses:
    """As the papers write them; painting and pastiche have the same size."""
    deepest = max([*content_layers, *style_layers], key=lambda name: name[4:] + name)
    tape = vgg.forward(pastiche, deepest)
    kept, painted = (vgg.forward(p, deepest).layers for p in (content, style))
    gatys = normalisation == "gatys"
    gradients: dict[str, Array] = {}
    terms = {"content": 0.0, "style": 0.0}

    def scale(name: str) -> float:
        if not unit:
            return 1.0
        means = [np.abs(kept[name]).mean()] if name in content_layers else []
        if name in style_layers:
            means.append(np.abs(painted[name]).mean())
        return 1 / float(np.mean(means))

    for name, share in content_layers.items():
        s = scale(name)
        gap = s * (tape.layers[name] - kept[name])
        loss = 0.5 * (gap**2).sum() if gatys else (gap**2).mean()
        slope = gap if gatys else 2 * gap / gap.size
        terms[f"content {name}"] = float(loss)
        terms["content"] += share * float(loss)
        gradients[name] = gradients.get(name, 0) + weights[0] * share * s * slope
    for name, share in style_layers.items():
        s = scale(name)
        n = tape.layers[name].shape[0]
        flat = s * tape.layers[name].reshape(n, -1)
        target = s * painted[name].reshape(n, -1)
        m = flat.shape[1]
        gap = flat @ flat.T - target @ target.T
        by = 4 * n**2 * m**2 if gatys else (n * m) ** 2
        terms[f"style {name}"] = float((gap**2).sum() / by)
        terms["style"] += share * terms[f"style {name}"]
        slope = (4 * gap @ flat / by * s).reshape(tape.layers[name].shape)
        gradients[name] = gradients.get(name, 0) + weights[1] * share * slope
    terms["tv"], tv_gradient = total_variation(pastiche)
    terms["total"] = (
        weights[0] * terms["content"]
        + weights[1] * terms["style"]
        + weights[2] * terms["tv"]
    )
    gradient = vgg.backward(tape, gradients) + weights[2] * tv_gradient
    return Losses(terms, gradient)


def total_variation(picture: Array) -> tuple[float, Array]:
    """Mean squared differences of neighbours, down and to the right; gradient."""
    loss, gradient = 0.0, np.zeros_like(picture)
    for axis, kernel in ((1, [[[1], [-1]]]), (2, [[[1, -1]]])):
        steps = signal.convolve(picture, np.array(kernel, float), mode="valid")
        loss += float((steps**2).mean())
        wide = np.zeros_like(picture)
        wide[tuple(slice(0, n) for n in steps.shape)] = 2 * steps / steps.size
        # Each step pulls at the neighbour behind it and pushes its own pixel.
        gradient += ndimage.shift(wide, [axis == 0, axis == 1, axis == 2], order=0)
        gradient -= wide
    return loss, gradient
