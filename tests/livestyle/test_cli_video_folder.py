import re
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest

from livestyle.cli import main
from tests.livestyle.moving_card import write_clip
from tests.livestyle.probe import first_picture, probe, run, tool
from tests.livestyle.program import run as run_program
from tests.livestyle.program import running, wait_for_bytes
from tests.livestyle.refusal import Captured, refusal
from tests.livestyle.tiny_painter import write_painter

pytestmark = pytest.mark.usefixtures("home")


def names(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    )


def test_a_folder_is_painted_and_what_fails_does_not_stop_the_rest(
    home: Path, model: Path, capsys: Captured
):
    (home / "in/trip").mkdir(parents=True)
    write_clip(home / "in/a.mp4", count=3)
    (home / "in/b.mp4").write_bytes(b"garbage" * 99)
    write_clip(home / "in/trip/c.mkv", count=4)
    (home / "in/notes.txt").write_text("not to be painted")
    words = ["video", "in", "-o", "out", "--style", "negative", "--model", str(model)]
    assert main([*words, "--jobs", "2"]) == 1
    out, err = capsys.readouterr()
    assert sorted(out.splitlines()) == [
        "out/a.mp4: 3 frames, 0.30 s, sound: none",
        "out/trip/c.mkv: 4 frames, 0.40 s, sound: none",
    ]
    assert "no video, skipped: in/notes.txt\n" in err
    assert "'in/b.mp4' is no video that can be read" in err
    assert err.splitlines()[-1] == "livestyle: 2 finished, 1 failed"
    assert names(home / "out") == ["a.mp4", "trip/c.mkv"]
    seen = first_picture(home / "out/a.mp4", (64, 48)).astype(int)
    expected = 255 - first_picture(home / "in/a.mp4", (64, 48)).astype(int)
    assert np.abs(seen - expected).mean() < 6


