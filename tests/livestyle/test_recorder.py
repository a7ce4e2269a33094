import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.errors import OutputError
from livestyle.frame import Frame, Pixels
from livestyle.sinks.recorder import MovieTimes, Recorder
from tests.livestyle.probe import first_picture, probe, tool

CARD = cv2.resize(
    np.random.default_rng(0).integers(0, 256, (15, 20, 3), np.uint8), (320, 240)
)


def write_all(recorder: Recorder, times: list[float], pixels: Pixels = CARD) -> None:
    for index, captured in enumerate(times):
        recorder.write(Frame(np.roll(pixels, 4 * index, axis=1), index, captured))


def record(path: Path, times: list[float], pixels: Pixels = CARD) -> Recorder:
    recorder = Recorder(path, lossless=True)
    write_all(recorder, times, pixels)
    recorder.close()
    return recorder


def steady(count: int, fps: float, start: float = 0.0) -> list[float]:
    return [start + index / fps for index in range(count)]


def boxes(path: Path) -> list[str]:
    """The kinds of an MP4's outermost boxes, in order."""
    data, at, kinds = path.read_bytes(), 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kinds.append(data[at + 4 : at + 8].decode("latin-1"))
        at += size if size != 1 else int.from_bytes(data[at + 8 : at + 16], "big")
    return kinds


