from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from livestyle.errors import OutputError, PictureError, UnknownStyleError
from livestyle.frame import Pixels
from livestyle.gallery import paint_pictures
from livestyle.model import Painter
from tests.livestyle.tiny_painter import painted, write_painter


@pytest.fixture(scope="module")
def painter(tmp_path_factory: pytest.TempPathFactory) -> Painter:
    path = tmp_path_factory.mktemp("painter") / "tiny.onnx"
    return Painter(write_painter(path))


def picture(path: Path, width: int = 48, height: int = 36) -> Pixels:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    path.parent.mkdir(exist_ok=True)
    assert cv2.imwrite(str(path), pixels)
    return pixels


def test_every_picture_in_every_style_has_its_place(tmp_path: Path, painter: Painter):
    out = tmp_path / "out"
    odd = picture(tmp_path / "odd.png", 47, 33)
    even = picture(tmp_path / "even.png")
    sources = [tmp_path / "odd.png", tmp_path / "even.png"]
    written = list(paint_pictures(painter, sources, painter.names, out))
    assert sorted(written) == [
        out / "negative" / "even.png",
        out / "negative" / "odd.png",
        out / "tinted" / "even.png",
        out / "tinted" / "odd.png",
    ]
    assert (cv2.imread(str(out / "negative" / "odd.png")) == 255 - odd).all()
    tinted = cv2.imread(str(out / "tinted" / "even.png"))
    assert (tinted == painted(even, (0, 1))).all()
    assert sorted(p for p in out.rglob("*") if p.is_file()) == sorted(written)


def test_at_strength_0_the_picture_comes_back(tmp_path: Path, painter: Painter):
    pixels = picture(tmp_path / "a.png")
    (path,) = paint_pictures(
        painter, [tmp_path / "a.png"], ["negative"], tmp_path, strength=0.0
    )
    assert (cv2.imread(str(path)) == pixels).all()


def test_two_pictures_of_one_stem_are_refused_before_anything_is_painted(
    tmp_path: Path, painter: Painter
):
    picture(tmp_path / "one" / "a.png")
    picture(tmp_path / "two" / "a.jpg")
    sources = [tmp_path / "one" / "a.png", tmp_path / "two" / "a.jpg"]
    with pytest.raises(OutputError, match=r"would both become a\.png.*different fold"):
        list(paint_pictures(painter, sources, ["negative"], tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_picture_named_twice_is_painted_once(tmp_path: Path, painter: Painter):
    picture(tmp_path / "a.png")
    sources = [tmp_path / "a.png", tmp_path / "." / "a.png"]
    written = list(paint_pictures(painter, sources, ["negative"], tmp_path / "out"))
    assert written == [tmp_path / "out" / "negative" / "a.png"]


def test_what_is_there_stays_unless_it_may_be_replaced(
    tmp_path: Path, painter: Painter
):
    for name in ("a.png", "b.png"):
        picture(tmp_path / name)
    sources = [tmp_path / "a.png", tmp_path / "b.png"]
    taken = tmp_path / "out" / "tinted" / "b.png"
    taken.parent.mkdir(parents=True)
    taken.write_text("precious")
    with pytest.raises(OutputError, match=r"b\.png is there already.*--overwrite"):
        list(paint_pictures(painter, sources, painter.names, tmp_path / "out"))
    assert taken.read_text() == "precious"
    assert not (tmp_path / "out" / "negative").exists()
    list(
        paint_pictures(
            painter, sources, painter.names, tmp_path / "out", overwrite=True
        )
    )
    assert cv2.imread(str(taken)) is not None


def test_an_unknown_style_is_known_before_anything_is_painted(
    tmp_path: Path, painter: Painter
):
    picture(tmp_path / "a.png")
    with pytest.raises(UnknownStyleError, match="negative"):
        list(paint_pictures(painter, [tmp_path / "a.png"], ["negativ"], tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_broken_picture_is_named_and_those_before_it_stay(
    tmp_path: Path, painter: Painter
):
    picture(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes()[:400])
    sources = [tmp_path / "a.png", tmp_path / "b.png"]
    with pytest.raises(PictureError, match=r"b\.png"):
        list(paint_pictures(painter, sources, ["negative"], tmp_path / "out"))
    assert (tmp_path / "out" / "negative" / "a.png").exists()
    assert not (tmp_path / "out" / "negative" / "b.png").exists()


@pytest.mark.parametrize("size_wh", [(1, 1), (20_000, 20_000), (20_000, 40)])
def test_a_picture_of_an_impossible_size_is_named(
    tmp_path: Path, painter: Painter, size_wh: tuple[int, int]
):
    path = tmp_path / "huge.png"
    Image.new("1", size_wh).save(path)
    with pytest.raises(PictureError, match=rf"huge\.png.*{size_wh[0]}x{size_wh[1]}"):
        list(paint_pictures(painter, [path], ["negative"], tmp_path / "out"))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, painter: Painter):
    picture(tmp_path / "a.png")
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="cannot write"):
        list(
            paint_pictures(
                painter, [tmp_path / "a.png"], ["negative"], tmp_path / "out"
            )
        )
