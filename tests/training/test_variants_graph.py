from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import NodeProto, helper

from livestyle.frame import Pixels
from livestyle.model import Painter
from tests.training.small_painter import BEFORE, BEHIND, WAYS, write_small_painter
from tests.training.studio import photograph
from training.variants.calibration import Span, measure
from training.variants.candidates import candidates
from training.variants.equalise import MOST, equalise
from training.variants.gate import psnr
from training.variants.graph import Graph, load
from training.variants.int8 import narrow_maps


def photos(count: int, height: int = 96, width: int = 128) -> list[Pixels]:
    return [np.ascontiguousarray(photograph(i, height, width)) for i in range(count)]


def styles() -> list[np.ndarray]:
    return [np.float32(way) for way in (*WAYS.values(), (0, 0, 0, 0))]


def nobody(done: int, of: int) -> None:
    """Watches nothing."""


def spans_of(model: onnx.ModelProto, pictures: list[Pixels]) -> dict[str, Span]:
    return measure(model, Graph(model).floats(), pictures, styles(), nobody)


def rebuilt(model: onnx.ModelProto, path: Path) -> Painter:
    """The painter of a model, opened as the runtime opens it."""
    path.write_bytes(model.SerializeToString())
    return Painter(path, provider="cpu", threads=1)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_painter(tmp_path_factory.mktemp("small") / "small.onnx")


@pytest.fixture(scope="module")
def graph(small: Path) -> Graph:
    return Graph(load(small))


@pytest.fixture(scope="module")
def spans(graph: Graph) -> dict[str, Span]:
    return spans_of(graph.model, photos(2))


def test_a_graph_knows_who_makes_and_who_uses_a_map(graph: Graph):
    maker = graph.maker("half")
    assert maker is not None
    assert maker.op_type == "Relu"
    assert graph.maker("content") is graph.maker("stem.w") is None
    assert [user.output[0] for user in graph.users("half")] == ["down", "size", "sum"]
    assert graph.only_user("half") is None
    user = graph.only_user("stem")
    assert user is not None
    assert user.output[0] == "half"
    assert graph.only_user("pastiche") is None


def test_what_depends_on_a_size_alone_does_not_depend_on_the_values(graph: Graph):
    behind = graph.behind(["down.norm"])
    assert behind > BEHIND
    assert not behind & {*BEFORE, "half", "size", "down.norm"}
    assert "large" in behind
    assert "size" not in graph.behind(["half"])
    assert {"down.scale", "pastiche"} < graph.behind(["style"])


def test_a_rebuilt_graph_is_in_order_and_has_no_more_than_it_needs(
    graph: Graph, tmp_path: Path
):
    node = NodeProto()
    node.CopyFrom(graph.nodes[0])
    node.metadata_props.add(key="stack_trace", value="/home/somebody/net.py")
    nodes = [*graph.nodes[1:], node][::-1]
    model = graph.rebuilt(nodes, {"unused": np.zeros(3)})
    assert b"somebody" not in model.SerializeToString()
    assert "unused" not in {t.name for t in model.graph.initializer}
    (frame,), embedding = photos(1), styles()[0]
    painted = rebuilt(model, tmp_path / "again.onnx").paint(frame, embedding)
    plain = rebuilt(graph.model, tmp_path / "plain.onnx")
    assert (painted == plain.paint(frame, embedding)).all()


def test_nodes_that_lack_something_cannot_be_put_in_order(graph: Graph):
    with pytest.raises(ValueError, match="nothing makes what stem_ takes"):
        graph.rebuilt(graph.nodes[3:], {})


def test_a_constant_node_is_a_constant():
    value = onnx.numpy_helper.from_array(np.float32([1, 2]))
    nodes = [
        helper.make_node("Constant", [], ["two"], value=value),
        helper.make_node("Add", ["x", "two"], ["y"]),
    ]
    ports = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [2])
        for name in ("x", "y")
    ]
    model = helper.make_model(helper.make_graph(nodes, "g", ports[:1], ports[1:]))
    graph = Graph(model)
    assert graph.constants["two"].tolist() == [1, 2]
    assert [node.op_type for node in graph.nodes] == ["Add"]
    assert graph.floats() == {"y"}


def test_what_an_exporter_kept_once_is_there_for_each_convolution(
    small: Path, tmp_path: Path
):
    model = load(small)
    second = next(n for n in model.graph.node if n.output[0] == "second")
    second.input[1] = "first.w"
    shared = tmp_path / "shared.onnx"
    shared.write_bytes(model.SerializeToString())
    graph = Graph(load(shared))
    first, second = graph.maker("first"), graph.maker("second")
    assert first is not None
    assert second is not None
    assert first.input[1] != second.input[1]
    assert graph.is_plain_conv(first)
    assert graph.is_plain_conv(second)
    values = [graph.constants[conv.input[1]] for conv in (first, second)]
    assert (values[0] == values[1]).all()


