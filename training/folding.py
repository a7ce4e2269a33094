"""Colour order, range and rounding in a network's first and last convolutions.

A painter is fitted on RGB of 0..1 and its file paints BGR of 0..255. What lies between
is linear, so it is folded into the weights and costs nothing at run time; unfolded, the
weights of a file are those of a fit again, to a rounding of float32.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.nets import Network

HALF_LEVEL = 0.5  # the cast to uint8 cuts off; half a level makes that rounding


@torch.no_grad()
def fold(net: Network) -> None:
    """Makes a fitted network one that paints BGR of 0..255, in place."""
    entry = _conv(net, net.entry)
    entry.weight.copy_(entry.weight.flip(1) / 255)
    for conv in (_conv(net, name) for name in net.exits):
        conv.weight.copy_(_turned(conv.weight) * 255)
        if conv.bias is not None:
            conv.bias.copy_(_turned(conv.bias) * 255 + HALF_LEVEL)


@torch.no_grad()
def unfold(net: Network) -> None:
    """The inverse of `fold`, in place."""
    entry = _conv(net, net.entry)
    entry.weight.copy_(entry.weight.flip(1) * 255)
    for conv in (_conv(net, name) for name in net.exits):
        conv.weight.copy_(_turned(conv.weight) / 255)
        if conv.bias is not None:
            conv.bias.copy_((_turned(conv.bias) - HALF_LEVEL) / 255)


def _conv(net: nn.Module, name: str) -> nn.Conv2d:
    conv = net.get_submodule(name)
    assert isinstance(conv, nn.Conv2d)
    return conv


def _turned(values: Tensor) -> Tensor:
    """Weights or biases of an exit with the colours of each pixel turned round."""
    # Its channels are (row, column, colour).
    pixels = (-1, 3, *values.shape[1:])
    return values.reshape(pixels).flip(1).reshape(values.shape)
