"""Fewer copies in an exported file: what the exporter does in steps, done in one."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import NodeProto, helper

from training.variants.graph import Graph

_STARTS, _ENDS, _AXES, _STEPS = range(1, 5)  # inputs of a Slice


def merge_slices(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same model with one Slice where it has two, one behind the other.

    torch's exporter cuts off one side at a time, and each cut copies the picture.

    Args:
        model: of opset 18; is left as it is.
    """
    graph = Graph(model)
    nodes = {id(node): node for node in graph.nodes}
    more: list[NodeProto] = []
    constants = dict(graph.constants)
    for second in graph.nodes:
        first = graph.maker(second.input[0]) if second.op_type == "Slice" else None
        # One that has been merged already is not there any more.
        if first is None or nodes.get(id(first)) is not first:
            continue
        if not _can_merge(graph, first, second):
            continue
        joined = f"{second.output[0]}/"
        for place in (_STARTS, _ENDS, _AXES, _STEPS):
            pair = first.input[place], second.input[place]
            if all(name in constants for name in pair):
                both = np.concatenate([constants[name].ravel() for name in pair])
                constants[f"{joined}{place}"] = both
            else:
                more.append(
                    helper.make_node("Concat", pair, [f"{joined}{place}"], axis=0)
                )
        taken = [first.input[0], *(f"{joined}{place}" for place in range(1, 5))]
        merged = helper.make_node("Slice", taken, second.output, second.name)
        nodes[id(second)] = merged
        del nodes[id(first)]
    return graph.rebuilt([*nodes.values(), *more], constants)


def _can_merge(graph: Graph, first: NodeProto, second: NodeProto) -> bool:
    """Whether both are slices with all inputs, of sides that are not the same."""
    if first.op_type != "Slice" or graph.only_user(first.output[0]) is not second:
        return False
    if min(len(first.input), len(second.input)) <= _STEPS:
        return False
    axes = [graph.constants.get(node.input[_AXES]) for node in (first, second)]
    if axes[0] is None or axes[1] is None:
        return False
    both = [*axes[0].tolist(), *axes[1].tolist()]  # from the end on is another count
    return min(both) >= 0 and len(set(both)) == len(both)
