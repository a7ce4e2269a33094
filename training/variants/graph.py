"""An ONNX graph with its wiring: who makes a tensor, who uses it, what is constant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

Constants = Mapping[str, NDArray[Any]]


class Graph:
    """The nodes of a model in an order in which they can run.

    Args:
        model: is read and left as it is.

    Attributes:
        model: that.
        nodes: all but those that only hold a constant.
        constants: tensors that no frame and no style changes, by name.
    """

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = model
        self.constants: dict[str, NDArray[Any]] = {
            tensor.name: numpy_helper.to_array(tensor)
            for tensor in model.graph.initializer
        }
        self.nodes: list[NodeProto] = []
        for node in model.graph.node:
            value = attribute(node, "value") if node.op_type == "Constant" else None
            if value is not None:
                self.constants[node.output[0]] = numpy_helper.to_array(value)
            else:
                self.nodes.append(node)
        self._makers = {name: node for node in self.nodes for name in node.output}
        self._users: dict[str, list[NodeProto]] = {}
        for node in self.nodes:
            for name in dict.fromkeys(node.input):
                self._users.setdefault(name, []).append(node)
        self.outputs = {output.name for output in model.graph.output}

    def maker(self, name: str) -> NodeProto | None:
        """The node that gives a tensor; None for constants and inputs."""
        return self._makers.get(name)

    def users(self, name: str) -> list[NodeProto]:
        """The nodes that take a tensor."""
        return self._users.get(name, [])

    def only_user(self, name: str) -> NodeProto | None:
        """The node that takes a tensor, if that is one and nobody else sees it."""
        users = self.users(name)
        return users[0] if len(users) == 1 and name not in self.outputs else None

    def behind(self, names: Iterable[str]) -> set[str]:
        """All tensors that depend on the values of some, not on their sizes alone."""
        reached = set(names)
        start = set(reached)
        for node in self.nodes:
            sized = node.op_type in ("Shape", "Size")
            if not sized and reached.intersection(node.input):
                reached.update(node.output)
        return reached - start

    def is_plain_conv(self, node: NodeProto) -> bool:
        """Whether a node is a convolution over all channels with weights of its own."""
        return (
            node.op_type == "Conv"
            and attribute(node, "group", 1) == 1
            and all(name in self.constants for name in node.input[1:])
            and all(len(self.users(name)) == 1 for name in node.input[1:])
        )

    def floats(self) -> set[str]:
        """Names of the float32 tensors that nodes give."""
        inferred = onnx.shape_inference.infer_shapes(bare(self.model))
        values = [*inferred.graph.value_info, *inferred.graph.output]
        return {
            value.name
            for value in values
            if value.type.tensor_type.elem_type == TensorProto.FLOAT
            and value.name in self._makers
        }

    def rebuilt(
        self, nodes: Sequence[NodeProto], constants: Constants
    ) -> onnx.ModelProto:
        """A model of the same inputs, outputs and metadata out of other nodes.

        Args:
            nodes: in any order.
            constants: more or other ones; those that no node takes are left out.
        """
        model = bare(self.model)
        del model.graph.node[:], model.graph.initializer[:]
        known = {**self.constants, **constants}
        model.graph.node.extend(_in_order(nodes, {*known, *_inputs(model)}))
        for node in model.graph.node:
            # Where an exporter found it, in the words of the machine that it ran on.
            del node.metadata_props[:]
            node.ClearField("doc_string")
        used = dict.fromkeys(name for node in nodes for name in node.input)
        model.graph.initializer.extend(
            numpy_helper.from_array(np.asarray(known[name]), name)
            for name in used
            if name in known
        )
        onnx.checker.check_model(model)
        return model


def load(path: Path) -> onnx.ModelProto:
    """Reads a file that the runtime has opened before, so it is a model.

    Each convolution in it has constants of its own: exporters keep one of two that are
    equal, and here they are changed one by one.
    """
    model = onnx.load_from_string(path.read_bytes())
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    taken: set[str] = set()
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            if node.op_type == "Conv" and name in taken and name in tensors:
                node.input[place] = f"own/{node.output[0]}.{place}"
                own = model.graph.initializer.add()
                own.CopyFrom(tensors[name])
                own.name = node.input[place]
        taken.update(node.input)
    return model


def attribute(node: NodeProto, name: str, default: Any = None) -> Any:
    """A node's attribute by name."""
    for found in node.attribute:
        if found.name == name:
            return helper.get_attribute_value(found)
    return default


def bare(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy without what is derived: shapes and types of the tensors inside."""
    copied = onnx.ModelProto()
    copied.CopyFrom(model)
    del copied.graph.value_info[:]
    return copied


def _inputs(model: onnx.ModelProto) -> list[str]:
    return [value.name for value in model.graph.input]


def _in_order(nodes: Sequence[NodeProto], known: set[str]) -> list[NodeProto]:
    """The nodes, each behind those that it takes something from."""
    known, ordered, waiting = {*known, ""}, [], list(nodes)
    while waiting:
        later = []
        for node in waiting:
            if known.issuperset(node.input):
                ordered.append(node)
                known.update(node.output)
            else:
                later.append(node)
        if len(later) == len(waiting):
            raise ValueError(f"nothing makes what {later[0].name} takes")
        waiting = later
    return ordered
