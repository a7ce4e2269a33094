import os
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto

from livestyle.errors import ModelError, PictureError, UnknownStyleError
from livestyle.frame import Pixels
from livestyle.model import MAX_FILE_BYTES, Painter
from tests.livestyle.tiny_painter import card, painted, write_painter


@pytest.fixture(scope="module")
def painter(tmp_path_factory: pytest.TempPathFactory) -> Painter:
    path = tmp_path_factory.mktemp("painter") / "tiny.onnx"
    return Painter(write_painter(path))


def noise(width: int, height: int) -> Pixels:
    chance = np.random.default_rng(0)
    return chance.integers(0, 256, (height, width, 3), np.uint8)


def test_a_painter_says_what_it_is(painter: Painter):
    assert painter.names == ("negative", "tinted")
    assert painter.card == card()
    assert painter.identity.tolist() == [0, 0]


def test_the_provider_is_what_really_runs(painter: Painter):
    running = painter._session.get_providers()[0]
    assert running.lower().startswith(painter.provider.name)


@pytest.mark.parametrize("size_wh", [(32, 32), (33, 32), (41, 37), (640, 480)])
def test_a_painting_has_the_size_of_the_picture(
    painter: Painter, size_wh: tuple[int, int]
):
    picture = noise(*size_wh)
    assert (painter.paint(picture, painter.identity) == picture).all()
    negative = painter.paint(picture, painter.embedding("negative"))
    assert (negative == 255 - picture).all()
    tinted = painter.paint(picture, painter.embedding("tinted"))
    assert (tinted == painted(picture, (0, 1))).all()
    assert tinted.dtype == np.uint8


def test_between_two_styles_lies_their_mixture(painter: Painter):
    picture = noise(50, 40)
    mixed = painter.paint(picture, np.float32([0.3, 0.4]))
    assert np.abs(mixed - painted(picture, (0.3, 0.4)).astype(int)).max() <= 1


def test_pixels_may_lie_in_memory_in_any_order(painter: Painter):
    picture = noise(80, 60)
    negative = painter.embedding("negative")
    parts = (picture[:, ::-1], picture[::-1], picture[1:50, 3:60], picture[..., ::-1])
    for view in parts:
        assert (painter.paint(view, negative) == 255 - view).all()
    turned = picture.transpose(1, 0, 2)
    assert (painter.paint(turned, negative) == 255 - turned).all()


def test_the_picture_that_went_in_is_left_as_it_was(painter: Painter):
    picture = noise(40, 40)
    before = picture.copy()
    painter.paint(picture, painter.embedding("negative"))[:] = 0
    assert (picture == before).all()


@pytest.mark.parametrize(
    "size_wh", [(1, 1), (31, 480), (640, 31), (20_000, 40), (40, 20_000), (20_000,) * 2]
)
def test_a_picture_of_an_impossible_size_is_refused_before_it_is_painted(
    painter: Painter, size_wh: tuple[int, int]
):
    width, height = size_wh
    # As large as it claims, but without its memory.
    picture = np.broadcast_to(np.uint8(7), (height, width, 3))
    with pytest.raises(PictureError, match=f"{width}x{height}.*32 to 8192"):
        painter.paint(picture, painter.identity)


def test_an_unknown_style_gives_the_nearest_names(painter: Painter):
    with pytest.raises(UnknownStyleError, match=r"'Negativ'.*Did you mean: negative\?"):
        painter.embedding("Negativ")
    with pytest.raises(UnknownStyleError, match=r"There are: negative, tinted\."):
        painter.embedding("xyz")


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ModelError, match=r"no model .*gone\.onnx.*Check the path"):
        Painter(tmp_path / "gone.onnx")


def test_a_folder_is_no_model(tmp_path: Path):
    with pytest.raises(ModelError, match=r"cannot be read.*folder.*Check the path"):
        Painter(tmp_path)


