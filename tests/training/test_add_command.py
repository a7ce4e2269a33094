from pathlib import Path

import numpy as np
import pytest

from livestyle.model import Painter as Runtime
from tests.livestyle.tiny_painter import write_painter
from tests.training.studio import (
    photograph,
    stripes,
    tiny_recipe,
    write_picture,
    write_recipe,
)
from training.checkpoint import FILE, Checkpoint
from training.cli import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def into(painter_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A painter in a folder of its own, which the program runs in."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine" / "tiny.onnx"
    path.parent.mkdir()
    path.write_bytes(painter_file.read_bytes())
    return path


@pytest.fixture
def arguments(into: Path, studio: Path, vgg_file: Path, tmp_path: Path) -> list[str]:
    recipe = write_recipe(tmp_path / "tiny.toml", tiny_recipe())
    painting = write_picture(tmp_path / "My Own.png", stripes(5))
    places = {
        "--data": studio / "photos",
        "--vgg-weights": vgg_file,
        "--add": painting,
        "--into": into,
    }
    flags = [str(word) for pair in places.items() for word in pair]
    plain = ["--device", "cpu", "--precision", "float32", "--workers", "0"]
    return ["fit", str(recipe), *flags, *plain]


def test_a_painting_gets_into_a_new_file_beside_the_painter(
    arguments: list[str], into: Path, capsys: Captured
):
    before = into.read_bytes()
    words = ["--title", "Mine", "--artist", "Me", "--year", "2026", "--licence", "CC0"]
    assert main([*arguments, *words, "--source", "My wall", "--steps", "2"]) == 0
    output = into.with_name("tiny-my-own.onnx")
    said = capsys.readouterr().out
    assert f"livestyle --model {output} --style my-own" in said
    assert str(Path("runs", "tiny-my-own", "sheet.png")) in said
    assert Path("runs", "tiny-my-own", "sheet.png").is_file()
    assert into.read_bytes() == before
    assert {path.name for path in into.parent.iterdir()} == {into.name, output.name}
    runtime = Runtime(output, provider="cpu")
    assert runtime.names == ("stripes-0", "stripes-1", "my-own")
    style = runtime.card.styles[-1]
    told = (style.title, style.artist, style.year, style.licence, style.source)
    assert told == ("Mine", "Me", "2026", "CC0", "My wall")
    picture = photograph(9, 75, 101)
    tiles = [runtime.paint(picture, runtime.embedding(n)) for n in runtime.names]
    assert not np.array_equal(tiles[2], tiles[0])


def test_after_ctrl_c_resume_makes_the_file_and_it_never_replaces_another(
    arguments: list[str],
    into: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
):
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("training.commands.fitting._told", interrupted)
        assert main([*arguments, "--steps", "2"]) == 130
    assert capsys.readouterr().err.endswith("stopped; go on with --resume\n")
    assert [path.name for path in into.parent.iterdir()] == [into.name]
    out = Path("runs", "tiny-my-own")
    assert Checkpoint.load(out).step == 1
    other = into.with_name("tiny-my-own.onnx")
    other.write_bytes(b"another")
    # Words may be mended, the painting is the same.
    assert main([*arguments, "--resume", "--steps", "2", "--title", "Better"]) == 0
    assert Checkpoint.load(out).step == 2
    assert other.read_bytes() == b"another"
    made = Runtime(into.with_name("tiny-my-own-2.onnx"), provider="cpu")
    assert made.card.styles[-1].title == "Better"


def test_two_paintings_at_once_and_a_place_of_ones_own(
    arguments: list[str], tmp_path: Path
):
    second = write_picture(tmp_path / "second.png", stripes(6))
    output = tmp_path / "both.onnx"
    more = ["--add", str(second), "--name", "first", "--name", "other"]
    place = ["-o", str(output), "--out", str(tmp_path / "run"), "--steps", "1"]
    assert main([*arguments, *more, *place]) == 0
    names = Runtime(output, provider="cpu").names
    assert names == ("stripes-0", "stripes-1", "first", "other")
    assert (tmp_path / "run" / FILE).is_file()


def test_errors_are_one_sentence_and_nothing_is_written(
    arguments: list[str], into: Path, tmp_path: Path, capsys: Captured
):
    text = tmp_path / "text.png"
    text.write_text("no picture")
    small = write_picture(tmp_path / "small.png", stripes(1)[:50])
    foreign = write_painter(tmp_path / "foreign.onnx")
    before = set(tmp_path.rglob("*"))
    for more, advice in (
        (["--add", str(text), "--name", "a", "--name", "b"], "is not a picture"),
        (["--add", str(small), "--name", "a", "--name", "b"], "Each side needs"),
        (["--name", "stripes-0"], "Give the painting another name with --name."),
        (["--name", "My Style"], "Take lower case words"),
        (["--name", "a", "--name", "b"], "Give one --name for each --add"),
        (["--title", "\x1b[2J"], "Mend --title"),
        (["--into", str(tmp_path / "no.onnx")], "there is no model"),
        (["--into", "nothing"], "Give an .onnx file, or one of large, small"),
        (["--into", str(text)], "no ONNX model that can be run"),
        (["--into", str(foreign)], "Known are swift, brisk"),
        (["--data", str(tmp_path / "no")], "Give a folder of photographs."),
        (["-o", str(tmp_path / "no" / "x.onnx")], "Make the folder or choose another"),
        (["-o", str(into)], "Nothing is overwritten"),
        (["--resume"], "Start with 'fit' first."),
        (["--steps", "0"], "Take 1 or more."),
    ):
        assert main([*arguments, *more]) == 1, more
        lines = capsys.readouterr().err.strip().splitlines()
        said = [line for line in lines if line.startswith("training: ")]
        assert len(said) == 1, lines
        assert advice in said[0]
        assert "Traceback" not in "".join(lines)
    assert set(tmp_path.rglob("*")) == before


def test_a_run_of_other_paintings_is_not_gone_on_with(
    arguments: list[str], tmp_path: Path, capsys: Captured
):
    run = ["--out", str(tmp_path / "run"), "--steps", "1"]
    assert main([*arguments, *run]) == 0
    other = write_picture(tmp_path / "other.png", stripes(6))
    changed = [str(other) if "My Own" in word else word for word in arguments]
    assert main([*changed, *run, "--resume"]) == 1
    assert "was begun with other paintings" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["first-light"], "required: --styles"),
        ([], "required: RECIPE, --styles"),
        (["--add", "a.png"], "--add needs a painter: --into"),
        (["--add", "a", "--into", "b", "--styles", "."], "--styles is for a RECIPE"),
        (["first-light", "--styles", ".", "--into", "a"], "--into goes with --add"),
        (["first-light", "--styles", ".", "--year", "1"], "--year goes with --add"),
    ],
)
def test_options_that_do_not_go_together_are_refused_with_the_usage(
    words: list[str], said: str, capsys: Captured
):
    with pytest.raises(SystemExit) as caught:
        main(["fit", "--data", ".", *words])
    assert caught.value.code == 2
    assert said in capsys.readouterr().err


def test_a_painter_that_comes_along_is_not_written_beside(into: Path, tmp_path: Path):
    from livestyle.bank import find
    from training.commands.add import _folder

    assert _folder("small", find("small")) == Path()
    assert _folder(str(into), find(into)) == into.parent


@pytest.mark.weights
def test_a_real_painting_is_near_to_the_shipped_ones_after_some_steps(
    real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    places = {
        "--data": real_data / "photos",
        "--vgg-weights": real_data / "vgg" / "vgg19.safetensors",
        "--add": real_data / "styles" / "irises_van_gogh.jpg",
        "--into": "small",
    }
    flags = [str(word) for pair in places.items() for word in pair]
    assert main(["fit", *flags, "--steps", "50", "--workers", "0"]) == 0
    made = Runtime(tmp_path / "small-irises-van-gogh.onnx", provider="cpu")
    assert made.names[-1] == "irises-van-gogh"
    terms = Checkpoint.load(tmp_path / "runs" / "small-irises-van-gogh").terms
    assert terms["style"] < 0.4
