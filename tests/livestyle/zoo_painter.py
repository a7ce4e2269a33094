"""Real files of the ONNX model zoo's fast neural style kind, of a few hundred bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from livestyle.frame import Pixels

Sides = tuple[int | str, int | str]


def negative_but_red(pixels: Pixels) -> Pixels:
    """What such a file paints, worked out here: red stays, so that orders count."""
    painted = 255 - pixels
    painted[..., 2] = pixels[..., 2]
    return painted


def write_zoo(
    path: Path,
    sides: Sides = ("height", "width"),
    *,
    batch: int | str = 1,
    kind: int = TensorProto.FLOAT,
    lost_rows: int = 0,
    gain: float = -1.0,
    outputs: int = 1,
    stamp: bool = False,
) -> Path:
    """Writes a file as PyTorch did for the zoo: opset 9, the weights among the inputs.

    Args:
        path: where.
        sides: height and width that the file states.
        batch: how many pictures at once.
        kind: of its pictures.
        lost_rows: how many rows get lost on the way.
        gain: what blue and green are multiplied with, before the offset that makes
            a negative of it.
        outputs: how many there are.
        stamp: whether the middle half of both sides, which are numbers, becomes white.
    """
    node = helper.make_node
    floats = TensorProto.FLOAT
    stamped = sides if stamp else (1, 1)
    names = [f"output{number + 1}" for number in range(outputs)]
    graph = helper.make_graph(
        [
            node("Cast", ["input1"], ["in"], to=floats),
            # 1x1, as the last layer of the real ones: each colour by itself.
            node("Conv", ["in", "weight", "bias"], ["flat"], kernel_shape=[1, 1]),
            node("Add", ["flat", "stamp"], ["all"]),
            node("Slice", ["all"], ["some"], axes=[2], starts=[lost_rows], ends=[9999]),
            *(node("Cast", ["some"], [name], to=kind) for name in names),
        ],
        "torch-jit-export",
        [
            helper.make_tensor_value_info("input1", kind, [batch, 3, *sides]),
            helper.make_tensor_value_info("weight", floats, [3, 3, 1, 1]),
            helper.make_tensor_value_info("bias", floats, [3]),
            helper.make_tensor_value_info("stamp", floats, [1, 1, *stamped]),
        ],
        [helper.make_tensor_value_info(n, kind, [batch, 3, *sides]) for n in names],
        [
            helper.make_tensor(
                "weight", floats, [3, 3, 1, 1], np.diag([1, gain, gain]).ravel()
            ),
            helper.make_tensor("bias", floats, [3], [0, 255, 255]),
            numpy_helper.from_array(_stamp(stamped), "stamp"),
        ],
    )
    opset = helper.make_opsetid("", 9)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=3)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


def _stamp(sides: Sides) -> NDArray[np.float32]:
    """Far beyond white in the middle half of both sides; nothing if there is none."""
    height, width = map(int, sides)
    ink = np.zeros((1, 1, height, width), np.float32)
    rows, columns = ((side // 4, 3 * side // 4) for side in (height, width))
    ink[..., slice(*rows), slice(*columns)] = 1000
    return ink


def write_other(path: Path, shape: Sequence[int | str]) -> Path:
    """Writes a file that gives back what it takes, float32 of another shape."""
    ports = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name in ("input1", "output1")
    ]
    node = helper.make_node("Identity", ["input1"], ["output1"])
    graph = helper.make_graph([node], "other", ports[:1], ports[1:])
    opset = helper.make_opsetid("", 9)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=3)
    path.write_bytes(model.SerializeToString())
    return path
