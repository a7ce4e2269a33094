"""Painters of the ONNX model zoo's kind: one input, one output, one style, no card."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from onnx import TensorProto

from livestyle.cli import main
from livestyle.controls import Controls
from livestyle.errors import ModelError
from livestyle.frame import Frame, Pixels
from livestyle.model import Painter, read_about
from livestyle.stylizer import Stylizer
from livestyle.zoo import style_name
from tests.livestyle.refusal import Captured
from tests.livestyle.zoo_painter import negative_but_red, write_other, write_zoo

FULL = np.ones(1, np.float32)


def noise(width: int, height: int) -> Pixels:
    chance = np.random.default_rng(0)
    return chance.integers(0, 256, (height, width, 3), np.uint8)


def smooth(width: int, height: int) -> Pixels:
    """A picture that survives being made smaller and larger again."""
    return cv2.resize(noise(4, 3), (width, height), interpolation=cv2.INTER_LINEAR)


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("mosaic-9", "mosaic"),
        ("rain-princess-8", "rain-princess"),
        ("Udnie_11", "udnie"),
        ("candy", "candy"),
        ("route-66-9", "route-66"),
        ("1984", "1984"),
        ("Été à Nîmes", "ete-a-nimes"),
        ("../../up", "up"),
        ("神奈川", "painting"),
        ("-9", "9"),
        ("x" * 200, "x" * 64),
    ],
)
def test_a_style_is_called_as_its_file(stem: str, name: str):
    assert style_name(stem) == name


def test_a_file_without_a_card_is_a_painter_of_one_style(tmp_path: Path):
    path = write_zoo(tmp_path / "mosaic-9.onnx")
    painter = Painter(path, provider="cpu")
    assert painter.names == ("mosaic",)
    assert painter.card.name == "mosaic"
    assert painter.card.styles[0].source == "mosaic-9.onnx"
    assert read_about(path).card == painter.card


@pytest.mark.parametrize("size_wh", [(32, 32), (33, 41), (64, 48), (161, 122)])
def test_a_file_of_any_size_paints_every_size(tmp_path: Path, size_wh: tuple[int, int]):
    painter = Painter(write_zoo(tmp_path / "a.onnx"), provider="cpu")
    picture = noise(*size_wh)
    before = picture.copy()
    painted = painter.paint(picture, painter.embedding("a"))
    assert (painted == negative_but_red(picture)).all()
    assert painted.flags["C_CONTIGUOUS"]
    assert (picture == before).all()


@pytest.mark.parametrize("size_wh", [(64, 64), (48, 48), (160, 120), (40, 96)])
def test_a_file_of_one_size_paints_every_size_with_its_proportions_kept(
    tmp_path: Path, size_wh: tuple[int, int]
):
    path = write_zoo(tmp_path / "a.onnx", (64, 64))
    painter = Painter(path, provider="cpu")
    picture = smooth(*size_wh)
    painted = painter.paint(picture, FULL)
    assert painted.shape == picture.shape
    off = np.abs(painted.astype(int) - negative_but_red(picture))
    assert off.mean() < 3  # a mirrored or shifted picture is 40 off and more


@pytest.mark.parametrize("size_wh", [(160, 120), (120, 160), (64, 64)])
def test_what_is_square_in_a_file_of_one_size_is_square_in_every_painting(
    tmp_path: Path, size_wh: tuple[int, int]
):
    path = write_zoo(tmp_path / "a.onnx", (64, 64), stamp=True)
    painted = Painter(path, provider="cpu").paint(smooth(*size_wh) // 2 + 64, FULL)
    white = painted.min(axis=2) > 250
    side = max(size_wh) // 2
    rows, columns = np.flatnonzero(white.any(axis=1)), np.flatnonzero(white.any(axis=0))
    assert np.ptp(rows) + 1 == pytest.approx(side, abs=3)
    assert np.ptp(columns) + 1 == pytest.approx(side, abs=3)
    middle = (rows.mean() + 0.5, columns.mean() + 0.5)
    assert middle == pytest.approx((size_wh[1] / 2, size_wh[0] / 2), abs=2)


def test_a_file_of_one_size_paints_pictures_of_its_size_to_the_byte(tmp_path: Path):
    painter = Painter(write_zoo(tmp_path / "a.onnx", (48, 64)), provider="cpu")
    picture = noise(64, 48)
    assert (painter.paint(picture, FULL) == negative_but_red(picture)).all()


def test_a_long_picture_fits_a_file_of_one_size(tmp_path: Path):
    painter = Painter(write_zoo(tmp_path / "a.onnx", (24, 24)), provider="cpu")
    assert painter.paint(noise(4000, 32), FULL).shape == (32, 4000, 3)


@pytest.mark.parametrize("sides", [("h", "w"), (40, 56)])
def test_strength_blends_pixels_in_a_straight_line(
    tmp_path: Path, sides: tuple[int | str, int | str]
):
    painter = Painter(write_zoo(tmp_path / "a.onnx", sides), provider="cpu")
    picture = noise(56, 40)
    full = negative_but_red(picture).astype(float)
    for strength in (0.0, 0.1, 0.5, 1.0):
        controls = Controls(painter.names, strength=strength)
        shown = Stylizer(painter, controls)(Frame(picture, 0, 0.0)).pixels
        wanted = picture + strength * (full - picture)
        assert np.abs(shown - wanted).max() <= 1


def test_paint_beyond_black_and_white_and_what_is_no_number_is_a_picture(
    tmp_path: Path,
):
    for gain in (-300.0, 300.0, float("nan"), float("inf")):
        path = write_zoo(tmp_path / "a.onnx", gain=gain)
        painted = Painter(path, provider="cpu").paint(noise(32, 32) | 16, FULL)
        assert set(np.unique(painted[..., :2])) <= {0, 255}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch": 4}, "paints 4 pictures at once"),
        ({"sides": (224, "w")}, r"fixes one side of the picture only \(224 px\)"),
        ({"sides": (20_000, 10)}, "pictures of 10x20000 only"),
        ({"lost_rows": 8}, r"gives \(1, 3, 32, 40\) for a picture of 40x40"),
        ({"kind": TensorProto.DOUBLE}, r"input1 tensor\(double\)"),
        ({"outputs": 2}, "output2"),
    ],
)
def test_a_file_that_is_neither_kind_is_refused(
    tmp_path: Path, options: dict[str, Any], message: str
):
    path = write_zoo(tmp_path / "a.onnx", **options)
    with pytest.raises(ModelError, match=message) as caught:
        Painter(path, provider="cpu")
    assert "a.onnx cannot be used" in caught.value.message
    assert "1x3xH" in caught.value.hint


@pytest.mark.parametrize("shape", [(1, 1, "h", "w"), (3, "h", "w"), (1, 4, 64, 64)])
def test_a_file_of_other_pictures_is_refused(
    tmp_path: Path, shape: tuple[int | str, ...]
):
    with pytest.raises(ModelError, match="other inputs and outputs than a painter"):
        Painter(write_other(tmp_path / "a.onnx", shape), provider="cpu")


def test_such_a_file_paints_pictures_and_is_listed(tmp_path: Path, capsys: Captured):
    path = write_zoo(tmp_path / "mosaic-9.onnx", (224, 224))
    assert main(["styles", "--model", str(path)]) == 0
    assert capsys.readouterr().out == " 1  mosaic  Mosaic\n"
    picture = tmp_path / "in.png"
    cv2.imwrite(str(picture), smooth(90, 60))
    words = ["image", picture, "--style", "mosaic", "-o", tmp_path, "--model", path]
    assert main([str(word) for word in words]) == 0
    painted = cv2.imread(str(tmp_path / "mosaic" / "in.png"))
    off = np.abs(painted.astype(int) - negative_but_red(smooth(90, 60)))
    assert off.mean() < 3
