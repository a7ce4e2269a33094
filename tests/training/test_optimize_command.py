import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from tests.training.studio import photograph, stripes, write_picture
from training.cli import main

ROOT = Path(__file__).parents[2]
ENVIRON = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
LAYERS = ("--content-layers", "relu2_1", "--style-layers", "conv1_1", "conv2_1=0.5")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a photograph, two paintings and two masks."""
    write_picture(tmp_path / "face.png", photograph(0, 48, 64))
    for i in range(2):
        write_picture(tmp_path / f"stripes{i}.png", stripes(i))
        mask = np.zeros((48, 64, 3), np.uint8)
        mask[:, 32 * i : 32 * i + 32] = 255
        write_picture(tmp_path / f"mask{i}.png", mask)
    return tmp_path


def optimize(desk: Path, vgg: Path, *more: object) -> list[str]:
    return [
        *("optimize", str(desk / "face.png"), str(desk / "stripes0.png")),
        *("-o", str(desk / "out" / "painted.png"), "--vgg-weights", str(vgg)),
        *("--device", "cpu", *LAYERS, *map(str, more)),
    ]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def test_from_two_pictures_to_one(
    desk: Path, vgg_file: Path, capsys: pytest.CaptureFixture[str]
):
    film = desk / "out" / "film.mp4"
    sizes = ("--size", 44, "64x48", "--steps", 3, 2, "--film", film)
    assert main(optimize(desk, vgg_file, *sizes)) == 0
    said = capsys.readouterr()
    assert "painted.png: 64x48, after 2 of 2 steps at this size" in said.out
    assert "peak memory:" in said.out
    for shown in ("content", "style", "tv", "total"):
        assert shown in said.err
    painted = cv2.imread(str(desk / "out" / "painted.png"))
    assert painted.shape == (48, 64, 3)
    assert names(desk / "out") == {"painted.png", "painted_losses.png", "film.mp4"}
    with av.open(str(film)) as movie:
        assert len(list(movie.decode(video=0))) == 4 + 3


def test_paintings_with_shares_and_masks(desk: Path, vgg_file: Path):
    arguments = optimize(desk, vgg_file, "--size", 44, "--steps", 2)
    arguments.insert(3, str(desk / "stripes1.png"))
    masks = ("--masks", str(desk / "mask0.png"), str(desk / "mask1.png"))
    assert main([*arguments, *masks, "--style-shares", "1", "2"]) == 0
    assert (desk / "out" / "painted.png").is_file()


@pytest.mark.parametrize("how", ["luminance", "moments", "histogram"])
def test_colours_are_kept_on_request(how: str, desk: Path, vgg_file: Path):
    more = ("--size", 48, "--steps", 2, "--keep-colours", how, "--optimizer", "adam")
    assert main(optimize(desk, vgg_file, *more)) == 0


@pytest.mark.parametrize(
    ("more", "advice"),
    [
        (("--size", "huge"), "'huge' is not a size. Write 512"),
        (("--size", "64x48", "64x64"), "have different shapes"),
        (("--style-layers", "relu7_1"), "no layer relu7_1. Its layers are conv1_1"),
        (("--masks", "a.png", "b.png"), "--masks has 2 values for 1 paintings"),
        (("--start", "middle"), "There are content, noise, style"),
        (("--size", "8192x6144"), "8192x6144 does not fit into memory"),
        (("--vgg-weights", "none.pth"), "there are no VGG weights at none.pth"),
        (("--film", "film.gif"), "movies of the kind '.gif' are not written"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_no_file(
    more: tuple[str, ...],
    advice: str,
    desk: Path,
    vgg_file: Path,
    capsys: pytest.CaptureFixture[str],
):
    assert main(optimize(desk, vgg_file, *more)) == 1
    said = capsys.readouterr().err
    assert advice in said
    assert "Traceback" not in said
    assert names(desk / "out") == set()


def test_a_broken_picture_is_one_sentence(
    desk: Path, vgg_file: Path, capsys: pytest.CaptureFixture[str]
):
    (desk / "face.png").write_bytes((desk / "face.png").read_bytes()[:200])
    assert main(optimize(desk, vgg_file)) == 1
    assert "face.png' is broken" in capsys.readouterr().err


def test_nothing_is_overwritten_unless_asked(
    desk: Path, vgg_file: Path, capsys: pytest.CaptureFixture[str]
):
    taken = desk / "out" / "painted.png"
    write_picture(taken, stripes(0))
    before = taken.read_bytes()
    quick = ("--size", 44, "--steps", 1)
    assert main(optimize(desk, vgg_file, *quick)) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert taken.read_bytes() == before
    assert main(optimize(desk, vgg_file, *quick, "--overwrite")) == 0
    assert taken.read_bytes() != before


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_ctrl_c_keeps_what_there_is(desk: Path, vgg_file: Path):
    film = ("--film", desk / "out" / "film.mp4")
    arguments = optimize(
        desk, vgg_file, "--steps", 100_000, "--preview-every", 1, *film
    )
    command = [sys.executable, "-m", "training", *arguments]
    process = subprocess.Popen(
        command, cwd=ROOT, env=ENVIRON, stderr=subprocess.PIPE, text=True
    )
    preview, until = desk / "out" / "painted_preview.png", time.monotonic() + 60
    while not preview.exists() and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    first = preview.read_bytes()
    while preview.read_bytes() == first:
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert "training: stopped" in said
    assert names(desk / "out") == {"painted.png", "painted_losses.png", "film.mp4"}
    assert cv2.imread(str(desk / "out" / "painted.png")).shape[1] == 256
    with av.open(str(desk / "out" / "film.mp4")) as movie:
        assert len(list(movie.decode(video=0))) >= 2


def reconstruct(desk: Path, vgg: Path, kind: str, *more: object) -> list[str]:
    return [
        *("reconstruct", kind, str(desk / "face.png"), "--size", "48", "--steps", "2"),
        *("-o", str(desk / "seen.png"), "--vgg-weights", str(vgg), "--device", "cpu"),
        *map(str, more),
    ]


def test_one_layer_is_a_picture(desk: Path, vgg_file: Path):
    assert main(reconstruct(desk, vgg_file, "content", "--layer", "relu2_1")) == 0
    assert cv2.imread(str(desk / "seen.png")).shape == (36, 48, 3)


def test_several_layers_are_a_sheet(
    desk: Path, vgg_file: Path, capsys: pytest.CaptureFixture[str]
):
    layers = ("--layer", "relu1_1", "relu1_2", "--with-shallower")
    assert main(reconstruct(desk, vgg_file, "style", *layers)) == 0
    assert "seen.png: relu1_1, relu1_2" in capsys.readouterr().out
    assert cv2.imread(str(desk / "seen.png")).shape == (36 + 24, 96, 3)


def test_unknown_layers_list_the_layers(
    desk: Path, vgg_file: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(reconstruct(desk, vgg_file, "style", "--layer", "relu6_1")) == 1
    assert (
        "no layer relu6_1. Its layers are conv1_1, relu1_1" in capsys.readouterr().err
    )
    assert not (desk / "seen.png").exists()


def test_help_names_every_default(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["optimize", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    for part in ("(256 512)", "relu4_2", "conv1_1 conv2_1", "(lbfgs)", "(johnson)"):
        assert part in said
