from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, numpy_helper

from livestyle.contract import CONTENT, PASTICHE, STYLE
from livestyle.model import Painter
from tests.training.small_painter import BEHIND, card, write_small_painter
from tests.training.test_variants_graph import photos, rebuilt, spans_of, styles
from training.variants.calibration import Span
from training.variants.equalise import equalise
from training.variants.float16 import halve
from training.variants.gate import psnr
from training.variants.graph import Graph, load
from training.variants.int8 import GREATEST, narrow_maps, quantise


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Painter:
    path = tmp_path_factory.mktemp("small") / "small.onnx"
    return Painter(write_small_painter(path), provider="cpu", threads=1)


@pytest.fixture(scope="module")
def even(plain: Painter) -> tuple[Graph, dict[str, Span]]:
    """The painter with even channels, and their spans."""
    graph = Graph(load(plain.path))
    spans = spans_of(graph.model, photos(4))
    model, spans = equalise(graph, spans, narrow_maps(graph, BEHIND))
    return Graph(model), spans


def optimised(model: onnx.ModelProto, path: Path) -> onnx.ModelProto:
    """What ONNX Runtime makes of a painter before it runs it."""
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.optimized_model_filepath = str(path)
    cpu = ["CPUExecutionProvider"]
    ort.InferenceSession(model.SerializeToString(), options, providers=cpu)
    return onnx.load(path)


def least_psnr(plain: Painter, model: onnx.ModelProto, path: Path) -> float:
    """Over some photographs that nothing was calibrated on, in all styles."""
    variant = rebuilt(model, path)
    assert variant.card == card()
    return min(
        psnr(plain.paint(photo, style), variant.paint(photo, style))
        for photo in photos(7, 75, 91)[4:]
        for style in styles()
    )


def test_the_chosen_convolutions_are_melted_and_the_others_stay(
    even: tuple[Graph, dict[str, Span]], tmp_path: Path
):
    for convs in ({"first", "second"}, {"first", "second", "up"}, BEHIND):
        model = quantise(*even, convs)
        run = Counter(
            n.op_type for n in optimised(model, tmp_path / "o.onnx").graph.node
        )
        assert run["QLinearConv"] == len(convs)
        assert run["Conv"] == 7 - len(convs)
        assert run["InstanceNormalization"] == 3


def test_between_convolutions_bytes_stay_bytes(
    even: tuple[Graph, dict[str, Span]], tmp_path: Path
):
    graph = Graph(optimised(quantise(*even, BEHIND), tmp_path / "o.onnx"))
    kinds = Counter(node.op_type for node in graph.nodes)
    assert kinds["QLinearAdd"] == 1  # the skip, not the sum of the trunk
    # Into bytes: two padded maps, the trunk, the enlarged map, the skip.
    assert kinds["QuantizeLinear"] == 5
    # Back: before the two norms, and the enlargement.
    assert kinds["DequantizeLinear"] == 3
    assert "Clip" not in kinds


def test_a_sum_that_nothing_in_8_bits_takes_stays_in_float32(
    even: tuple[Graph, dict[str, Span]],
):
    graph = Graph(quantise(*even, {"first", "second", "up"}))
    assert graph.maker("half") is not None
    (user,) = graph.users("sum")
    assert user.op_type == "Relu"
    assert not [u for u in graph.users("half") if u.op_type == "QuantizeLinear"]


def test_maps_are_padded_when_they_are_bytes(even: tuple[Graph, dict[str, Span]]):
    graph = Graph(quantise(*even, BEHIND))
    pads = [node for node in graph.nodes if node.op_type == "Pad"]
    makers = [graph.maker(node.input[0]) for node in pads]
    assert [maker.op_type for maker in makers if maker] == ["QuantizeLinear"] * 2


def test_rounded_weights_shift_no_channel(even: tuple[Graph, dict[str, Span]]):
    graph, spans = even
    for name in ("thin", "up"):
        again = spans_of(quantise(graph, spans, {name}), photos(4))
        shift = again[name].mean - spans[name].mean
        assert np.abs(shift).max() < 3e-4 * spans[name].width.max()


def test_a_painter_in_8_bits_paints_nearly_the_same(
    plain: Painter, even: tuple[Graph, dict[str, Span]], tmp_path: Path
):
    some = least_psnr(plain, quantise(*even, {"first", "second"}), tmp_path / "a.onnx")
    every = least_psnr(plain, quantise(*even, BEHIND), tmp_path / "b.onnx")
    assert some > 40
    assert every > 34


