from pathlib import Path

import numpy as np
import pytest

from livestyle.frame import Frame
from livestyle.sinks.recorder import Recorder
from livestyle.sinks.times import MovieTimes
from tests.livestyle.probe import probe
from tests.livestyle.recording import CARD, record, steady, write_all


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