def test_spans_are_those_that_numpy_finds(
    graph: Graph, spans: dict[str, Span], tmp_path: Path
):
    # The stem's map worked out here: a convolution of stride 2 with zeros around.
    weight, bias = graph.constants["stem.w"], graph.constants["stem.b"]
    low, high, means = np.full(16, np.inf), np.full(16, -np.inf), []
    for photo in photos(2):
        padded = np.pad(photo.astype(np.float64), [(1, 1), (1, 1), (0, 0)])
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (0, 1))
        found = np.einsum("yxcij,ocij->oyx", windows[::2, ::2], weight)
        found += bias[:, None, None]
        low = np.minimum(low, found.min((1, 2)))
        high = np.maximum(high, found.max((1, 2)))
        means.append(found.mean((1, 2)))
    span = spans["stem"]
    np.testing.assert_allclose(span.low, low, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(span.high, high, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(span.mean, np.mean(means, 0), rtol=1e-3, atol=1e-4)
    assert span.whole == pytest.approx((min(0, low.min()), max(0, high.max())))
    strides = {name: spans[name].stride for name in ("photo", "stem", "first", "up")}
    assert strides == {"photo": 1, "stem": 2, "first": 4, "up": 2}
    # What is no feature map is passed over.
    assert "down.scale" not in spans


def test_channels_go_equally_far_and_the_picture_stays(
    graph: Graph, spans: dict[str, Span], tmp_path: Path
):
    narrow = narrow_maps(graph, BEHIND)
    assert narrow >= {"first.padded", "first", "second", "trunk", "large", "rectified"}
    model, evened = equalise(graph, spans, narrow)
    for name in ("second", "large"):
        before, after = (s[name].width / s[name].width.max() for s in (spans, evened))
        assert before.min() < 0.2
        assert after.min() > min(0.9, 0.9 * MOST * before.min())
    # The spans that come along are those that the new painter has.
    again = spans_of(model, photos(2))
    for name in narrow & again.keys():
        np.testing.assert_allclose(again[name].high, evened[name].high, atol=0.02)
        np.testing.assert_allclose(again[name].low, evened[name].low, atol=0.02)
        np.testing.assert_allclose(again[name].mean, evened[name].mean, atol=0.02)
    old = rebuilt(graph.model, tmp_path / "old.onnx")
    new = rebuilt(model, tmp_path / "new.onnx")
    frame = photos(4, 75, 91)[3]
    for style in styles():
        assert psnr(old.paint(frame, style), new.paint(frame, style)) > 55


def test_norms_see_maps_that_lie_around_zero(graph: Graph, spans: dict[str, Span]):
    _, evened = equalise(graph, spans, narrow_maps(graph, BEHIND))
    for name in ("first", "second", "down"):
        np.testing.assert_allclose(evened[name].low, -evened[name].high, rtol=1e-6)


def test_maps_that_something_else_takes_are_left_alone(
    small: Path, spans: dict[str, Span]
):
    model = load(small)
    # A map whose channels are compared with each other cannot be scaled one by one.
    thin = next(n for n in model.graph.node if n.output[0] == "large")
    thin.input[0] = "soft"
    soft = helper.make_node("Softmax", ["thin"], ["soft"], axis=1)
    model.graph.node.insert(list(model.graph.node).index(thin), soft)
    graph = Graph(model)
    spans = {**spans, "soft": spans["thin"]}
    _, evened = equalise(graph, spans, narrow_maps(graph, BEHIND))
    assert evened["thin"] is spans["thin"]
    assert evened["large"] is spans["large"]
    assert evened["second"] is not spans["second"]


def test_candidates_leave_what_is_before_the_first_norm(
    graph: Graph, spans: dict[str, Span]
):
    found = candidates(graph, spans)
    assert found == {
        "down to 1/4": {"first", "second", "thin"},
        "down to 1/4 without 1x1": {"first", "second"},
        "down to 1/2": BEHIND,
        "down to 1/2 without 1x1": BEHIND - {"thin"},
        "down to 1/2 without 1x1 and the last": {"first", "second", "up"},
    }


def test_a_convolution_whose_weights_somebody_else_uses_is_no_candidate(
    small: Path, spans: dict[str, Span]
):
    model = load(small)
    second = next(n for n in model.graph.node if n.output[0] == "second")
    second.input[1] = "first.w"
    found = candidates(Graph(model), spans)
    assert not {"first", "second"} & set().union(*found.values())
