from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from livestyle.contract import CARD_KEY, Card
from livestyle.errors import ModelError
from tests.livestyle.tiny_painter import write_painter
from tests.training.studio import lively_checkpoint
from training.reopen import reopen


def changed(
    painter_file: Path, folder: Path, change: Callable[[onnx.ModelProto], None]
) -> Path:
    """A copy of the file with something done to it."""
    model = onnx.load(painter_file)
    change(model)
    path = folder / "changed.onnx"
    onnx.save(model, path)
    return path


def weight(model: onnx.ModelProto, name: str) -> TensorProto:
    return next(t for t in model.graph.initializer if t.name == name)


def set_card(model: onnx.ModelProto, **changes: str) -> None:
    (entry,) = (e for e in model.metadata_props if e.key == CARD_KEY)
    card = Card.from_metadata({CARD_KEY: entry.value})
    helper.set_model_props(model, replace(card, **changes).to_metadata())


def test_a_reopened_painter_has_the_weights_that_were_fitted(painter_file: Path):
    wanted = lively_checkpoint().painter
    painter = reopen(painter_file).painter
    assert not painter.training
    found = painter.state_dict()
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        torch.testing.assert_close(found[name], value, rtol=1e-6, atol=1e-7)


def test_a_file_that_is_no_painter_is_refused_as_the_runtime_does(tmp_path: Path):
    (tmp_path / "text.onnx").write_text("no painter")
    with pytest.raises(ModelError, match="no ONNX model that can be run"):
        reopen(tmp_path / "text.onnx")
    with pytest.raises(ModelError, match="there is no model"):
        reopen(tmp_path / "missing.onnx")


def test_a_painter_of_an_unknown_network_is_refused_with_the_known_ones(tmp_path: Path):
    path = write_painter(tmp_path / "tiny.onnx")
    with pytest.raises(ModelError, match=r"the network 'tiny', .* Known are swift"):
        reopen(path)


def test_a_painter_without_one_of_the_weights_is_refused(
    painter_file: Path, tmp_path: Path
):
    def rename(model: onnx.ModelProto) -> None:
        weight(model, "net.thin4.bias").name = "renamed"
        for node in model.graph.node:
            node.input[:] = [
                "renamed" if name == "net.thin4.bias" else name for name in node.input
            ]

    path = changed(painter_file, tmp_path, rename)
    with pytest.raises(ModelError, match=r"it lacks net.thin4.bias"):
        reopen(path)


def test_a_painter_of_another_networks_name_is_refused(
    painter_file: Path, tmp_path: Path
):
    path = changed(painter_file, tmp_path, lambda m: set_card(m, network="johnson"))
    with pytest.raises(ModelError, match=r"not the network 'johnson' as it is now"):
        reopen(path)


def test_a_weight_of_another_shape_is_refused_with_both(
    painter_file: Path, tmp_path: Path
):
    def flatten(model: onnx.ModelProto) -> None:
        # The first shape is what the graph itself makes of it again.
        bias = weight(model, "net.gate.bias")
        bias.dims[:] = [1, 1]

    path = changed(painter_file, tmp_path, flatten)
    with pytest.raises(ModelError, match=r"has net.gate.bias \(1, 1\), not \(1,\)"):
        reopen(path)


@pytest.mark.parametrize("kind", ["float16", "int8"])
def test_variants_in_another_precision_lead_to_the_float32_file(
    kind: str, painter_file: Path, tmp_path: Path
):
    def narrow(model: onnx.ModelProto) -> None:
        whole = weight(model, "net.thin4.bias")
        values = numpy_helper.to_array(whole)
        stored = numpy_helper.from_array(values.astype(kind), "narrow")
        model.graph.initializer.remove(whole)
        model.graph.initializer.append(stored)
        model.graph.node.insert(
            0, helper.make_node("Cast", ["narrow"], [whole.name], to=TensorProto.FLOAT)
        )

    path = changed(painter_file, tmp_path, narrow)
    with pytest.raises(ModelError, match=rf"weights are {kind}\. Give the float32"):
        reopen(path)


def test_a_file_that_paints_otherwise_than_its_network_is_refused(
    painter_file: Path, tmp_path: Path
):
    def darken(model: onnx.ModelProto) -> None:
        # Of the graph and not of the weights, as another version of the code has it.
        (clip,) = (node for node in model.graph.node if node.op_type == "Clip")
        top = weight(model, clip.input[2])
        top.CopyFrom(numpy_helper.from_array(np.float32(100), top.name))

    path = changed(painter_file, tmp_path, darken)
    with pytest.raises(ModelError, match=r"paints otherwise than 'swift' does now"):
        reopen(path)


def test_weights_in_another_file_are_not_read(painter_file: Path, tmp_path: Path):
    (tmp_path / "weights.bin").write_bytes(bytes(4096))

    def move(model: onnx.ModelProto) -> None:
        bias = weight(model, "net.thin4.bias")
        bias.ClearField("raw_data")
        bias.data_location = TensorProto.EXTERNAL
        bias.external_data.add(key="location", value="weights.bin")

    model = onnx.load(painter_file)
    move(model)
    path = tmp_path / "outside.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError):
        reopen(path)
