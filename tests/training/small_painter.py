"""A small real painter without torch: strides, norms, a residual block, a skip."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from livestyle.contract import Card
from tests.livestyle.tiny_painter import style

DIM = 4
WAYS = {"wavy": (1.0, 0.0, 0.5, 0.0), "dotted": (0.0, 1.0, 0.0, -0.5)}
# The maps that its convolutions give, by what stands before the first norm and behind.
BEFORE = {"stem", "down"}
BEHIND = {"first", "second", "thin", "up", "head"}


def card(**losses: float) -> Card:
    styles = tuple(style(name, way) for name, way in WAYS.items())
    return Card("small", styles, (0.0,) * DIM, network="small", losses=losses)


def write_small_painter(
    path: Path, seed: int = 0, contrast: float = 25.0, about: Card | None = None
) -> Path:
    """Writes it with random weights.

    Args:
        path: where.
        seed: of the weights.
        contrast: grey levels that the last map is multiplied by.
        about: its card, if another one than `card` gives.
    """
    made = _Small(seed)
    made.frame()
    made.conv("photo", "stem", 3, 16, stride=2, bias=0.1, gain=1 / 255)
    made.node("Relu", ["stem"], "half")
    made.conv("half", "down", 16, 32, stride=2)
    made.norm("down", 32)
    made.node("Relu", ["down.norm"], "quarter")
    for source, name in (("quarter", "first"), ("first.relu", "second")):
        made.node("Pad", [source, "around"], f"{name}.padded", mode="edge")
        made.conv(f"{name}.padded", name, 32, 32, pad=0)
        made.norm(name, 32)
        made.node("Relu", [f"{name}.norm"], f"{name}.relu")
    made.node("Add", ["quarter", "second.norm"], "trunk")
    made.conv("trunk", "thin", 32, 16, kernel=1, bias=0.2)
    made.node("Shape", ["half"], "size")
    made.node("Resize", ["thin", "", "", "size"], "large", mode="linear")
    made.conv("large", "up", 16, 16, bias=0.3)
    made.node("Add", ["up", "half"], "sum")
    made.node("Relu", ["sum"], "rectified")
    made.conv("rectified", "head", 16, 3, bias=1.0, gain=contrast)
    made.pastiche()
    path.write_bytes(made.model(about or card()).SerializeToString())
    return path


class _Small:
    """Nodes and constants as they come."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, NDArray[np.generic]] = {
            "around": np.array([0, 0, 1, 1, 0, 0, 1, 1]),
            "batch": np.array([0]),
            "black": np.float32(0),
            "white": np.float32(255),
        }

    def node(self, kind: str, inputs: list[str], output: str, **options: object) -> str:
        made = helper.make_node(kind, inputs, [output], name=f"{output}_", **options)
        self.nodes.append(made)
        return output

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        self.constants[name] = values
        return name

    def frame(self) -> None:
        self.node("Transpose", ["content"], "planes", perm=[2, 0, 1])
        self.node("Unsqueeze", ["planes", "batch"], "bytes")
        self.node("Cast", ["bytes"], "photo", to=TensorProto.FLOAT)
        self.node("Unsqueeze", ["style", "batch"], "row")

    def conv(
        self,
        source: str,
        name: str,
        given: int,
        channels: int,
        *,
        kernel: int = 3,
        stride: int = 1,
        pad: int | None = None,
        bias: float = 0.0,
        gain: float = 1.0,
    ) -> None:
        shape = (channels, given, kernel, kernel)
        weight = self.rng.normal(0, gain * (given * kernel**2) ** -0.5, shape)
        # As in fitted painters, some channels go ten times as far as others.
        weight *= np.geomspace(0.2, 2, channels)[:, None, None, None]
        inputs = [source, self.constant(f"{name}.w", weight.astype(np.float32))]
        if bias:
            values = self.rng.normal(0, bias * gain, channels) + (gain > 1) * 128
            inputs.append(self.constant(f"{name}.b", values.astype(np.float32)))
        pads = [kernel // 2 if pad is None else pad] * 4
        sides = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": pads}
        self.node("Conv", inputs, name, **sides)

    def norm(self, source: str, channels: int) -> None:
        """An instance norm whose scale and shift the embedding gives."""
        parts = []
        for part, usual in (("scale", 1.0), ("shift", 0.0)):
            name = f"{source}.{part}"
            weight = self.rng.normal(0, 0.4, (DIM, channels)).astype(np.float32)
            bias = np.full(channels, usual, np.float32)
            inputs = ["row", self.constant(f"{name}.w", weight)]
            inputs.append(self.constant(f"{name}.b", bias))
            self.node("Gemm", inputs, f"{name}.row")
            self.node("Squeeze", [f"{name}.row", "batch"], name)
            parts.append(name)
        self.node("InstanceNormalization", [source, *parts], f"{source}.norm")

    def pastiche(self) -> None:
        self.node("Clip", ["head", "black", "white"], "clipped")
        self.node("Cast", ["clipped"], "levels", to=TensorProto.UINT8)
        self.node("Shape", ["bytes"], "whole")
        kind = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric"}
        self.node("Resize", ["levels", "", "", "whole"], "enlarged", **kind)
        self.node("Squeeze", ["enlarged", "batch"], "layers")
        self.node("Transpose", ["layers"], "pastiche", perm=[1, 2, 0])

    def model(self, about: Card) -> onnx.ModelProto:
        def port(name: str, kind: int, shape: list[object]) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, kind, shape)

        frame = ["height", "width", 3]
        graph = helper.make_graph(
            self.nodes,
            "small",
            [
                port("content", TensorProto.UINT8, frame),
                port("style", TensorProto.FLOAT, [DIM]),
            ],
            [port("pastiche", TensorProto.UINT8, frame)],
            [
                numpy_helper.from_array(np.asarray(values), name)
                for name, values in self.constants.items()
            ],
        )
        opset = helper.make_opsetid("", 18)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=9)
        helper.set_model_props(model, about.to_metadata())
        onnx.checker.check_model(model, full_check=True)
        return model
