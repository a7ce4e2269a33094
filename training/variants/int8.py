"""A painter whose convolutions compute in 8 bits, in ONNX's QDQ form.

Each convolution that is chosen gets its input and gives its output through a pair of
QuantizeLinear and DequantizeLinear, which ONNX Runtime melts into one convolution of
bytes. Weights have a scale for each channel and lie evenly around 0, maps have one
scale and a zero point (unsigned bytes: what CPUs multiply with signed weights). Between
two such convolutions, padding, sums and rectifiers work on the bytes as well;
everything else, instance norms above all, stays in float32. So do enlargements, which
ONNX Runtime does on bytes one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper

from training.variants.equalise import Spans
from training.variants.graph import Graph, attribute

# Weights have 7 bits of their 8: CPUs of x86 without instructions made for int8 (VNNI)
# add up two products in 16 bits, which 2 * 255 * 64 just fits. It costs 0.3 dB.
GREATEST = 64
# A multiple of so many channels is what ONNX Runtime has its fast convolutions for.
LANES = 16
# Nodes that move bytes about: done on bytes, where they stand before a convolution.
MOVING = ("Pad", "Slice")


@dataclass(frozen=True)
class Bytes:
    """A map in 8 bits: value = scale * (byte - zero).

    Attributes:
        name: of the tensor of bytes.
        scale, zero: names of the constants.
        step: the scale's value.
    """

    name: str
    scale: str
    zero: str
    step: float


def quantise(graph: Graph, spans: Spans, convs: set[str]) -> onnx.ModelProto:
    """The painter with some convolutions in 8 bits.

    Args:
        graph: of a painter in float32, whose convolutions all have a bias.
        spans: of its feature maps.
        convs: the maps that these convolutions give.
    """
    return _Builder(graph, spans, convs).model()


def narrow_maps(graph: Graph, convs: set[str]) -> set[str]:
    """The maps that are in 8 bits when some convolutions are.

    Args:
        graph: of a painter in float32.
        convs: the maps that these convolutions give.
    """
    found = set()
    for name in convs:
        conv = graph.maker(name)
        assert conv is not None
        found |= {conv.input[0], _rectified(graph, name)}
    return found


def _rectified(graph: Graph, name: str) -> str:
    """The map behind the rectifier, where a map goes through one and nowhere else."""
    user = graph.only_user(name)
    return user.output[0] if user is not None and user.op_type == "Relu" else name


class _Builder:
    """Goes through the nodes once and writes what becomes of each."""

    def __init__(self, graph: Graph, spans: Spans, convs: set[str]) -> None:
        self.graph = graph
        self.spans = spans
        self.on_bytes = _on_bytes(graph, convs)
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, NDArray[Any]] = {}
        self.bytes: dict[str, Bytes] = {}
        self.floats: set[str] = set()  # maps that are there in float32 as well
        self.done: set[str] = set()  # given by a node that another one took in

    def model(self) -> onnx.ModelProto:
        for node in self.graph.nodes:
            if node.output[0] in self.done:
                continue
            if node.output[0] not in self.on_bytes:
                self._keep(node)
            elif node.op_type == "Conv":
                self._conv(node)
            elif node.op_type == "Add":
                taken = [self._taken(name).name for name in node.input]
                self._give(node, self._emit("Add", taken, f"int8/{node.output[0]}.sum"))
            else:
                self._move(node)
        return self.graph.rebuilt(self.nodes, self.constants)

    def _keep(self, node: NodeProto) -> None:
        """A node in float32, which may need maps back in float32."""
        for name in node.input:
            if name in self.bytes and name not in self.floats:
                found = self.bytes[name]
                parts = [found.name, found.scale, found.zero]
                self._emit("DequantizeLinear", parts, name)
                self.floats.add(name)
        self.nodes.append(node)
        self.floats.update(node.output)

    def _move(self, node: NodeProto) -> None:
        source, name = self._in_bytes(node.input[0]), node.output[0]
        moved = NodeProto()
        moved.CopyFrom(node)
        moved.input[0], moved.output[0] = source.name, f"int8/{name}.bytes"
        self.nodes.append(moved)
        self.bytes[name] = Bytes(
            moved.output[0], source.scale, source.zero, source.step
        )

    def _conv(self, node: NodeProto) -> None:
        name = node.output[0]
        source = self._taken(node.input[0])
        weight, bias = (
            self.graph.constants[part].astype(float) for part in node.input[1:]
        )
        last = _exit(self.graph, node)
        if last is not None:
            # What the cast cuts off, bytes are rounded to.
            weight, bias = _filled(weight, bias - 0.5)
        step = np.abs(weight).max((1, 2, 3)) / GREATEST
        step = np.where(step > 0, step, 1.0).astype(np.float32)
        whole = np.rint(weight / step.reshape(-1, 1, 1, 1)).astype(np.int8)
        # Rounded weights shift a channel; what they do to the usual map is taken out
        # (bias correction, Nagel et al. 2019).
        excess = (whole * step.reshape(-1, 1, 1, 1) - weight).sum((2, 3))
        bias = bias - excess @ self.spans[node.input[0]].mean
        sums = np.float32(source.step) * step
        parts = [
            source.name,
            self._constant_map(f"int8/{name}.weight", whole, step),
            self._constant_map(f"int8/{name}.offset", _int32(bias / sums), sums),
        ]
        conv = self._emit("Conv", parts, f"int8/{name}.conv")
        self.nodes[-1].attribute.extend(node.attribute)
        if last is None:
            self._give(node, conv)
        else:
            self._leave(last, conv, len(self.graph.constants[node.input[1]]))

    def _give(self, node: NodeProto, made: str) -> None:
        """A map of bytes out of what a node made, rectified if that comes next."""
        # Behind a rectifier nothing is below 0, and bytes cut it off by themselves.
        name = _rectified(self.graph, node.output[0])
        self.done.add(name)
        self.bytes[name] = self._quantised(made, name)

    def _leave(self, last: NodeProto, made: str, channels: int) -> None:
        """The pastiche's bytes, as they are, without the channels that only fill."""
        self.constants["int8/level"] = np.asarray(1, np.float32)
        self.constants["int8/black"] = np.asarray(0, np.uint8)
        name = last.output[0]
        self._emit(
            "QuantizeLinear", [made, "int8/level", "int8/black"], f"int8/{name}.filled"
        )
        for key, value in (("first", 0), ("behind", channels), ("axis", 1)):
            self.constants[f"int8/{name}.{key}"] = np.array([value])
        parts = [f"int8/{name}.{key}" for key in ("filled", "first", "behind", "axis")]
        self._emit("Slice", parts, name)
        self.done |= {name, last.input[0]}

    def _taken(self, name: str) -> Bytes:
        """A map that has been in bytes, for a node that shall be melted."""
        found = self._in_bytes(name)
        output = f"int8/{name}.taken{len(self.nodes)}"
        parts = [found.name, found.scale, found.zero]
        self._emit("DequantizeLinear", parts, output)
        return Bytes(output, found.scale, found.zero, found.step)

    def _in_bytes(self, name: str) -> Bytes:
        if name not in self.bytes:
            self.bytes[name] = self._quantised(name, name)
        return self.bytes[name]

    def _quantised(self, source: str, name: str) -> Bytes:
        low, high = self.spans[name].whole
        step = np.float32((high - low) / 255 or 1.0)
        scale, zero = f"int8/{name}.scale", f"int8/{name}.zero"
        self.constants[scale] = np.asarray(step)
        self.constants[zero] = np.asarray(round(-low / step), np.uint8)
        output = self._emit(
            "QuantizeLinear", [source, scale, zero], f"int8/{name}.bytes"
        )
        return Bytes(output, scale, zero, float(step))

    def _constant_map(
        self, name: str, whole: NDArray[Any], step: NDArray[np.float32]
    ) -> str:
        """Constants in whole numbers with a scale for each output channel."""
        self.constants[f"{name}.whole"] = whole
        self.constants[f"{name}.scale"] = step
        self.constants[f"{name}.zero"] = np.zeros(len(step), whole.dtype)
        parts = [f"{name}.{part}" for part in ("whole", "scale", "zero")]
        output = self._emit("DequantizeLinear", parts, name)
        self.nodes[-1].attribute.append(helper.make_attribute("axis", 0))
        return output

    def _emit(self, kind: str, inputs: list[str], output: str) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output))
        return output