def written(path: Path) -> tuple[int, int, int]:
    """What tells whether a file was written anew; looking into it changes nothing."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def test_the_same_once_more_paints_only_what_is_not_finished(
    home: Path, model: Path, capsys: Captured
):
    clips = [str(write_clip(home / f"{name}.mp4", count=3)) for name in "ab"]
    words = ["-o", "out", "--style", "negative", "--model", str(model)]
    assert main(["video", clips[0], *words]) == 0
    before = written(home / "out/a.mp4")
    capsys.readouterr()
    assert main(["video", *clips, *words]) == 0
    assert sorted(capsys.readouterr().out.splitlines()) == [
        "out/a.mp4: finished before",
        "out/b.mp4: 3 frames, 0.30 s, sound: none",
    ]
    assert written(home / "out/a.mp4") == before
    assert main(["video", *clips, *words, "--strength", "0.5"]) == 1
    err = capsys.readouterr().err
    assert err.count("is already there. Choose another name") == 2
    assert written(home / "out/a.mp4") == before
    assert main(["video", *clips, *words, "--strength", "0.5", "--overwrite"]) == 0
    assert written(home / "out/a.mp4") != before


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_folder_goes_on_where_it_was(home: Path, end: signal.Signals):
    (home / "in").mkdir()
    slow = write_painter(home / "slow.onnx", products=3)
    write_clip(home / "in/1.mp4", count=1)
    for name in "23":
        write_clip(home / f"in/{name}.mp4", count=17, size_wh=(320, 240), fps=2)
    words = ["video", "in", "-o", "out", "--style", "negative", "--jobs", "2"]
    with running(*words, "--model", slow, cwd=home) as process:
        wait_for_bytes(home / "out/3.partial.mp4", 0)
        wait_for_bytes(home / "out/2.partial.mp4", 0)
        process.send_signal(end)
        _, err = process.communicate(timeout=60)
    assert process.returncode == (130 if end == signal.SIGINT else -end)
    assert "Traceback" not in err
    assert names(home / "out") == ["1.mp4", "2.partial.mp4", "3.partial.mp4"]
    if end == signal.SIGINT:
        assert err.splitlines()[-1] == "livestyle: 1 finished, 2 stopped early"
        assert all(probe(path).frames for path in (home / "out").iterdir())
    # A painter with the same card, which takes no time.
    write_painter(slow)
    again = run_program(*words, "--model", slow, cwd=home)
    assert again.returncode == 0
    assert "out/1.mp4: finished before\n" in again.stdout
    assert names(home / "out") == ["1.mp4", "2.mp4", "3.mp4"]
    assert [probe(home / f"out/{n}.mp4").frames for n in (1, 2, 3)] == [1, 17, 17]


def write_phone_clip(path: Path, degrees: int) -> Path:
    """A clip that ffmpeg made, with a display matrix as phones write it."""
    plain = path.with_name("plain.mp4")
    run(
        *("ffmpeg", "-f", "lavfi", "-i", "testsrc=s=160x120:r=5:d=1"),
        *("-f", "lavfi", "-i", "sine=d=1", "-pix_fmt", "yuv420p", "-c:a", "aac"),
        plain,
    )
    copy = ("-i", plain, "-c", "copy")
    try:  # from FFmpeg 6 on
        run("ffmpeg", "-y", "-display_rotation", str(degrees), *copy, path)
    except subprocess.CalledProcessError:
        turned = f"rotate={degrees % 360}"
        run("ffmpeg", "-y", *copy, "-metadata:s:v:0", turned, path)
    plain.unlink()
    data = run("ffprobe", "-show_entries", "stream_side_data=rotation", path)
    assert re.search(rf"rotation=-?{abs(degrees)}\b", data.decode())
    return path


@pytest.mark.parametrize("degrees", [90, -90, 180])
def test_a_phone_held_upright_gives_an_upright_movie_with_its_sound(
    home: Path, model: Path, degrees: int
):
    tool("ffprobe")
    (home / "in").mkdir()
    clip = write_phone_clip(home / "in/phone.mov", degrees)
    words = ["video", "in", "-o", "out", "--style", "negative", "--model", str(model)]
    assert main(words) == 0
    movie = home / "out/phone.mov"
    size_wh = (160, 120) if degrees == 180 else (120, 160)
    judged = probe(movie)
    assert (judged.size_wh, judged.frames, judged.sound) == (size_wh, 5, "aac")
    seen = first_picture(movie, size_wh).astype(int)
    expected = 255 - first_picture(clip, size_wh).astype(int)
    assert np.abs(seen - expected).mean() < 6


def test_a_folder_is_painted_into_another_one_only(home: Path, model: Path):
    (home / "in").mkdir()
    write_clip(home / "in/a.mp4", count=3)
    before = (home / "in/a.mp4").read_bytes()
    words = ["-o", "in", "--style", "negative", "--model", str(model)]
    assert main(["video", "in", *words, "--overwrite"]) == 1
    assert names(home / "in") == ["a.mp4"]
    assert (home / "in/a.mp4").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("in -o out.mp4", r"'out\.mp4' is the name of one movie.*folder with -o"),
        ("empty -o out", "there is no video in 'empty'"),
        ("in -o taken", "cannot write 'taken'"),
        ("in -o out --style negativ", r"Did you mean: negative\?"),
    ],
)
def test_what_concerns_all_videos_is_told_before_any_is_painted(
    home: Path, model: Path, capsys: Captured, words: str, message: str
):
    (home / "in").mkdir()
    (home / "empty").mkdir()
    write_clip(home / "in/a.mp4", count=3)
    (home / "taken").write_text("precious")
    options = ["--style", "negative", "--model", str(model), *words.split()]
    assert re.search(message, refusal(capsys, "video", *options))
    assert not (home / "out").exists()
    assert (home / "taken").read_text() == "precious"


@pytest.mark.parametrize("jobs", ["0", "-1", "65", "many"])
def test_an_impossible_number_of_jobs_is_told(jobs: str, capsys: Captured):
    with pytest.raises(SystemExit):
        main(["video", "in", "-o", "out", "--style", "negative", "--jobs", jobs])
    assert "argument --jobs" in capsys.readouterr().err