def encoder_is_alive() -> bool:
    return any(thread.name == "encoder" for thread in threading.enumerate())


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_recording_is_h264_that_every_player_takes(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    recorder = record(path, steady(45, 30))
    judged = probe(path)
    assert (judged.codec, judged.pix_fmt) == ("h264", "yuv420p")
    assert judged.size_wh == (320, 240)
    assert judged.frames == recorder.frames == 45
    assert judged.duration == pytest.approx(1.5, abs=0.002)
    assert recorder.seconds == pytest.approx(1.5, abs=0.0001)
    assert recorder.left_out == 0


@pytest.mark.parametrize("fps", [7.3, 24.0, 29.97, 60.0, 240.0])
def test_length_is_the_real_length_at_any_rate(tmp_path: Path, fps: float) -> None:
    count = round(1.5 * fps)
    record(tmp_path / "x.mp4", steady(count, fps, start=12345.678))
    judged = probe(tmp_path / "x.mp4")
    assert judged.frames == count
    assert judged.duration == pytest.approx(count / fps, abs=0.1 / fps)


def test_irregular_frames_keep_their_times(tmp_path: Path) -> None:
    gaps = np.random.default_rng(3).uniform(0.005, 0.3, 60)
    times = [float(t) for t in 77.0 + np.cumsum(gaps)]
    record(tmp_path / "x.mp4", times)
    judged = probe(tmp_path / "x.mp4")
    assert judged.frames == 60
    assert judged.times == pytest.approx([t - times[0] for t in times], abs=2e-5)
    last = judged.duration - (times[-1] - times[0])
    assert np.quantile(gaps[-9:], 0.2) < last < np.quantile(gaps[-9:], 0.8)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_quick_end_after_a_pause_is_not_stretched(
    tmp_path: Path, suffix: str
) -> None:
    record(tmp_path / f"x{suffix}", [0.0, 2.0, 2.05, 2.1])
    judged = probe(tmp_path / f"x{suffix}")
    assert judged.whole_duration == pytest.approx(2.15, abs=0.002)


def test_a_pause_stays_a_pause(tmp_path: Path) -> None:
    record(tmp_path / "x.mp4", [*steady(10, 20), *steady(10, 20, start=6.0)])
    judged = probe(tmp_path / "x.mp4")
    assert judged.frames == 20
    assert judged.duration == pytest.approx(6.5, abs=0.001)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize(
    ("times", "at", "expected"),
    [
        pytest.param([0.0, 0.1, 0.2, 60.2], None, 60.3, id="stall then end"),
        pytest.param([0.0, 0.1, 0.2, 60.2], 60.25, 60.25, id="stall then stop"),
        pytest.param([0.0, 0.1, 0.2], 30.2, 30.2, id="stop during a stall"),
        pytest.param([7.0], 9.5, 2.5, id="stop after one frame"),
        pytest.param([0.0, 0.1, 0.2], 0.15, 0.3, id="stop before the last frame"),
        pytest.param([0.0, 0.1, 0.2], 90_000.0, 0.3, id="stop by another clock"),
        pytest.param([0.0, 0.5, 1.0, 0.0, 0.5], 5.0, 6.5, id="stop of a repeated clip"),
    ],
)
def test_last_frame_is_shown_until_the_stop_and_no_longer(
    tmp_path: Path, suffix: str, times: list[float], at: float | None, expected: float
) -> None:
    recorder = Recorder(tmp_path / f"x{suffix}", lossless=True)
    write_all(recorder, times)
    recorder.close(at)
    judged = probe(tmp_path / f"x{suffix}")
    assert judged.frames == len(times)
    assert judged.whole_duration == pytest.approx(expected, abs=0.002)
    assert recorder.seconds == pytest.approx(expected, abs=0.0001)


def test_only_the_first_close_says_when_the_end_was(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.mp4")
    write_all(recorder, [0.0, 0.1])
    recorder.close(2.0)
    recorder.close(3.0)
    assert recorder.seconds == pytest.approx(2.0)
    assert probe(tmp_path / "x.mp4").duration == pytest.approx(2.0, abs=0.002)


def test_stalls_alone_make_no_long_last_frame() -> None:
    times = MovieTimes(30)
    for captured in (0.0, 60.0, 120.0, 180.0):
        times.place(captured)
    assert times.finish(None) <= (180 + MovieTimes.LONGEST_GUESS) * 90_000


def test_one_frame_lasts_as_long_as_the_hint_says(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.mp4", fps_hint=10)
    recorder.write(Frame(CARD, 0, 5.0))
    recorder.close()
    judged = probe(tmp_path / "x.mp4")
    assert (judged.frames, recorder.frames) == (1, 1)
    assert judged.duration == pytest.approx(0.1, abs=0.001)


def test_a_keyframe_comes_every_second(tmp_path: Path) -> None:
    for fps in (10, 60):
        path = tmp_path / f"{fps}.mp4"
        record(path, steady(4 * fps, fps))
        keyframes = probe(path).keyframes
        assert keyframes[0] == 0
        assert max(np.diff([*keyframes, 4.0])) <= 1.0 + 1e-4


def test_closed_file_is_an_ordinary_mp4(tmp_path: Path) -> None:
    record(tmp_path / "x.mp4", steady(90, 30))
    kinds = boxes(tmp_path / "x.mp4")
    assert kinds.count("moov") == 1
    assert "moof" not in kinds


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(641, 481, (640, 480)), (33, 32, (32, 32)), (338, 451, (338, 450))],
)
def test_odd_sizes_lose_one_row_or_column(
    tmp_path: Path, width: int, height: int, expected: tuple[int, int]
) -> None:
    pixels = np.full((height, width, 3), 128, np.uint8)
    record(tmp_path / "x.mp4", steady(3, 30), pixels)
    assert probe(tmp_path / "x.mp4").size_wh == expected


@pytest.mark.parametrize(
    "bgr", [(200, 60, 30), (30, 60, 200), (20, 180, 40), (255, 255, 255), (0, 0, 0)]
)
@pytest.mark.parametrize("size_wh", [(64, 48), (1280, 720)])
def test_colours_come_back(
    tmp_path: Path, bgr: tuple[int, int, int], size_wh: tuple[int, int]
) -> None:
    pixels = np.empty((size_wh[1], size_wh[0], 3), np.uint8)
    pixels[:] = bgr
    record(tmp_path / "x.mp4", [0.0], pixels)
    mean = first_picture(tmp_path / "x.mp4", size_wh).mean(axis=(0, 1))
    assert mean == pytest.approx(bgr, abs=1.3)


def test_the_picture_stays_close_to_what_was_given(tmp_path: Path) -> None:
    record(tmp_path / "x.mp4", [0.0])
    difference = first_picture(tmp_path / "x.mp4", (320, 240)).astype(float) - CARD
    assert 20 * np.log10(255 / np.sqrt((difference**2).mean())) > 32  # dB


def test_another_size_is_fitted_between_bars(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.mp4", lossless=True)
    white = np.full((240, 320, 3), 255, np.uint8)
    tall = np.full((480, 240, 3), 255, np.uint8)
    for index, pixels in enumerate([white, tall, white]):
        recorder.write(Frame(pixels, index, index / 10))
    recorder.close()
    capture = cv2.VideoCapture(str(tmp_path / "x.mp4"))
    shown = [capture.read()[1] for _ in range(3)]
    capture.release()
    bright = shown[1][120, :, 1] > 128
    assert shown[1].shape == (240, 320, 3)
    assert bright.sum() == pytest.approx(120, abs=2)  # 240x480 in 240 rows: 120 wide
    assert bright[100:220].all()
    assert shown[2].min() > 200


class HeldFrame(Frame):
    """A frame that keeps the encoder from going on until it is let go."""

    taken = threading.Event()
    let_go = threading.Event()

    @property
    def width(self) -> int:
        self.taken.set()
        # A limit, so that a recorder that waits for its encoder fails the test.
        assert self.let_go.wait(30), "nobody let the frame go"
        return super().width


def hold_encoder(recorder: Recorder) -> HeldFrame:
    """Gives the first frame and comes back when the encoder is busy with it."""
    held = HeldFrame(CARD, 0, 0.0)
    held.taken.clear()
    held.let_go.clear()
    recorder.write(held)
    assert held.taken.wait(30)
    return held


def test_a_full_queue_leaves_frames_out_and_never_waits(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.mp4", queue_frames=2)
    held = hold_encoder(recorder)
    for index in range(1, 60):
        recorder.write(Frame(CARD, index, index / 30))  # the encoder cannot go on
    assert (recorder.frames, recorder.left_out) == (0, 57)
    held.let_go.set()
    recorder.close()
    assert (recorder.frames, recorder.left_out) == (3, 57)
    assert probe(tmp_path / "x.mp4").times == pytest.approx(
        [0, 1 / 30, 2 / 30], abs=1e-4
    )


@pytest.mark.parametrize(
    ("size_wh", "waiting"), [((320, 240), 32), ((3840, 2160), 5), ((6000, 4000), 2)]
)
def test_the_queue_is_bounded_in_bytes_too(
    tmp_path: Path, size_wh: tuple[int, int], waiting: int
) -> None:
    recorder = Recorder(tmp_path / "x.mp4")
    held = hold_encoder(recorder)
    pixels = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    for index in range(1, 41):
        recorder.write(Frame(pixels, index, index / 30))
    held.let_go.set()
    recorder.close()
    assert (recorder.frames, recorder.left_out) == (1 + waiting, 40 - waiting)


def test_a_lossless_recorder_waits_for_room_in_bytes(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.mp4", lossless=True, queue_bytes=1)
    write_all(recorder, steady(20, 30))
    recorder.close()
    assert (recorder.frames, recorder.left_out) == (20, 0)


def test_frames_are_read_only_for_the_recorder(tmp_path: Path) -> None:
    pixels = CARD.copy()
    pixels.flags.writeable = False
    record(tmp_path / "x.mp4", [0.0, 0.1], pixels)
    assert np.array_equal(pixels, CARD)


def test_a_clip_that_begins_again_goes_on_in_the_movie() -> None:
    times = MovieTimes(10)
    places = [times.place(captured)[0] for captured in (0, 0.1, 0.9, 1.0, 0, 0.1)]
    assert places == [0, 9000, 81000, 90000, 99000, 108000]


def test_times_always_increase() -> None:
    times = MovieTimes(30)
    places = [times.place(captured)[0] for captured in (5.0, 5.0, 4.999, 5.0, 5.1)]
    assert places == [0, 1, 2, 3, 9000]


def test_a_leap_of_many_hours_is_no_pause(tmp_path: Path) -> None:
    # Some hours more, and FFmpeg would end the whole program.
    record(tmp_path / "x.mp4", [0.0, 0.1, 90_000.0, 90_000.1])
    judged = probe(tmp_path / "x.mp4")
    assert judged.times == pytest.approx([0, 0.1, 0.2, 0.3], abs=0.001)


def test_without_frames_there_is_no_file(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.mp4")
    assert (tmp_path / "x.mp4").exists()  # the name is taken from the first moment
    recorder.close()
    assert list(tmp_path.iterdir()) == []
    assert (recorder.frames, recorder.seconds) == (0, 0.0)


def test_closing_twice_is_fine_and_ends_the_thread(tmp_path: Path) -> None:
    recorder = record(tmp_path / "x.mp4", [0.0, 0.1])
    assert recorder.closed
    recorder.close()
    assert not encoder_is_alive()
    with pytest.raises(ValueError, match="closed"):
        recorder.write(Frame(CARD, 2, 0.2))


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match=r"already there.*choose another name"):
        Recorder(path)
    assert path.read_bytes() == b"precious"
    assert not encoder_is_alive()


def test_a_suffix_that_we_do_not_write_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"'\.avi'.*\.mp4"):
        Recorder(tmp_path / "x.avi")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="folder is not there"):
        Recorder(tmp_path / "none" / "x.mp4")


def test_a_removed_folder_is_told_once_by_close(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    recorder = Recorder(folder / "x.mp4", lossless=True)
    write_all(recorder, steady(5, 30))
    shutil.rmtree(folder)
    with pytest.raises(OutputError, match=r"x\.mp4': its folder is not there"):
        recorder.close()
    recorder.close()
    assert not encoder_is_alive()


def test_a_removed_folder_is_noticed_while_recording(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    recorder = Recorder(folder / "x.mp4", lossless=True, queue_frames=1)
    shutil.rmtree(folder)
    with pytest.raises(OutputError, match="folder is not there"):
        write_all(recorder, steady(100, 10))
    with pytest.raises(OutputError, match="folder is not there"):
        recorder.write(Frame(CARD, 0, 100.0))
    recorder.close()  # it was told already


def broken_frame(captured: float) -> Frame:
    """A frame without a pixel, which no program makes: scaling divides by zero."""
    return Frame(np.empty((0, 0, 3), np.uint8), 0, captured)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_an_encoder_that_dies_is_told_by_close(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    recorder = Recorder(path, lossless=True)
    write_all(recorder, [0.0, 0.1, 0.2])
    recorder.write(broken_frame(0.3))
    with pytest.raises(OutputError, match=f"{path.name}' died of ZeroDiv") as caught:
        recorder.close(60.0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    recorder.close()  # it was told already
    assert not encoder_is_alive()
    judged = probe(path)
    assert judged.frames == recorder.frames == 3
    assert judged.whole_duration == pytest.approx(0.3, abs=0.002)


def test_an_encoder_that_dies_is_told_by_every_write(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.mp4", lossless=True, queue_frames=1)
    recorder.write(Frame(CARD, 0, 0.0))
    recorder.write(broken_frame(0.1))
    with pytest.raises(OutputError, match=r"x\.mp4' died of ZeroDivisionError: "):
        write_all(recorder, steady(100, 10, start=0.2))
    with pytest.raises(OutputError, match=r"x\.mp4' died of ZeroDivisionError: "):
        recorder.write(Frame(CARD, 0, 100.0))
    recorder.close()  # it was told already
    assert probe(tmp_path / "x.mp4").frames == 1


def test_even_an_encoder_that_leaves_is_told(tmp_path: Path) -> None:
    class Leaving(Frame):
        @property
        def width(self) -> int:
            raise SystemExit

    recorder = Recorder(tmp_path / "x.mp4")
    recorder.write(Leaving(CARD, 0, 0.0))
    with pytest.raises(OutputError, match=r"x\.mp4' died of SystemExit\. "):
        recorder.close()
    assert list(tmp_path.iterdir()) == []  # no frame, no file


def test_a_file_that_cannot_be_put_away_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    recorder = Recorder(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(OutputError, match=r"cannot write '.*x\.mp4'"):
        recorder.close()
    assert not encoder_is_alive()


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