def _on_bytes(graph: Graph, convs: set[str]) -> set[str]:
    """What nodes give that work on bytes: the convolutions and what is between them."""
    found = set(convs)
    given = convs | {_rectified(graph, name) for name in convs}
    for node in graph.nodes:
        # Of a sum, one part comes in bytes, and its users want bytes.
        if node.op_type == "Add" and given.intersection(node.input):
            name = _rectified(graph, node.output[0])
            users = graph.users(name)
            if any(user.output[0] in convs for user in users):
                found.add(node.output[0])
                given |= {node.output[0], name}
    for node in reversed(graph.nodes):
        users = graph.users(node.output[0])
        wanted = bool(users) and all(user.output[0] in found for user in users)
        if node.op_type in MOVING and wanted:
            found.add(node.output[0])
    return found


def _exit(graph: Graph, conv: NodeProto) -> NodeProto | None:
    """The cast to the pastiche's bytes, where nothing else than it is behind."""
    clip = graph.only_user(conv.output[0])
    if clip is None or clip.op_type != "Clip" or len(clip.input) != 3:
        return None
    bounds = [graph.constants.get(name) for name in clip.input[1:]]
    if [None if bound is None else float(bound) for bound in bounds] != [0, 255]:
        return None
    cast = graph.only_user(clip.output[0])
    if cast is None or cast.op_type != "Cast":
        return None
    return cast if attribute(cast, "to") == TensorProto.UINT8 else None


def _filled(
    weight: NDArray[Any], bias: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Weights and biases with channels of zeros, up to a multiple of `LANES`."""
    more = -len(bias) % LANES
    return np.pad(weight, [(0, more), (0, 0), (0, 0), (0, 0)]), np.pad(bias, (0, more))


def _int32(values: NDArray[Any]) -> NDArray[np.int32]:
    limit = 2**31 - 1
    return np.asarray(np.rint(values).clip(-limit, limit), np.int32)