def test_a_part_of_the_path_may_be_a_file(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="Not a directory"):
        Painter(tmp_path / "file" / "tiny.onnx")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_is_no_model_and_nobody_waits_for_it(tmp_path: Path):
    os.mkfifo(tmp_path / "tiny.onnx")
    with pytest.raises(ModelError, match="no plain file"):
        Painter(tmp_path / "tiny.onnx")


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc")
def test_a_file_that_cannot_be_read_to_its_end_is_named():
    with pytest.raises(ModelError, match=r"/proc/self/mem cannot be read \(Input/outp"):
        Painter("/proc/self/mem")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no such modes")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path):
    if os.geteuid() == 0:
        pytest.skip("nothing is forbidden to root")
    path = write_painter(tmp_path / "tiny.onnx")
    path.chmod(0)
    with pytest.raises(ModelError, match=r"Permission denied.*permissions"):
        Painter(path)


def test_a_file_far_too_large_is_not_even_read(tmp_path: Path):
    path = tmp_path / "film.onnx"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(ModelError, match=r"more than 512 MB.*another file"):
        Painter(path)


@pytest.mark.parametrize(
    "data", [b"", b"hello", bytes(range(256)) * 40, b"\x89PNG\r\n\x1a\n", b"\0" * 99]
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, data: bytes):
    path = tmp_path / "tiny.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"tiny\.onnx.*no ONNX model.*fresh copy"):
        Painter(path)


@pytest.mark.parametrize("kept", [0.05, 0.3, 0.6, 0.9, 0.999])
def test_a_model_cut_short_is_refused(tmp_path: Path, kept: float):
    path = write_painter(tmp_path / "tiny.onnx")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(ModelError, match=r"tiny\.onnx"):
        Painter(path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"about": ""}, "no livestyle card"),
        ({"about": "garbage"}, "card is not JSON"),
        ({"about": "[" * 50_000}, "card is not JSON"),
        ({"about": '{"version": 7}'}, "version 7"),
        ({"kind": TensorProto.FLOAT}, r"pastiche tensor\(float\)"),
        (
            {"kind": TensorProto.FLOAT, "content": (1, 3, "h", "w")},
            r"content tensor\(float\)",
        ),
        ({"names": ("input1", "style", "output1")}, "input1 tensor"),
        ({"content": (480, 640, 3)}, r"one size only \(640x480\)"),
        ({"content": (1, "height", "width", 3)}, "other inputs and outputs"),
        ({"dim": 3}, "length 3, its card's embeddings 2"),
        ({"cut_rows": 1}, r"gives \(32, 39, 3\)"),
    ],
)
def test_a_model_of_another_contract_is_refused(
    tmp_path: Path, options: dict[str, Any], message: str
):
    path = write_painter(tmp_path / "tiny.onnx", **options)
    with pytest.raises(ModelError, match=message) as caught:
        Painter(path)
    assert "tiny.onnx" in caught.value.message
    assert re.search("[Ee]xport|Update livestyle", caught.value.hint)


@pytest.mark.parametrize("text", [b"The Negative", b"pastiche", b"livestyle.card"])
def test_a_model_whose_words_are_no_text_is_refused(tmp_path: Path, text: bytes):
    path = write_painter(tmp_path / "tiny.onnx")
    path.write_bytes(path.read_bytes().replace(text, b"\xff\xfe" + text[2:]))
    with pytest.raises(ModelError, match="not text"):
        Painter(path)


@pytest.mark.parametrize("named", ["relative", "nested", "absolute", "above"])
def test_a_model_cannot_make_us_read_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    secret = (tmp_path if named == "above" else home) / "secret.bin"
    secret.write_bytes(np.float32([0.0, -0.5, -0.75]).tobytes())
    location = {
        "relative": "secret.bin",
        "nested": "./secret.bin",
        "absolute": str(secret),
        "above": "../secret.bin",
    }[named]
    path = write_painter(home / "tiny.onnx", outside=location)
    with pytest.raises(ModelError, match="External data path"):
        Painter(path)
