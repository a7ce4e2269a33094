import re
import signal
from pathlib import Path

import numpy as np
import pytest

from livestyle.cli import main
from tests.livestyle.moving_card import write_clip
from tests.livestyle.probe import first_picture, probe, run
from tests.livestyle.program import running, wait_for_bytes
from tests.livestyle.refusal import Captured, refusal
from tests.livestyle.tiny_painter import write_painter

pytestmark = pytest.mark.usefixtures("home")


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
