import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.app import App
from livestyle.cli import main
from livestyle.overlay import status_line
from livestyle.settings import Settings
from tests.livestyle.refusal import Captured, refusal
from tests.livestyle.tiny_painter import write_painter, write_variant


@pytest.fixture
def pair(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A slow painter with a quick variant beside it, and an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    path = write_painter(home / "tiny.onnx", products=1)
    write_variant(path)
    return path


def test_a_run_tells_the_precision_and_writes_it_among_its_figures(
    pair: Path, home: Path, capsys: Captured
):
    words = "--source demo --size 160x120 --no-window --for 0.3 --provider cpu"
    for taken, more in (("int8", []), ("float32", ["--precision", "float32"])):
        told = ["--model", str(pair), "--stats", "s.json", *more]
        assert main([*words.split(), *told]) == 0
        stats = json.loads((home / "s.json").read_text())
        assert (stats["provider"], stats["precision"]) == ("cpu", taken)
        err = capsys.readouterr().err
        assert ("painting on CPU int8 (ms a frame: float32 " in err) == (not more)


def test_the_status_line_shows_the_precision(pair: Path, settings: Settings):
    for precision, label in (("int8", "  CPU int8  "), ("float32", "  CPU  ")):
        app = App(
            Settings(
                source="demo",
                size=(160, 120),
                model=pair,
                window=False,
                provider="cpu",
                precision=precision,
            ),
            print,
        )
        assert label in status_line(app.teller.status())
        app.source.close()


def test_pictures_are_painted_in_the_precision_that_was_asked_for(
    pair: Path, home: Path, capsys: Captured
):
    picture = np.full((40, 40, 3), 200, np.uint8)
    assert cv2.imwrite(str(home / "a.png"), picture)
    words = ["image", "a.png", "--style", "negative", "--model", str(pair)]
    assert main([*words, "-o", "out", "--precision", "int8"]) == 0
    assert "painting on CPU int8" in capsys.readouterr().err
    assert (cv2.imread("out/negative/a.png") == 55).all()
    said = refusal(capsys, *words, "-o", "more", "--precision", "float16")
    assert "tiny.float16.onnx of precision float16" in said
    assert "training variants tiny.onnx" in said


def test_an_unknown_precision_is_refused_with_those_that_there_are(
    pair: Path, capsys: Captured
):
    with pytest.raises(SystemExit):
        main(["--precision", "int4"])
    assert "auto, float32, float16 or int8" in capsys.readouterr().err


def test_styles_tells_what_a_painter_can_compute_in(pair: Path, capsys: Captured):
    assert main(["styles", "--model", str(pair)]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert err.splitlines()[0] == "livestyle: tiny comes in float32, int8"

    words = "--source demo --size 160x120 --no-window --for 0.1 --provider cpu"
    assert main([*words.split(), "--model", str(pair)]) == 0
    capsys.readouterr()
    assert main(["styles", "--model", str(pair)]) == 0
    err = capsys.readouterr().err
    assert "float32, int8; on this CPU int8 is taken (ms a frame: float32 " in err

    assert main(["styles", "--json", "--model", str(pair)]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)[0]["precisions"] == ["float32", "int8"]
    assert err == ""


def test_styles_tells_of_a_file_that_is_no_variant(pair: Path, capsys: Captured):
    pair.with_name("tiny.int8.onnx").write_bytes(b"garbage")
    assert main(["styles", "--model", str(pair)]) == 0
    assert "tiny.int8.onnx is left alone: " in capsys.readouterr().err
