import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from livestyle import __version__
from livestyle.cli import COMMANDS, main
from livestyle.commands import plain
from livestyle.frame import Pixels
from livestyle.settings import FLAGS, Settings
from tests.livestyle import program
from tests.livestyle.moving_card import write_clip
from tests.livestyle.probe import first_picture, probe, run
from tests.livestyle.program import files_of_at_most, running, wait_for_bytes
from tests.livestyle.tiny_painter import card, painted, write_painter

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run in, on a machine without a screen."""
    monkeypatch.chdir(tmp_path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_painter(tmp_path_factory.mktemp("painter") / "tiny.onnx")


@pytest.fixture
def demo(model: Path) -> list[str]:
    """What makes a short run of the demo without a window."""
    words = "--source demo --size 160x120 --no-window --for 0.4 --model"
    return [*words.split(), str(model)]


def picture(path: Path, width: int = 48, height: int = 36) -> Pixels:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    path.parent.mkdir(exist_ok=True)
    assert cv2.imwrite(str(path), pixels)
    return pixels


def refusal(capsys: Captured, *words: str | Path) -> str:
    """The one line with which a command ends in status 1."""
    assert main([str(word) for word in words]) == 1
    out, err = capsys.readouterr()
    told = [line for line in err.splitlines() if "painting on" not in line]
    assert out == ""
    assert len(told) == 1
    assert told[0].startswith("livestyle: ")
    assert len(told[0]) < 300
    return told[0]


# The live run


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
        ("--model gone.onnx", r"no model gone\.onnx.*Check --model"),
        ("--model nothing", r"no model 'nothing'.*first-light"),
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


# Pictures


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


# Videos


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of ffmpeg's test picture with sound."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    run(
        *("ffmpeg", "-f", "lavfi", "-i", "testsrc=s=160x120:r=25:d=1"),
        *("-f", "lavfi", "-i", "sine=d=1", "-pix_fmt", "yuv420p"),
        *("-c:v", "libx264", "-c:a", "aac", path),
    )
    return path


def test_video_paints_every_frame_and_keeps_the_sound(
    home: Path, model: Path, clip: Path, capsys: Captured
):
    words = ["video", str(clip), "-o", "out.mp4", "--style", "negative"]
    assert main([*words, "--model", str(model)]) == 0
    said = capsys.readouterr().out
    assert said == "out.mp4: 25 frames, 1.00 s, sound: aac, copied\n"
    before, after = probe(clip), probe(home / "out.mp4")
    assert after.frames == before.frames == 25
    assert (after.codec, after.pix_fmt, after.sound) == ("h264", "yuv420p", "aac")
    seen = first_picture(home / "out.mp4", (160, 120)).astype(int)
    expected = 255 - first_picture(clip, (160, 120)).astype(int)
    assert np.abs(seen - expected).mean() < 6


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("gone.mp4 -o out.mp4", r"no file 'gone\.mp4'"),
        ("garbage.mp4 -o out.mp4", "no video that can be read"),
        ("clip.mp4 -o taken.mp4", "already there.*--overwrite"),
        ("clip.mp4 -o clip.mp4", "is the video that is read"),
        ("clip.mp4 -o gone/out.mp4", "folder is not there"),
        ("clip.mp4 -o out.gif", r"'.gif' are not written"),
        ("clip.mp4 -o out.mp4 --style negativ", r"Did you mean: negative\?"),
    ],
)
def test_video_says_in_one_sentence_what_is_wrong(
    home: Path, model: Path, clip: Path, capsys: Captured, words: str, message: str
):
    (home / "clip.mp4").write_bytes(clip.read_bytes())
    (home / "garbage.mp4").write_bytes(b"garbage" * 999)
    (home / "taken.mp4").write_text("precious")
    options = ["--style", "negative", "--model", str(model), *words.split()]
    assert re.search(message, refusal(capsys, "video", *options))
    assert (home / "taken.mp4").read_text() == "precious"
    assert (home / "clip.mp4").read_bytes() == clip.read_bytes()
    assert not (home / "out.mp4").exists()


def test_a_video_that_was_stopped_leaves_the_part_that_is_done(home: Path):
    slow = write_painter(home / "slow.onnx", products=3)
    clip = write_clip(home / "clip.mp4", count=17, size_wh=(320, 240), fps=2)
    words = ["video", clip, "-o", "out.mp4", "--style", "negative", "--model", slow]
    with running(*words, "--threads", "1", cwd=home) as process:
        wait_for_bytes(home / "out.partial.mp4", 0)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out.startswith("stopped early: out.partial.mp4: ")
    assert "Traceback" not in err
    assert 0 < probe(home / "out.partial.mp4").frames < 17
    assert not (home / "out.mp4").exists()


# What there is


def test_styles_are_listed_for_people(model: Path, capsys: Captured):
    assert main(["styles", "--model", str(model)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        " 1  negative  The Negative, A. Painter, 1888",
        " 2  tinted    The Tinted, A. Painter, 1888",
    ]


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


def help_of(capsys: Captured, *words: str) -> str:
    with pytest.raises(SystemExit) as left:
        main([*words, "--help"])
    assert left.value.code == 0
    return " ".join(capsys.readouterr().out.split())


def test_help_names_every_command(capsys: Captured):
    text = help_of(capsys)
    for name in COMMANDS:
        assert f" {name} " in text


def test_help_of_a_run_lists_every_option_with_its_default(capsys: Captured):
    text = help_of(capsys, "run")
    for row in fields(Settings):
        assert f"--{FLAGS.get(row.name, row.name)}" in text
    for default in ("(auto)", "(1.0)", "(recordings)", "(on)", "(off)", "(0)"):
        assert default in text


@pytest.mark.parametrize("name", ["video", "image", "styles", "keys"])
def test_every_command_has_a_help_of_its_own(name: str, capsys: Captured):
    assert f"livestyle {name}" in help_of(capsys, name)


def test_the_version_is_told(capsys: Captured):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"livestyle {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        ["--size", "640"],
        ["--strength", "2"],
        ["--strength", "-1"],
        ["--for", "0"],
        ["--overlay", "false"],
        ["--colour", "red"],
        ["image", "a.png"],
        ["paint"],
    ],
)
def test_a_wrong_word_is_told_with_the_usage(words: list[str], capsys: Captured):
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert "usage: livestyle" in capsys.readouterr().err
