from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from livestyle.contract import CONTENT, PASTICHE, STYLE
from livestyle.errors import OutputError, SettingsError
from livestyle.mix import POOR_IDENTITY
from livestyle.model import Painter as Runtime
from tests.training.studio import lively_checkpoint, photograph, tiny_recipe
from training.checkpoint import Checkpoint
from training.export import (
    SIZES,
    TOLERANCE,
    ParityError,
    check_parity,
    export,
    interleave,
    make_card,
    paint_with_torch,
)
from training.nets import unblock
from training.reopen import reopen


def drawn(seed: int, network: str = "swift", styles: int = 2) -> Checkpoint:
    return lively_checkpoint(seed, network, styles=tiny_recipe().styles[:styles])


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return drawn(1)


@pytest.fixture(scope="module")
def exported(painter_file: Path) -> Path:
    """The painter of the checkpoint."""
    return painter_file


def test_the_file_is_compared_at_two_sizes_one_of_them_odd():
    assert len(set(SIZES)) >= 2
    assert any(height % 8 and width % 2 for height, width in SIZES)


def test_nothing_is_padded_as_bytes_which_cuda_cannot(exported: Path):
    graph = onnx.shape_inference.infer_shapes(onnx.load(exported)).graph
    kinds = {v.name: v.type.tensor_type.elem_type for v in graph.value_info}
    padded = [kinds[node.input[0]] for node in graph.node if node.op_type == "Pad"]
    assert padded
    assert set(padded) == {onnx.TensorProto.FLOAT}


@pytest.mark.parametrize("size", [(32, 32), (33, 37), (338, 451)])
def test_the_file_paints_as_torch_does_at_the_size_that_goes_in(
    exported: Path, checkpoint: Checkpoint, size: tuple[int, int]
):
    runtime, painter = Runtime(exported, provider="cpu"), checkpoint.build()
    picture = np.ascontiguousarray(photograph(3, *size)[..., ::-1])
    for row, name in enumerate(runtime.names, start=1):
        got = runtime.paint(picture, runtime.embedding(name))
        wanted = paint_with_torch(painter, picture, row)
        assert got.shape == (*size, 3)
        assert np.abs(got.astype(int) - wanted).max() <= TOLERANCE
        assert wanted.std() > 5
    assert check_parity(painter, exported, [size]) <= TOLERANCE


def test_styles_of_the_file_paint_differently(exported: Path):
    runtime = Runtime(exported, provider="cpu")
    picture = photograph(0, 64, 64)
    vectors = [runtime.embedding(name) for name in runtime.names]
    tiles = [runtime.paint(picture, v) for v in (*vectors, runtime.identity)]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(tiles[i].astype(int) - tiles[j]).mean() > 2


def test_colours_are_not_turned_round(exported: Path, checkpoint: Checkpoint):
    """Against the network in its own layout: red, green, blue, 0..1, channels first."""
    runtime, painter = Runtime(exported, provider="cpu"), checkpoint.build()
    rgb = photograph(5, 64, 80)
    with torch.no_grad():
        x = torch.from_numpy(rgb).permute(2, 0, 1)[None].float() / 255
        wanted = painter(x, torch.tensor([1]))[0].clamp(0, 1).permute(1, 2, 0) * 255
    bgr = np.ascontiguousarray(rgb[..., ::-1])
    got = runtime.paint(bgr, runtime.embedding("stripes-0"))[..., ::-1]
    assert np.abs(got - wanted.numpy()).mean() < 0.5
    assert np.abs(got[..., ::-1] - wanted.numpy()).mean() > 2


def test_the_card_says_what_the_recipe_says(exported: Path, checkpoint: Checkpoint):
    card, recipe = Runtime(exported, provider="cpu").card, checkpoint.recipe
    assert (card.name, card.recipe, card.network) == ("tiny", "tiny", "swift")
    assert (card.author, card.licence) == (recipe.author, recipe.licence)
    assert card.losses == {"content": 0.51235, "style": 0.25, "total": 1.75}
    assert card.trained_on == "7 steps of 2 photographs, 96 px, against VGG19"
    for style, painting in zip(card.styles, recipe.styles, strict=True):
        for field in ("name", "title", "artist", "year", "licence", "source"):
            assert getattr(style, field) == getattr(painting, field)
    vectors = [card.identity, *(style.embedding for style in card.styles)]
    np.testing.assert_allclose(vectors, checkpoint.painter["embeddings"], rtol=1e-6)


