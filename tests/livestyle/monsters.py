"""Real painter files of a few hundred bytes that would take a program with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

SIDES = ["height", "width"]


def write_endless(path: Path, beyond: int = 0) -> Path:
    """Writes a painter that gives back frames up to some width, and no wider ones.

    Args:
        path: where.
        beyond: the widest frame, in px, with which it ever comes to an end.
    """
    node = helper.make_node
    body = helper.make_graph(
        [node("Identity", ["go"], ["go_on"]), node("Neg", ["kept"], ["turned"])],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            _picture("kept"),
        ],
        [helper.make_tensor_value_info("go_on", TensorProto.BOOL, []), _picture("t")],
    )
    body.output[1].name = "turned"
    nodes = [
        node("Shape", ["input1"], ["sides"]),
        node("Gather", ["sides", "last"], ["width"]),
        node("Sub", ["width", "beyond"], ["over"]),
        node("Mul", ["over", "ages"], ["turns"]),
        node("Loop", ["turns", "yes", "input1"], ["output1"], body=body),
    ]
    return _write(path, nodes, last=3, beyond=beyond, ages=2**40, yes=True)


def write_greedy(path: Path, gigabytes: float = 5) -> Path:
    """Writes a painter that gives back any frame, by way of so much memory."""
    node = helper.make_node
    nodes = [
        node("ReduceMin", ["input1"], ["least"], keepdims=0),
        node("Expand", ["least", "room"], ["heap"]),
        node("ReduceMax", ["heap"], ["most"], keepdims=0),
        node("Sub", ["most", "least"], ["nothing"]),
        node("Add", ["input1", "nothing"], ["output1"]),
    ]
    return _write(path, nodes, room=[int(gigabytes * 2**28 / 2**14), 2**14])


def _picture(name: str) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, *SIDES])


def _write(
    path: Path, nodes: Sequence[NodeProto], **constants: int | list[int]
) -> Path:
    values = [
        numpy_helper.from_array(np.array(value), name)
        for name, value in constants.items()
    ]
    graph = helper.make_graph(
        nodes, "monster", [_picture("input1")], [_picture("output1")], values
    )
    opset = helper.make_opsetid("", 11)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=6)
    path.write_bytes(model.SerializeToString())
    return path
