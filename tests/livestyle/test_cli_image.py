import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from livestyle.cli import main
from livestyle.frame import Pixels
from tests.livestyle.refusal import Captured, refusal
from tests.livestyle.tiny_painter import painted

pytestmark = pytest.mark.usefixtures("home")


def picture(path: Path, width: int = 48, height: int = 36) -> Pixels:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    path.parent.mkdir(exist_ok=True)
    assert cv2.imwrite(str(path), pixels)
    return pixels


def test_image_puts_every_picture_in_every_style_in_its_place(
    home: Path, model: Path, capsys: Captured
):
    odd, even = picture(home / "odd.png", 47, 33), picture(home / "even.jpg")
    words = ["odd.png", "even.jpg", "--style", "all", "-o", "out"]
    assert main(["image", *words, "--model", str(model)]) == 0
    paths = [Path("out") / s / p for p in ("odd.png", "even.png") for s in STYLES]
    assert capsys.readouterr().out.split() == [str(path) for path in paths]
    assert (cv2.imread("out/negative/odd.png") == 255 - odd).all()
    assert (cv2.imread("out/tinted/odd.png") == painted(odd, (0, 1))).all()
    assert cv2.imread("out/tinted/even.png").shape == even.shape


STYLES = ("negative", "tinted")


def test_image_takes_a_strength(home: Path, model: Path):
    pixels = picture(home / "a.png")
    words = "image a.png --style negative --strength 0 -o out --model"
    assert main([*words.split(), str(model)]) == 0
    assert (cv2.imread("out/negative/a.png") == pixels).all()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("a.png b/a.png --style all", r"both become a\.png.*different folders"),
        ("a.png --style negativ", r"Did you mean: negative\?"),
        ("gone.png --style all", r"picture 'gone\.png' is not there"),
        ("b --style all", "is a folder"),
        ("cut.png --style all", r"cut\.png"),
        ("text.png --style all", r"'text\.png' is not a picture"),
        ("dot.png --style all", r"'dot\.png' is too small: 1x1"),
        ("huge.png --style all", r"'huge\.png' is too large: 20000x20000"),
        ("done.png --style all", r"done\.png is there already.*--overwrite"),
        ("a.png --style all -o a.png", "cannot write"),
        ("a.png --style all --model gone.onnx", "no model gone"),
    ],
)
def test_image_says_in_one_sentence_what_is_wrong(
    home: Path, model: Path, capsys: Captured, words: str, message: str
):
    for name in ("a.png", "b/a.png", "done.png"):
        picture(home / name)
    (home / "cut.png").write_bytes((home / "a.png").read_bytes()[:300])
    (home / "text.png").write_text("hello")
    Image.new("1", (1, 1)).save(home / "dot.png")
    if "huge" in words:
        Image.new("1", (20_000, 20_000)).save(home / "huge.png")
    (home / "out" / "tinted").mkdir(parents=True)
    (home / "out" / "tinted" / "done.png").write_text("precious")
    options = ["-o", "out", "--model", str(model), *words.split()]
    assert re.search(message, refusal(capsys, "image", *options))
    assert (home / "out" / "tinted" / "done.png").read_text() == "precious"


def test_image_replaces_only_when_told_to(home: Path, model: Path):
    pixels = picture(home / "a.png")
    words = ["image", "a.png", "--style", "negative", "-o", "out", "--model"]
    assert [main([*words, str(model)]) for _ in range(2)] == [0, 1]
    assert main([*words, str(model), "--overwrite"]) == 0
    assert (cv2.imread("out/negative/a.png") == 255 - pixels).all()
