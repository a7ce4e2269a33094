import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from livestyle.cli import main
from tests.livestyle import program
from tests.livestyle.probe import probe
from tests.livestyle.program import files_of_at_most, running, wait_for_bytes
from tests.livestyle.refusal import Captured, refusal

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def demo(model: Path) -> list[str]:
    """What makes a short run of the demo without a window."""
    words = "--source demo --size 160x120 --no-window --for 0.4 --model"
    return [*words.split(), str(model)]


def test_a_run_writes_its_figures(demo: list[str], home: Path, capsys: Captured):
    assert main([*demo, "--stats", "s.json", "--style", "tinted"]) == 0
    stats = json.loads((home / "s.json").read_text())
    asked = "frames_captured frames_shown frames_dropped fps latency_ms provider"
    assert {*asked.split(), "seconds", "style"} <= set(stats)
    assert set(stats["latency_ms"]) == {"p50", "p95"}
    assert stats["style"] == "tinted"
    assert "livestyle: painting on " in capsys.readouterr().err


def test_the_word_run_may_be_left_out_or_not(demo: list[str], capsys: Captured):
    assert main(["run", *demo]) == main(demo) == 0


def test_what_was_recorded_is_named_at_the_end(
    demo: list[str], home: Path, capsys: Captured
):
    assert main([*demo, "--record", "a.mp4"]) == 0
    assert capsys.readouterr().out == "saved a.mp4\n"
    assert probe(home / "a.mp4").codec == "h264"


def test_a_provider_that_was_asked_for_by_name_is_not_told_again(
    demo: list[str], capsys: Captured
):
    assert main([*demo, "--provider", "cpu"]) == 0
    assert capsys.readouterr().err == ""


def test_options_come_from_a_file_and_the_command_line_goes_before_it(
    demo: list[str], home: Path, capsys: Captured
):
    (home / "my.toml").write_text('style = "tinted"\nstats = "s.json"')
    assert main([*demo, "--config", "my.toml"]) == 0
    assert json.loads((home / "s.json").read_text())["style"] == "tinted"
    assert main([*demo, "--config", "my.toml", "--style", "negative"]) == 0
    assert json.loads((home / "s.json").read_text())["style"] == "negative"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--model gone.onnx", r"no model gone\.onnx.*Check the path"),
        ("--model nothing", r"no model 'nothing'.*small"),
        ("--model .", r"no model '\.'\. Give an \.onnx file"),
        ("--style negatif", r"no style 'negatif'. Did you mean: negative\?"),
        ("--provider abacus", r"no provider 'abacus'.*auto, cuda"),
        ("--source 9", "camera 9 did not open.*--source demo"),
        ("--source gone.mp4", r"no file 'gone\.mp4'"),
        ("--source ftp://host/a", "no stream that can be opened.*udp"),
        ("--source garbage.mp4", "no video that can be read.*plays elsewhere"),
        ("--record taken.mp4", "already there.*choose another name"),
        ("--record gone/a.mp4", "its folder is not there.*Make the folder"),
        ("--record a.gif", r"'.gif' are not written.*\.mp4"),
        ("--record garbage.mp4/a.mp4", "not a folder"),
        ("--stats gone/s.json", "figures cannot be written.*folder that exists"),
        ("--config gone.toml", r"gone\.toml cannot be read.*--config"),
        ("--config bad.toml", r"bad\.toml has the unknown key 'colour'"),
        ("--window", "display.*--no-window"),
    ],
)
def test_what_is_wrong_ends_in_one_sentence_and_status_1(
    demo: list[str], home: Path, capsys: Captured, words: str, message: str
):
    (home / "taken.mp4").write_text("precious")
    (home / "garbage.mp4").write_bytes(bytes(range(256)) * 40)
    (home / "bad.toml").write_text("colour = 1")
    before = sorted(home.iterdir())
    assert re.search(message, refusal(capsys, *demo, *words.split()))
    assert (home / "taken.mp4").read_text() == "precious"
    assert sorted(home.iterdir()) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such folder")
def test_a_place_where_nothing_can_be_written_is_named(
    demo: list[str], capsys: Captured
):
    said = refusal(capsys, *demo, "--record", "/proc/a.mp4")
    assert "cannot write '/proc/a.mp4'" in said


def test_a_full_disk_ends_in_one_sentence_and_what_there_is_plays(
    demo: list[str], home: Path, capsys: Captured
):
    longer = ["--size", "320x240", "--for", "120", "--record", "a.mp4"]
    with files_of_at_most(150_000):
        said = refusal(capsys, *demo, *longer)
    assert "cannot write 'a.mp4': files may not grow larger" in said
    assert probe(home / "a.mp4").frames > 5


@contextmanager
def recording(home: Path, model: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    """The program in a process of its own, with the recording well under way."""
    words = "--source demo --size 320x240 --no-window --record a.mp4 --stats s.json"
    with running(*words.split(), *more, "--model", model, cwd=home) as process:
        wait_for_bytes(home / "a.mp4", 60_000)
        yield process


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_the_recording_and_the_run(
    home: Path, model: Path, kind: signal.Signals
):
    with recording(home, model) as process:
        process.send_signal(kind)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "saved a.mp4\n")
    assert "Traceback" not in err
    stats = json.loads((home / "s.json").read_text())
    judged = probe(home / "a.mp4")
    left_out = stats["frames_left_out_of_recordings"]
    assert judged.frames == stats["frames_shown"] - left_out
    assert judged.duration == pytest.approx(judged.span, abs=0.05)


def test_a_program_that_was_killed_leaves_a_recording_that_plays(
    home: Path, model: Path
):
    with recording(home, model) as process:
        process.kill()
        process.wait(60)
    judged = probe(home / "a.mp4")
    assert (judged.codec, judged.pix_fmt) == ("h264", "yuv420p")
    assert judged.frames >= 5
    assert np.diff(judged.times).max() < 5  # no hole, on a busy machine either


def test_without_a_screen_the_window_is_one_sentence(home: Path, model: Path):
    done = program.run("--source", "demo", "--model", model, cwd=home)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert re.match(r"livestyle: there is no display.*--no-window", line)
