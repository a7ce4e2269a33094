from collections.abc import Sequence

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from training.slimming import merge_slices

Cut = tuple[int, int, int]  # axis, start, end
PICTURE = np.random.default_rng(0).integers(0, 256, (9, 11, 3), np.uint8)


def cutting(cuts: Sequence[Cut], *, told: Sequence[str] = ()) -> onnx.ModelProto:
    """Slices one behind the other; "0" and "1" among `told` are outputs as well."""
    nodes, constants, name = [], [], "content"
    for place, (axis, start, end) in enumerate(cuts):
        inputs = []
        for kind, value in (("a", start), ("b", end), ("c", axis), ("d", 1)):
            array = np.array([value], np.int64)
            constants.append(numpy_helper.from_array(array, f"{place}{kind}"))
            inputs.append(f"{place}{kind}")
        nodes.append(helper.make_node("Slice", [name, *inputs], [str(place)]))
        name = str(place)
    outputs = dict.fromkeys([*told, name])
    graph = helper.make_graph(
        nodes,
        "cuts",
        [helper.make_tensor_value_info("content", TensorProto.UINT8, [9, 11, 3])],
        [helper.make_tensor_value_info(o, TensorProto.UINT8, "abc") for o in outputs],
        constants,
    )
    opset = [helper.make_opsetid("", 18)]
    return helper.make_model(graph, opset_imports=opset, ir_version=9)


def run(model: onnx.ModelProto) -> NDArray[np.uint8]:
    session = ort.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    result: NDArray[np.uint8] = session.run(None, {"content": PICTURE})[-1]
    return result


@pytest.mark.parametrize(
    ("cuts", "left"),
    [
        ([(0, 1, 8), (1, 2, 10)], 1),
        ([(1, 2, -1), (0, 0, 5), (2, 1, 3)], 2),
        ([(0, 1, 8), (0, 1, 3)], 2),  # the second counts from where the first began
        ([(0, 1, 8)], 1),
    ],
)
def test_cuts_of_different_sides_become_one(cuts: list[Cut], left: int):
    model = cutting(cuts)
    merged = merge_slices(model)
    assert len(merged.graph.node) == left
    assert (run(merged) == run(model)).all()


def test_what_somebody_else_sees_stays():
    model = cutting([(0, 1, 8), (1, 2, 10)], told=["0"])
    assert len(merge_slices(model).graph.node) == 2
