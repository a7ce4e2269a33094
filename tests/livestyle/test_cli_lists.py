import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from livestyle.cli import main
from livestyle.commands import plain
from tests.livestyle import program
from tests.livestyle.refusal import Captured, refusal
from tests.livestyle.tiny_painter import card, write_painter

pytestmark = pytest.mark.usefixtures("home")


def test_styles_are_listed_for_people(model: Path, capsys: Captured):
    assert main(["styles", "--model", str(model)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        " 1  negative  The Negative, A. Painter, 1888",
        " 2  tinted    The Tinted, A. Painter, 1888",
    ]


def test_what_a_card_does_not_tell_leaves_no_commas(tmp_path: Path, capsys: Captured):
    whole = card(("negative",))
    untold = replace(whole.styles[0], artist="", year="")
    path = write_painter(tmp_path / "untold.onnx", replace(whole, styles=(untold,)))
    assert main(["styles", "--model", str(path)]) == 0
    assert capsys.readouterr().out == " 1  negative  The Negative\n"


def test_styles_are_listed_for_programs(model: Path, capsys: Captured):
    assert main(["styles", "--json", "--model", str(model)]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == ["negative", "tinted"]
    first = card().styles[0]
    assert rows[0] == {
        "name": first.name,
        "title": first.title,
        "artist": first.artist,
        "year": first.year,
        "licence": first.licence,
        "source": first.source,
        "model": "tiny",
        "precisions": ["float32"],
    }


def test_the_styles_of_a_model_that_is_none_are_an_error(home: Path, capsys: Captured):
    (home / "a.onnx").write_text("garbage")
    assert "no ONNX model" in refusal(capsys, "styles", "--model", "a.onnx")


def test_a_reader_that_goes_away_is_no_error_with_a_traceback(home: Path, model: Path):
    reading, writing = os.pipe()
    os.close(reading)
    environ = program.environ()
    environ.pop("PYTHONUNBUFFERED", None)  # as people have it: written at the end
    done = subprocess.run(
        program.command("styles", "--json", "--model", model),
        cwd=home,
        env=environ,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    os.close(writing)
    assert done.stderr == ""


def test_the_keys_are_listed(capsys: Captured):
    assert main(["keys"]) == 0
    assert capsys.readouterr().out.strip() == plain().strip()
