import argparse
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.training.studio import (
    photograph,
    tiny_recipe,
    write_picture,
    write_recipe,
)
from training.checkpoint import Checkpoint
from training.cli import main
from training.commands.fitting import parse_duration

ROOT = Path(__file__).parents[2]
ENVIRON = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def recipe_file(tmp_path: Path) -> Path:
    return write_recipe(tmp_path / "tiny.toml", tiny_recipe(steps=3))


def fit_arguments(recipe: Path, studio: Path, vgg: Path, out: Path) -> list[str]:
    folders = {
        "--data": studio / "photos",
        "--styles": studio / "paintings",
        "--vgg-weights": vgg,
        "--out": out,
    }
    flags = [text for pair in folders.items() for text in map(str, pair)]
    return [
        *("fit", str(recipe), *flags),
        *("--device", "cpu", "--precision", "float32", "--workers", "0"),
    ]


def run(module: str, arguments: Sequence[object]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        env=ENVIRON,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_from_photographs_and_paintings_to_a_painted_picture(
    recipe_file: Path,
    studio: Path,
    vgg_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
):
    out, onnx = tmp_path / "run", tmp_path / "models" / "tiny.onnx"
    assert main(fit_arguments(recipe_file, studio, vgg_file, out)) == 0
    fitted = capsys.readouterr()
    assert str(out / "checkpoint.pt") in fitted.out
    assert f"python -m training export {out}" in fitted.out
    assert re.search(r"waited for data \d+\.\d % of the time", fitted.out)
    for shown in ("step 3", "images/s", "waiting", "content", "style", "tv", "total"):
        assert shown in fitted.err
    assert (out / "sheet.png").is_file()

    exported = run("training", ["export", out, "-o", onnx])
    assert exported.returncode == 0, exported.stderr
    assert "agree to 2 of 255 levels" in exported.stdout
    assert exported.stderr == ""

    picture = write_picture(tmp_path / "face.png", photograph(9, 75, 101))
    arguments = ["image", picture, "-o", tmp_path / "painted", "--model", onnx]
    painted = run("livestyle", [*arguments, "--style", "all"])
    assert painted.returncode == 0, painted.stderr
    tiles = [
        cv2.imread(str(tmp_path / "painted" / f"stripes-{i}" / "face.png"))
        for i in range(2)
    ]
    assert all(t is not None and t.shape == (75, 101, 3) for t in tiles)
    assert not np.array_equal(*tiles)


def test_ctrl_c_ends_in_a_sentence_and_resume_goes_on(
    recipe_file: Path, studio: Path, vgg_file: Path, tmp_path: Path
):
    out = tmp_path / "run"
    arguments = fit_arguments(recipe_file, studio, vgg_file, out)
    command = [sys.executable, "-m", "training", *arguments]
    with subprocess.Popen(
        [*command, "--workers", "1", "--steps", "100000"],
        cwd=ROOT,
        env=ENVIRON,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # A group of its own: Ctrl-C reaches the workers as well.
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        said = b""
        while b"step 2" not in said and (more := process.stderr.read1()):
            said += more
        os.killpg(process.pid, signal.SIGINT)
        said += process.stderr.read()
        assert process.wait(60) == 130, said.decode()
    assert said.decode().endswith("training: stopped; go on with --resume\n")
    assert b"Traceback" not in said, said.decode()
    step = Checkpoint.load(out).step
    assert step >= 2
    assert main([*arguments, "--resume", "--steps", str(step + 1)]) == 0
    assert Checkpoint.load(out).step == step + 1


def test_resume_goes_by_the_recipe_that_was_begun(
    recipe_file: Path, studio: Path, vgg_file: Path, tmp_path: Path
):
    arguments = fit_arguments(recipe_file, studio, vgg_file, tmp_path / "run")
    assert main([*arguments, "--steps", "1"]) == 0
    text = recipe_file.read_text("utf-8").replace("dim = 8", "dim = 16")
    recipe_file.write_text(text.replace("steps = 3", "steps = 9"), "utf-8")
    assert main([*arguments, "--resume", "--steps", "2"]) == 0
    found = Checkpoint.load(tmp_path / "run")
    assert (found.recipe.dim, found.recipe.steps, found.step) == (8, 2, 2)


def test_errors_are_one_sentence_and_status_1(
    recipe_file: Path,
    studio: Path,
    vgg_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
):
    good = fit_arguments(recipe_file, studio, vgg_file, tmp_path / "run")
    empty = tmp_path / "empty"
    empty.mkdir()
    for arguments, advice in (
        ([*good, "--data", str(tmp_path / "no")], "Give a folder of photographs."),
        ([*good, "--data", str(empty)], "files."),
        ([*good, "--styles", str(empty)], "Give the folder of paintings"),
        ([*good, "--vgg-weights", str(tmp_path / "no.pth")], "Check --vgg-weights."),
        ([*good, "--steps", "0"], "Take 1 or more."),
        ([*good, "--precision", "int3"], "Use auto, float32 or bfloat16."),
        ([*good, "--decode", "gpu"], "Use auto, cpu, cuda."),
        ([*good, "--resume"], "Start with 'fit' first."),
        (["fit", "nothing", *good[2:]], "or one of first-light"),
        (["export", str(empty), "-o", str(tmp_path / "x.onnx")], "'fit' first."),
    ):
        assert main(arguments) == 1
        lines = capsys.readouterr().err.strip().splitlines()
        said = [line for line in lines if line.startswith("training: ")]
        assert len(said) == 1
        assert advice in said[0]
        assert "Traceback" not in "".join(lines)
    assert not (tmp_path / "run" / "checkpoint.pt").exists()


def test_an_unreadable_folder_in_worker_processes_is_one_sentence_too(
    recipe_file: Path,
    studio: Path,
    vgg_file: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "text.jpg").write_text("no picture")
    arguments = fit_arguments(recipe_file, studio, vgg_file, tmp_path / "run")
    assert main([*arguments, "--data", str(broken), "--workers", "1"]) == 1
    said = capfd.readouterr().err
    assert "Traceback" not in said
    last = "training: none of the 1 pictures can be read. Check the data folder."
    assert said.strip().splitlines()[-1] == last


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30m", 1800), ("1.5h", 5400), ("1h30m", 5400), ("1h0m5s", 3605)],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: float):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "30", "m", "30 m", "-5m", "1h!", "0s", "5d"])
def test_what_is_no_duration_shows_how_to_write_one(text: str):
    with pytest.raises(argparse.ArgumentTypeError, match=r"write 90s, 30m, 1\.5h"):
        parse_duration(text)


@pytest.mark.parametrize(
    "more",
    [["--time", "soon"], ["--workers", "-1"], ["--steps", "2", "--time", "2m"]],
    ids=lambda more: more[0] + more[1],
)
def test_what_cannot_be_meant_is_refused_with_the_usage(
    more: list[str], capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as caught:
        main(["fit", "first-light", "--data", ".", "--styles", ".", *more])
    assert caught.value.code == 2
    assert "usage: python -m training fit" in capsys.readouterr().err
