"""A painter that computes in halves (float16), for GPUs.

Frame, pastiche and embedding stay as they are. So do the instance norms, which add up
the squares of 10^5 pixels, more than a half can hold, and all that is made of the
embedding alone: some hundred numbers that decide the colours of the whole picture.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper

from livestyle.contract import CONTENT, STYLE
from training.variants.graph import Graph

IN_FLOAT32 = ("InstanceNormalization",)
# Inputs that ONNX wants in float32 whatever the map is: by kind of node, their places.
ALWAYS_FLOAT32 = {"Resize": (1, 2)}


def halve(graph: Graph) -> onnx.ModelProto:
    """The painter in halves.

    Args:
        graph: of a painter in float32.
    """
    return _Builder(graph).model()


class _Builder:
    """Goes through the nodes once and puts casts where halves and singles meet."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        floats = graph.floats()
        self.halves = {
            name
            for name in floats & graph.behind([CONTENT])
            if not _is_kept(graph.maker(name))
        }
        self.singles = {STYLE, *floats} - self.halves
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, NDArray[Any]] = {}
        self.cast: set[str] = set()

    def model(self) -> onnx.ModelProto:
        for node in self.graph.nodes:
            changed = NodeProto()
            changed.CopyFrom(node)
            for place, name in enumerate(node.input):
                changed.input[place] = self._taken(node, place, name)
            if node.op_type == "Cast" and node.output[0] in self.halves:
                del changed.attribute[:]
                to_half = helper.make_attribute("to", TensorProto.FLOAT16)
                changed.attribute.append(to_half)
            self.nodes.append(changed)
        return self.graph.rebuilt(self.nodes, self.constants)

    def _taken(self, node: NodeProto, place: int, name: str) -> str:
        """The name of an input in the kind of numbers that the node computes in."""
        half = self.halves.intersection(node.output) and place not in (
            ALWAYS_FLOAT32.get(node.op_type, ())
        )
        if name in self.graph.constants:
            return self._constant(name) if half else name
        # A cast takes whatever comes.
        if node.op_type == "Cast":
            return name
        if half and name in self.singles:
            return self._converted(name, TensorProto.FLOAT16, "half")
        if not half and name in self.halves:
            return self._converted(name, TensorProto.FLOAT, "single")
        return name

    def _constant(self, name: str) -> str:
        values = self.graph.constants[name]
        if values.dtype != np.float32:
            return name
        # A bound of a clip may lie beyond what a half can hold.
        most = np.finfo(np.float16).max
        halved = f"float16/{name}"
        self.constants[halved] = values.clip(-most, most).astype(np.float16)
        return halved

    def _converted(self, name: str, kind: int, word: str) -> str:
        output = f"float16/{name}.{word}"
        if output not in self.cast:
            self.nodes.append(
                helper.make_node("Cast", [name], [output], name=output, to=kind)
            )
            self.cast.add(output)
        return output


def _is_kept(node: NodeProto | None) -> bool:
    return node is None or node.op_type in IN_FLOAT32
