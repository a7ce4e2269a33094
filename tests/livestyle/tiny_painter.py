"""Real painter files of a few hundred bytes, whose answers a person can work out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from livestyle.contract import Card, Style
from livestyle.frame import Pixels
from livestyle.variants import to_metadata, variant_path

TINT = (1.0, 0.5, 0.25)  # blue stays, red nearly goes
TOIL = 64  # channels of the maps of a painter that labours
SLOW_SIDE = 1024  # rows of the matrices that a slow painter multiplies in vain

# The embeddings of the styles: how far to the negative, how far to the tint.
NINE = {
    "negative": (1.0, 0.0),
    "tinted": (0.0, 1.0),
    "faded": (0.25, 0.0),
    "half-tinted": (0.0, 0.5),
    "dim": (0.375, 0.0),
    "quarter-tinted": (0.0, 0.25),
    "bright": (0.75, 0.0),
    "murky": (0.25, 0.75),
    "pale": (0.125, 0.0),
}


def style(name: str, embedding: Sequence[float] = (1.0, 0.0)) -> Style:
    return Style(
        name=name,
        title=f"The {name.title()}",
        artist="A. Painter",
        year="1888",
        licence="CC0",
        source="https://example.org/a",
        embedding=tuple(embedding),
    )


def card(names: Sequence[str] = ("negative", "tinted")) -> Card:
    """The card of a tiny painter with some of the styles of `NINE`."""
    return Card(
        name="tiny",
        styles=tuple(style(name, NINE[name]) for name in names),
        identity=(0.0, 0.0),
        network="tiny",
    )


def painted(pixels: Pixels, embedding: Sequence[float]) -> Pixels:
    """What a tiny painter gives, worked out here; to within 1 between the styles."""
    photo = pixels.astype(np.float64)
    negative, tint = embedding
    paint = photo + negative * (255 - 2 * photo) + tint * photo * (np.array(TINT) - 1)
    return np.rint(paint).clip(0, 255).astype(np.uint8)


def write_painter(
    path: Path,
    about: Card | str | bytes | None = None,
    *,
    names: Sequence[str] = ("content", "style", "pastiche"),
    kind: int = TensorProto.UINT8,
    content: Sequence[str | int] = ("height", "width", 3),
    dim: int | str = 2,
    cut_rows: int = 0,
    products: int = 0,
    labour: int = 0,
    outside: str = "",
    words: Mapping[str, str] | None = None,
    step: float = 0,
) -> Path:
    """Writes a painter that keeps the contract, unless the options break it.

    Args:
        path: where.
        about: the card, or the text in its place, "" for none; None for `card()`.
        names: of content, style and pastiche.
        kind: of the pixels that go in and come out.
        content: the shape that the file states for them.
        dim: the length that the file states for an embedding.
        cut_rows: how many rows get lost on the way.
        products: how many multiplications of large matrices take time for nothing.
        labour: how many times all pixels are multiplied in vain, which takes as long
            as there are many.
        outside: another file in which the tint is said to be.
        words: of the metadata, beside the card.
        step: of the bytes that the painting is in on its way, in levels; 1 changes
            nothing, 0 leaves them out.
    """
    nodes = _waste(names[1], products) + _painting(names, kind, in_bytes=step > 0)
    if labour:
        nodes[-1].input[0] = "tired"
        nodes[-1:-1] = _toil(labour)
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info(names[0], kind, content),
            helper.make_tensor_value_info(names[1], TensorProto.FLOAT, [dim]),
        ],
        [helper.make_tensor_value_info(names[2], kind, ["rows", "width", 3])],
        [*_constants(cut_rows, step), *(_tools() if labour else [])],
    )
    if outside:
        _move_tint(graph, outside)
    opset = helper.make_opsetid("", 17)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=9)
    _describe(model, card() if about is None else about)
    for key, value in (words or {}).items():
        model.metadata_props.add(key=key, value=value)
    path.write_bytes(model.SerializeToString())
    return path


def write_variant(path: Path, precision: str = "int8", **options: Any) -> Path:
    """Writes a variant beside a tiny painter; it paints the same."""
    made_from = hashlib.sha256(path.read_bytes()).hexdigest()
    words = to_metadata(precision, made_from)
    return write_painter(
        variant_path(path, precision), words=words, **{"step": 1, **options}
    )


def _painting(
    names: Sequence[str], kind: int, *, in_bytes: bool
) -> list[onnx.NodeProto]:
    content, style, pastiche = names
    node = helper.make_node
    return [
        node("Cast", [content], ["photo"], to=TensorProto.FLOAT),
        node("Gather", [style, "first"], ["negative"]),
        node("Gather", [style, "second"], ["tint"]),
        # The way to the negative, times how far, and the way to the tint likewise.
        node("Mul", ["photo", "two"], ["double"]),
        node("Sub", ["white", "double"], ["to_negative"]),
        node("Mul", ["to_negative", "negative"], ["inverted"]),
        node("Mul", ["photo", "tint_less_one"], ["to_tint"]),
        node("Mul", ["to_tint", "tint"], ["coloured"]),
        node("Sum", ["photo", "inverted", "coloured", "wasted"], ["paint"]),
        node("Round", ["paint"], ["whole"]),
        node("Clip", ["whole", "black", "white"], ["safe"]),
        *(_in_8_bits() if in_bytes else [node("Identity", ["safe"], ["painted"])]),
        node("Slice", ["painted", "top", "bottom", "rows_axis"], ["cut"]),
        node("Cast", ["cut"], [pastiche], to=kind),
    ]


def _in_8_bits() -> list[onnx.NodeProto]:
    """The pair of nodes that int8 painters have at their convolutions."""
    node = helper.make_node
    return [
        node("QuantizeLinear", ["safe", "step", "no_offset"], ["levels"]),
        node("DequantizeLinear", ["levels", "step", "no_offset"], ["painted"]),
    ]


def _constants(cut_rows: int, step: float) -> list[TensorProto]:
    def floats(name: str, values: Sequence[float], shape: Sequence[int]) -> TensorProto:
        return helper.make_tensor(name, TensorProto.FLOAT, shape, values)

    def ints(name: str, values: Sequence[int], shape: Sequence[int]) -> TensorProto:
        return helper.make_tensor(name, TensorProto.INT64, shape, values)

    return [
        floats("black", [0], []),
        floats("white", [255], []),
        floats("step", [step], []),
        floats("two", [2], []),
        floats("zero", [0], []),
        floats("tint_less_one", [share - 1 for share in TINT], [3]),
        floats("grain", [1 / SLOW_SIDE], []),
        helper.make_tensor("no_offset", TensorProto.UINT8, [], [0]),
        ints("first", [0], []),
        ints("second", [1], []),
        ints("square", [SLOW_SIDE, SLOW_SIDE], [2]),
        ints("top", [cut_rows], [1]),
        ints("bottom", [2**31], [1]),
        ints("rows_axis", [0], [1]),
    ]


def _waste(style: str, products: int) -> list[onnx.NodeProto]:
    """Nodes that end in a zero; it depends on the style, so it cannot be foreseen."""
    node = helper.make_node
    nodes = [
        node("ReduceMax", [style], ["most"], keepdims=0),
        node("Mul", ["most", "grain"], ["small"]),
        node("Expand", ["small", "square"], ["heap0"]),
        node("Expand", ["grain", "square"], ["heap"]),
    ]
    nodes += [
        node("MatMul", [f"heap{n}", "heap"], [f"heap{n + 1}"]) for n in range(products)
    ]
    last = f"heap{products}" if products else "small"
    nodes += [
        node("ReduceMax", [last], ["top_of_heap"], keepdims=0),
        node("Mul", ["top_of_heap", "zero"], ["wasted"]),
    ]
    return nodes


def _toil(labour: int) -> list[onnx.NodeProto]:
    """Nodes between the finished painting and its pixels, which change nothing."""
    node = helper.make_node
    nodes = [node("MatMul", ["photo", "spread"], ["pile0"])]
    nodes += [
        node("MatMul", [f"pile{n}", "stir"], [f"pile{n + 1}"]) for n in range(labour)
    ]
    return [
        *nodes,
        node("ReduceMax", [f"pile{labour}"], ["top_of_pile"], keepdims=0),
        node("Mul", ["top_of_pile", "zero"], ["sweat"]),
        node("Add", ["cut", "sweat"], ["tired"]),
    ]


def _tools() -> list[TensorProto]:
    return [
        helper.make_tensor(
            name, TensorProto.FLOAT, (rows, TOIL), [1 / rows] * (rows * TOIL)
        )
        for name, rows in (("spread", 3), ("stir", TOIL))
    ]


def _move_tint(graph: onnx.GraphProto, outside: str) -> None:
    tensor = next(t for t in graph.initializer if t.name == "tint_less_one")
    tensor.ClearField("float_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": outside, "length": "12"}.items():
        tensor.external_data.add(key=key, value=value)


def _describe(model: onnx.ModelProto, about: Card | str | bytes) -> None:
    if isinstance(about, Card):
        helper.set_model_props(model, about.to_metadata())
    elif about:
        helper.set_model_props(model, {"livestyle.card": about})
