from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from livestyle.errors import SettingsError
from tests.training.studio import photograph, stripes
from training.reconstruct import CAPTION, all_layers, reconstruct, sheet, shown
from training.transfer_settings import OptimizeSettings, TransferWeights

PHOTO = np.asarray(photograph(0, 48, 64) / 255, np.float32)
PAINTING = np.asarray(stripes(0, 64) / 255, np.float32)


def settings(**changes: Any) -> OptimizeSettings:
    values: dict[str, Any] = {
        "sizes": (48,),
        "steps": (15,),
        "weights": TransferWeights(tv=0.0),
        "vgg_weights": "random",
        "device": "cpu",
    }
    return OptimizeSettings(**{**values, **changes})


def test_a_shallow_layer_gives_the_picture_back():
    torch.manual_seed(0)
    small = PHOTO[:36, :48]
    told = list(reconstruct("content", small, ["relu1_1"], settings(steps=(60,))))
    before, after = (np.abs(shown(p) - small).mean() for p in (told[0], told[-1]))
    assert after < 0.2 * before


def test_style_forgets_where_things_are():
    """Gram matrices of the painting are met, the painting itself is not."""
    torch.manual_seed(0)
    told = list(reconstruct("style", PAINTING, ["relu1_1", "relu2_1"], settings()))
    assert told[-1].terms["style"] < 0.1 * told[0].terms["style"]
    assert np.abs(shown(told[-1]) - PAINTING[:48, :48]).mean() > 0.05
    assert told[-1].terms["content"] == 0


def test_total_variation_smooths():
    torch.manual_seed(0)
    rough, smooth = (
        list(
            reconstruct(
                "content",
                PHOTO,
                ["relu2_1"],
                settings(weights=TransferWeights(tv=tv)),
            )
        )[-1].terms["tv"]
        for tv in (0.0, 100.0)
    )
    assert smooth < 0.5 * rough


def test_unknown_kinds_and_layers_are_refused():
    with pytest.raises(SettingsError, match="There are content, style"):
        next(reconstruct("shape", PHOTO, ["relu1_1"], settings()))
    with pytest.raises(SettingsError, match="no layer relu1_9"):
        next(reconstruct("style", PHOTO, ["relu1_9"], settings()))


def test_a_file_that_ends_early_gives_the_layers_that_it_has(
    vgg_file: Path, tmp_path: Path
):
    whole = load_file(vgg_file)
    # conv3_1 is module 10 of VGG-19.
    short = {k: v for k, v in whole.items() if int(k.split(".")[1]) <= 10}
    save_file(short, tmp_path / "short.safetensors")
    known = all_layers("vgg19", tmp_path / "short.safetensors")
    assert known == ["relu1_1", "relu1_2", "relu2_1", "relu2_2", "relu3_1"]
    assert len(all_layers("vgg19", vgg_file)) == 16
    with pytest.raises(SettingsError, match="there are no VGG weights"):
        all_layers("vgg19", tmp_path / "missing.safetensors")


def test_all_layers_are_the_rectified_ones():
    assert len(all_layers("vgg19")) == 16
    assert len(all_layers("vgg16")) == 13
    assert all_layers("vgg19")[:3] == ["relu1_1", "relu1_2", "relu2_1"]


def test_a_sheet_has_captions_and_fills_its_last_row_with_white():
    tile = np.full((30, 90, 3), 0.2, np.float32)
    made = sheet([(f"relu{i}_1", tile) for i in range(8)])
    assert made.shape == (2 * (30 + CAPTION), 6 * 90, 3)
    assert made[:CAPTION, :90].min() < 0.5
    np.testing.assert_allclose(made[CAPTION : CAPTION + 30, :90], tile)
    assert (made[-30:, -90:] == 1).all()
    assert sheet([("relu1_1", tile)]).shape == (30 + CAPTION, 90, 3)