def test_even_channels_are_what_makes_8_bits_enough(
    plain: Painter, even: tuple[Graph, dict[str, Span]], tmp_path: Path
):
    graph = Graph(load(plain.path))
    # The same convolutions with biases, and channels as they were.
    model, spans = equalise(graph, spans_of(graph.model, photos(4)), set())
    uneven = Graph(model)
    before = least_psnr(plain, quantise(uneven, spans, BEHIND), tmp_path / "a.onnx")
    after = least_psnr(plain, quantise(*even, BEHIND), tmp_path / "b.onnx")
    assert after > before + 2


def test_weights_leave_room_for_processors_that_add_in_16_bits(
    even: tuple[Graph, dict[str, Span]],
):
    model = quantise(*even, BEHIND)
    whole = {
        tensor.name: numpy_helper.to_array(tensor)
        for tensor in model.graph.initializer
        if tensor.data_type == TensorProto.INT8 and tensor.name.endswith("whole")
    }
    assert len(whole) == len(BEHIND)
    for weights in whole.values():
        filled = np.abs(weights.astype(int)).max((1, 2, 3))
        assert set(filled.tolist()) <= {0, GREATEST}
    assert 2 * 255 * GREATEST < 2**15
    # The last one has channels of zeros up to a multiple of 16.
    assert whole["int8/head.weight.whole"].shape == (16, 16, 3, 3)
    assert not whole["int8/head.weight.whole"][3:].any()


def test_the_last_levels_are_rounded_as_they_are_in_float32(
    plain: Painter, even: tuple[Graph, dict[str, Span]], tmp_path: Path
):
    variant = rebuilt(quantise(*even, {"head"}), tmp_path / "head.onnx")
    differences = [
        variant.paint(photo, style).astype(int) - plain.paint(photo, style)
        for photo in photos(4)
        for style in styles()
    ]
    # Half a level too much or too little would show as a mean.
    assert abs(float(np.mean(differences))) < 0.1
    assert np.abs(differences).max() <= 4


def test_halves_are_where_frames_are_and_nowhere_else(plain: Painter):
    graph = Graph(halve(Graph(load(plain.path))))
    model = onnx.shape_inference.infer_shapes(graph.model)
    kinds = {v.name: v.type.tensor_type.elem_type for v in model.graph.value_info}
    half, single = TensorProto.FLOAT16, TensorProto.FLOAT
    assert {kinds[n] for n in ("photo", "half", "trunk", "large", "clipped")} == {half}
    assert {kinds[n] for n in ("down.scale", "down.shift", "down.norm")} == {single}
    for node in graph.nodes:
        if node.op_type == "InstanceNormalization":
            assert {kinds[name] for name in (*node.input, *node.output)} == {single}
        if node.op_type == "Conv":
            assert graph.constants[node.input[1]].dtype == np.float16
    ports = {
        port.name: port.type.tensor_type.elem_type
        for port in (*model.graph.input, *model.graph.output)
    }
    assert ports == {
        CONTENT: TensorProto.UINT8,
        STYLE: TensorProto.FLOAT,
        PASTICHE: TensorProto.UINT8,
    }


def test_a_painter_in_halves_paints_the_same(plain: Painter, tmp_path: Path):
    model = halve(Graph(load(plain.path)))
    assert least_psnr(plain, model, tmp_path / "half.onnx") > 50
    assert len(model.SerializeToString()) < 0.7 * plain.path.stat().st_size


def test_a_style_that_goes_into_a_map_is_halved_on_the_way(
    plain: Painter, tmp_path: Path
):
    model = load(plain.path)
    nodes = list(model.graph.node)
    # As a gate: the skip, times a number that the embedding gives.
    total = next(node for node in nodes if node.output[0] == "sum")
    total.input[1] = "gated"
    gate = onnx.helper.make_node("ReduceMax", ["style"], ["gate"], keepdims=0)
    gated = onnx.helper.make_node("Mul", ["half", "gate"], ["gated"])
    model.graph.node.insert(nodes.index(total), gated)
    model.graph.node.insert(0, gate)
    gated_painter = rebuilt(model, tmp_path / "gated.onnx")
    half = halve(Graph(model))
    assert least_psnr(gated_painter, half, tmp_path / "half.onnx") > 50