def test_the_card_says_how_far_off_an_identity_is_that_was_not_fitted():
    without = drawn(1, styles=1)
    without.recipe = replace(without.recipe, identities=0)
    painter = without.build()
    card = make_card(without, painter)
    picture = np.full((96, 128, 3), 128, np.uint8)
    assert card.losses["identity"] > POOR_IDENTITY
    with torch.no_grad():  # a network that gives nothing but grey, off by the contrast
        painter.net.head.weight.zero_()
        painter.net.head.bias.fill_(128 / 255)
        painter.net.straight.weight.zero_()
    np.testing.assert_array_equal(paint_with_torch(painter, picture, 0), picture)
    assert 0.01 < make_card(without, painter).losses["identity"] < 0.3


def test_the_file_is_one_file_with_free_sides(exported: Path):
    model = onnx.load(exported, load_external_data=False)
    assert all(t.data_location == onnx.TensorProto.DEFAULT for t in initializers(model))
    ports = [*model.graph.input, *model.graph.output]
    assert [port.name for port in ports] == [CONTENT, STYLE, PASTICHE]
    for port in (ports[0], ports[2]):
        height, width, colours = port.type.tensor_type.shape.dim
        assert (height.dim_param, width.dim_param) == ("height", "width")
        assert colours.dim_value == 3


def initializers(model: onnx.ModelProto) -> list[onnx.TensorProto]:
    assert len(model.graph.initializer) > 0
    return list(model.graph.initializer)


def test_another_painters_file_has_no_parity(exported: Path):
    with pytest.raises(ParityError, match=r"at 64x48 the exported file differs"):
        check_parity(drawn(2).build(), exported, [(48, 64)])


def test_a_painter_damaged_after_its_export_has_no_parity(
    exported: Path, checkpoint: Checkpoint
):
    painter = checkpoint.build()
    with torch.no_grad():
        painter.net.head.bias[5] += 0.05
    with pytest.raises(ParityError, match=r"this is a bug in the export"):
        check_parity(painter, exported, [(48, 64)])


def test_a_difference_leaves_no_file_and_touches_no_older_one(tmp_path: Path):
    # Flat colours half way between two levels, which torch and the file round apart.
    halfway = drawn(1, styles=1)
    for name in ("head.weight", "gate.weight", "gate.bias"):
        halfway.painter[f"net.{name}"].zero_()
    halfway.painter["net.head.bias"].copy_((torch.arange(12) * 2 + 100.5) / 255)
    older = tmp_path / "older.onnx"
    older.write_bytes(b"an older painter")
    with pytest.raises(ParityError):
        export(halfway, older, [(64, 96)])
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"an older painter"]


def test_weights_that_are_no_numbers_are_not_exported(tmp_path: Path):
    ruined = drawn(1)
    ruined.painter["net.head.bias"][0] = torch.nan
    with pytest.raises(SettingsError, match="Fit again with half the 'rate'"):
        export(ruined, tmp_path / "ruined.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_an_error_with_advice(
    checkpoint: Checkpoint, tmp_path: Path
):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="Choose another place"):
        export(checkpoint, tmp_path / "file" / "tiny.onnx")


@pytest.mark.parametrize("network", ["brisk", "broad", "johnson"])
def test_the_other_networks_export_and_reopen_too(network: str, tmp_path: Path):
    small = (64, 96), (49, 67)
    path = export(drawn(3, network, styles=1), tmp_path / "other.onnx", small)
    assert reopen(path).card.network == network


@pytest.mark.parametrize("k", [1, 2, 4])
def test_interleave_is_unblock_with_channels_last(k: int):
    blocks = torch.rand(1, k * k * 3, 5, 7)
    wanted = unblock(blocks, k)[0].permute(1, 2, 0)
    assert torch.equal(interleave(blocks, k), wanted)


def test_the_file_names_no_folder_of_who_exported_it(painter_file: Path):
    assert str(Path.cwd()).encode() not in painter_file.read_bytes()
