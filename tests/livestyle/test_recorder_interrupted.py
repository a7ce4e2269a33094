import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from livestyle.errors import OutputError
from livestyle.sinks.recorder import Recorder
from tests.livestyle.probe import probe, tool
from tests.livestyle.recording import boxes, steady, write_all

PROGRAM = """
import sys
from pathlib import Path
import numpy as np
from livestyle.errors import OutputError
from livestyle.frame import Frame
from livestyle.sinks.recorder import Recorder

path, limit = Path(sys.argv[1]), int(sys.argv[2])
if limit:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
noise = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
recorder = Recorder(path, lossless=True, queue_frames=2)
errors = []
for index in range(int(sys.argv[3])):
    try:
        recorder.write(Frame(np.roll(noise, index, axis=1), index, index / 30))
    except OutputError as error:
        errors.append(str(error))
        break
    if not limit:
        print(recorder.frames, flush=True)
try:
    recorder.close()
except OutputError as error:
    errors.append(str(error))
print(len(errors), *errors)
"""


def program(*arguments: str | Path | int) -> list[str]:
    return [sys.executable, "-c", PROGRAM, *map(str, arguments)]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_killed_recording_plays_up_to_its_last_second(
    tmp_path: Path, suffix: str
) -> None:
    tool("ffprobe")
    path = tmp_path / f"x{suffix}"
    with subprocess.Popen(
        program(path, 0, 100_000), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        encoded = next(n for n in map(int, process.stdout) if n >= 150)
        process.send_signal(signal.SIGKILL)
    if suffix == ".mp4":
        assert "moof" in boxes(path)
    judged = probe(path)
    assert (judged.codec, judged.pix_fmt) == ("h264", "yuv420p")
    assert judged.frames >= encoded - 30
    assert judged.times == pytest.approx(steady(judged.frames, 30), abs=0.001)


def test_a_recording_without_room_ends_in_one_error_and_plays(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    path = tmp_path / "x.mp4"
    done = subprocess.run(
        program(path, 1_000_000, 2000), capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"1 cannot write '{path}': files may not grow larger")
    assert probe(path).frames > 30


def test_a_recording_whose_index_finds_no_room_still_plays(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    whole, short = tmp_path / "whole.mp4", tmp_path / "short.mp4"
    subprocess.run(program(whole, 10**9, 60), check=True, timeout=60)
    limit = whole.stat().st_size - 300
    done = subprocess.run(
        program(short, limit, 60), capture_output=True, text=True, timeout=60
    )
    assert done.stdout.startswith("1 cannot write")
    assert probe(short).frames == 60


def test_a_full_disk_is_called_by_its_name(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)]
    if (
        shutil.which("mount") is None
        or subprocess.run(mount, check=False, capture_output=True).returncode
    ):
        pytest.skip("mounting a small disk is not permitted here")
    try:
        recorder = Recorder(disk / "x.mp4", lossless=True, queue_frames=1)
        noise = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
        with pytest.raises(OutputError, match=r"x\.mp4': the disk is full. Free some"):
            write_all(recorder, steady(1000, 30), noise)
        recorder.close()
        assert probe(disk / "x.mp4").frames > 10
    finally:
        subprocess.run(["umount", str(disk)], check=True)
