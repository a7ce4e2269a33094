"""Painters of one's own folder, for every command that takes a style."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.cli import main
from livestyle.places import styles_folder
from tests.livestyle.refusal import Captured, refusal
from tests.livestyle.zoo_painter import negative_but_red, write_zoo

pytestmark = pytest.mark.usefixtures("home")

PICTURE = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The usual folder, with a painter and a broken file in it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    folder = tmp_path / "data" / "livestyle" / "styles"
    assert styles_folder() == folder
    folder.mkdir(parents=True)
    write_zoo(folder / "mosaic-9.onnx")
    (folder / "broken.onnx").write_bytes(b"hello")
    return folder


def test_styles_of_the_folder_are_listed_behind_the_others(
    model: Path, folder: Path, capsys: Captured
):
    assert main(["styles", "--model", str(model)]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[2] == " 3  mosaic    Mosaic"
    assert len(out.splitlines()) == 3
    assert "livestyle: broken.onnx is left out: " in err
    assert f"livestyle: painters of your own go into {folder}\n" in err
    assert main(["styles", "--json", "--model", str(model)]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == ["negative", "tinted", "mosaic"]
    assert rows[2]["model"] == "mosaic"
    assert rows[2]["source"] == "mosaic-9.onnx"


def test_another_folder_can_be_named(
    model: Path, folder: Path, tmp_path: Path, capsys: Captured
):
    (tmp_path / "mine").mkdir()
    write_zoo(tmp_path / "mine" / "candy.onnx")
    words = ["styles", "--model", str(model), "--styles-folder", "mine"]
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert " 3  candy     Candy" in out
    assert "mosaic" not in out
    assert err == "livestyle: painters of your own go into mine\n"


def test_pictures_are_painted_in_a_style_of_the_folder(
    model: Path, folder: Path, tmp_path: Path, capsys: Captured
):
    cv2.imwrite("in.png", PICTURE)
    words = ["image", "in.png", "--model", str(model), "-o", "out", "--style"]
    assert main([*words, "mosaic"]) == 0
    painted = cv2.imread("out/mosaic/in.png")
    assert (painted == negative_but_red(PICTURE)).all()
    capsys.readouterr()
    (folder / "broken.onnx").unlink()
    told = refusal(capsys, *words, "mosiac")
    assert "no style 'mosiac'. Did you mean: mosaic?" in told


def test_a_run_begins_with_a_style_of_the_folder(model: Path, folder: Path):
    words = "--source demo --size 160x120 --no-window --for 0.4 --stats s.json --model"
    assert main([*words.split(), str(model), "--style", "mosaic"]) == 0
    stats = json.loads(Path("s.json").read_text())
    assert stats["style"] == stats["model"] == "mosaic"
    assert stats["frames_shown"] > 0
