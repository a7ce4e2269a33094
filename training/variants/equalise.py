"""Evens out how far channels go, so that 8 bits fit all of them as well as the widest.

Eight bits are shared by all channels of a map: where one goes to 20 and another to 1,
the second gets 12 levels. A positive factor for each channel, put into the weights of
the convolution that gives a map, or into the scale and shift of the instance norm, goes
through rectifiers, enlargements, padding and sums. So it can be taken out of the next
convolution's weights again, and an instance norm takes it out by itself, an offset as
well. What the painter paints stays the same (cross-layer equalisation, Nagel et al.
2019, arXiv:1906.04721, here over all maps that sums tie together).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, helper

from training.variants.calibration import Span, Values
from training.variants.graph import Graph

# Nodes that a positive factor of a channel goes through, and that change no channels.
THROUGH = ("Relu", "Add", "Pad", "Slice", "Resize")
# A norm's epsilon, which keeps it from dividing by 0, hardly counts for values that are
# larger than before; without a bound, a channel that is never used would become one.
MOST = 16.0

Spans = dict[str, Span]
Constants = dict[str, NDArray[Any]]


def equalise(
    graph: Graph, spans: Spans, narrow: set[str]
) -> tuple[onnx.ModelProto, Spans]:
    """The same painter with channels that go equally far.

    Args:
        graph: of a painter in float32.
        spans: of its feature maps.
        narrow: those that are to be kept in 8 bits.

    Returns:
        The painter, and the spans that its maps have now.
    """
    graph = Graph(_with_biases(graph))
    constants, spans = dict(graph.constants), dict(spans)
    for node in graph.nodes:
        name = node.output[0]
        user = graph.only_user(name)
        if graph.is_plain_conv(node) and name in spans and _is_norm(user):
            middle = (spans[name].low + spans[name].high) / 2
            constants[node.input[2]] = _single(constants[node.input[2]] - middle)
            spans[name] = spans[name].shifted(-middle)
    nodes: list[NodeProto] = list(graph.nodes)
    for group in _groups(graph, spans):
        gain = _gain([spans[name] for name in sorted(group & narrow)])
        if gain is None:
            continue
        for i, node in enumerate(graph.nodes):
            if graph.is_plain_conv(node):
                _scale(node, group, gain, constants)
            elif _is_norm(node) and node.output[0] in group:
                nodes[i], *more = _scaled_norm(node, gain, constants)
                nodes += more
        for name in group:
            spans[name] = spans[name].scaled(gain)
    return graph.rebuilt(nodes, constants), spans


def _with_biases(graph: Graph) -> onnx.ModelProto:
    """The painter with a bias at every convolution, of zeros where it had none."""
    nodes, zeros = [], {}
    for node in graph.nodes:
        if graph.is_plain_conv(node) and len(node.input) == 2:
            name = f"even/{node.output[0]}.bias"
            zeros[name] = np.zeros(len(graph.constants[node.input[1]]), np.float32)
            biased = NodeProto()
            biased.CopyFrom(node)
            biased.input.append(name)
            node = biased
        nodes.append(node)
    return graph.rebuilt(nodes, zeros)


def _groups(graph: Graph, spans: Spans) -> list[set[str]]:
    """Maps whose channels must be scaled alike, where it can be taken out again."""
    tied = _Tied()
    for node in graph.nodes:
        if node.op_type in THROUGH:
            taken = node.input if node.op_type == "Add" else node.input[:1]
            for name in taken:
                tied.tie(name, node.output[0])
        elif graph.is_plain_conv(node) or _is_norm(node):
            tied.tie(node.output[0], node.output[0])
    return [group for group in tied.groups() if _can_be_scaled(graph, spans, group)]


def _can_be_scaled(graph: Graph, spans: Spans, group: set[str]) -> bool:
    """Whether only convolutions and norms give the maps, and only they take them."""
    if not group <= spans.keys() or len({len(spans[n].low) for n in group}) > 1:
        return False
    for name in group:
        maker = graph.maker(name)
        if name in graph.outputs or maker is None:
            return False
        if maker.op_type not in THROUGH and not _gives_channels(graph, maker):
            return False
        for user in graph.users(name):
            if user.op_type in THROUGH:
                continue
            taken_as_map = user.input[0] == name and name not in user.input[1:]
            if not taken_as_map or not _gives_channels(graph, user):
                return False
    return True


def _gives_channels(graph: Graph, node: NodeProto) -> bool:
    """Whether a node sets its channels by numbers of its own, so that they can go."""
    return _is_norm(node) or graph.is_plain_conv(node)


def _is_norm(node: NodeProto | None) -> bool:
    return node is not None and node.op_type == "InstanceNormalization"


def _gain(spans: Iterable[Span]) -> Values | None:
    """What brings each channel to the width of the widest, by the map that needs most.

    Shape (C,), from 1 to `MOST`; None if no map is to be kept in 8 bits.
    """
    shares = [span.width / max(span.width.max(), 1e-12) for span in spans]
    if not shares:
        return None
    share = np.max(shares, axis=0)
    # What is always 0 stays so.
    return np.where(share > 0, 1 / np.clip(share, 1 / MOST, 1), 1.0)


def _scale(
    conv: NodeProto, group: set[str], gain: Values, constants: Constants
) -> None:
    """Multiplies a map where it is given, and divides it where it is taken."""
    weight, bias = conv.input[1], conv.input[2]
    if conv.output[0] in group:
        constants[weight] = _single(constants[weight] * gain.reshape(-1, 1, 1, 1))
        constants[bias] = _single(constants[bias] * gain)
    if conv.input[0] in group:
        constants[weight] = _single(constants[weight] / gain.reshape(-1, 1, 1))


def _scaled_norm(
    norm: NodeProto, gain: Values, constants: Constants
) -> list[NodeProto]:
    """An instance norm whose map is multiplied, behind it what multiplies."""
    scaled = NodeProto()
    scaled.CopyFrom(norm)
    nodes, name = [scaled], f"even/{norm.output[0]}.gain"
    constants[name] = _single(gain)
    for i in (1, 2):
        output = f"even/{norm.output[0]}.{('scale', 'shift')[i - 1]}"
        nodes.append(helper.make_node("Mul", [norm.input[i], name], [output], output))
        scaled.input[i] = output
    return nodes


def _single(values: NDArray[Any]) -> NDArray[np.float32]:
    return values.astype(np.float32)


class _Tied:
    """Names that belong together because each is tied to another one."""

    def __init__(self) -> None:
        self._group: dict[str, set[str]] = {}

    def tie(self, one: str, other: str) -> None:
        """Joins the groups of two names."""
        joined = self._group.get(one, {one}) | self._group.get(other, {other})
        for name in joined:
            self._group[name] = joined

    def groups(self) -> list[set[str]]:
        """All groups, each once."""
        return list({id(group): group for group in self._group.values()}.values())
