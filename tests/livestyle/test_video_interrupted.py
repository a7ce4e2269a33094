import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from livestyle.errors import ModelError
from livestyle.frame import Frame
from livestyle.video import paint_video
from tests.livestyle.probe import probe, run
from tests.livestyle.simple_painting import same, stop_after


def test_stopping_leaves_a_playable_part(clips: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    report = paint_video(clips / "aac.mp4", target, same, stop=stop_after(20))
    assert report.path == tmp_path / "out.partial.mp4"
    assert (report.frames, report.partial) == (20, True)
    assert report.seconds == pytest.approx(0.8, abs=0.001)
    judged = probe(report.path)
    assert (judged.frames, judged.sound) == (20, "aac")
    assert judged.span == pytest.approx(0.8, abs=0.041)
    assert not target.exists()


def test_parts_are_never_overwritten(clips: Path, tmp_path: Path) -> None:
    parts = [
        paint_video(
            clips / "aac.mp4", tmp_path / "out.mkv", same, stop=stop_after(n)
        ).path.name
        for n in (2, 3, 4)
    ]
    assert parts == ["out.partial.mkv", "out.partial-2.mkv", "out.partial-3.mkv"]
    frames = [probe(tmp_path / part).frames for part in parts]
    assert frames == [2, 3, 4]


def failing_at(index: int, error: BaseException) -> Callable[[Frame], Frame]:
    def paint(frame: Frame) -> Frame:
        if frame.index == index:
            raise error
        return frame

    return paint


def test_ctrl_c_leaves_a_playable_part(clips: Path, tmp_path: Path) -> None:
    paint = failing_at(20, KeyboardInterrupt())
    report = paint_video(clips / "aac.mp4", tmp_path / "out.mp4", paint)
    assert (report.frames, report.partial) == (20, True)
    assert probe(report.path).frames == 20


def test_an_error_of_the_painter_says_where_the_part_is(
    clips: Path, tmp_path: Path
) -> None:
    error = ModelError("the model broke", hint="Take another.")
    with pytest.raises(
        ModelError, match=r"broke. Take another. What was .*out\.partial\.mp4'"
    ):
        paint_video(clips / "aac.mp4", tmp_path / "out.mp4", failing_at(20, error))
    assert probe(tmp_path / "out.partial.mp4").frames == 20


def test_a_bug_in_the_painter_keeps_its_traceback(clips: Path, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        paint_video(
            clips / "aac.mp4", tmp_path / "out.mp4", failing_at(5, ZeroDivisionError())
        )
    assert "out.partial.mp4" in caught.value.__notes__[0]
    assert probe(tmp_path / "out.partial.mp4").frames == 5


def test_a_failure_before_the_first_frame_leaves_nothing(
    clips: Path, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=r"^broke\.$"):
        paint_video(
            clips / "aac.mp4", tmp_path / "out.mp4", failing_at(0, ModelError("broke"))
        )
    assert list(tmp_path.iterdir()) == []


PROGRAM = """
import sys
from pathlib import Path
from livestyle.errors import OutputError
from livestyle.video import paint_video

source, target, limit = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
if limit:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    paint_video(source, target, lambda frame: frame,
                progress=lambda done, total: print(done, flush=True))
except OutputError as error:
    sys.exit(str(error))
"""


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    run(
        *("ffmpeg", "-f", "lavfi", "-i", "testsrc=s=160x120:r=25:d=30"),
        *("-f", "lavfi", "-i", "sine=d=30", "-vf", "noise=alls=40:allf=t"),
        *("-c:v", "mpeg4", "-c:a", "aac", path),
    )
    return path


def test_a_killed_process_leaves_a_playable_part(
    long_clip: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", PROGRAM, long_clip, tmp_path / "out.mp4", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        painted = next(n for n in map(int, process.stdout) if n >= 300)
        process.send_signal(signal.SIGKILL)
    assert [path.name for path in tmp_path.iterdir()] == ["out.partial.mp4"]
    judged = probe(tmp_path / "out.partial.mp4")
    assert judged.frames >= painted - 100  # the encoder looks ahead
    assert judged.sound == "aac"


def test_a_full_disk_is_told_and_the_part_plays(
    long_clip: Path, tmp_path: Path
) -> None:
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, long_clip, tmp_path / "out.mp4", "700000"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "files may not grow larger" in done.stderr
    assert "out.partial.mp4" in done.stderr
    assert "Traceback" not in done.stderr
    assert probe(tmp_path / "out.partial.mp4").frames > 25
    assert not (tmp_path / "out.mp4").exists()
