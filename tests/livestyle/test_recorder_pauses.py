from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from livestyle.controls import Controls
from livestyle.frame import Frame
from livestyle.sinks.recorder import Recorder
from livestyle.takes import Takes
from tests.livestyle.moving_card import card
from tests.livestyle.probe import probe

FPS = 10


def frame(number: int, captured: float | None = None) -> Frame:
    moment = number / FPS if captured is None else captured
    return Frame(card(number % 17), number, moment)


def recorded(path: Path, pauses: set[int], count: int, end: float | None) -> Recorder:
    """A recording of `count` frames of which those of `pauses` are left out."""
    recorder = Recorder(path, fps_hint=FPS, lossless=True)
    for number in range(count):
        if number in pauses:
            recorder.skip(frame(number))
        else:
            recorder.write(frame(number))
    recorder.close(end)
    return recorder


@pytest.mark.parametrize(
    ("pauses", "end", "frames", "seconds"),
    [
        pytest.param(set(range(5, 15)), 2.0, 10, 1.0, id="one pause"),
        pytest.param({3, 4, 10, 11, 12, 17}, 2.0, 14, 1.4, id="several"),
        pytest.param({0, 1, 2}, 2.0, 17, 1.7, id="before the first frame"),
        pytest.param(set(range(12, 20)), 9.0, 12, 1.2, id="ended in a pause"),
        pytest.param(set(range(12, 20)), None, 12, 1.2, id="ended without a clock"),
        pytest.param({5}, 2.5, 19, 2.4, id="ended later, after a pause"),
        pytest.param(set(range(20)), 9.0, 0, 0.0, id="all the time"),
    ],
)
def test_time_that_was_paused_is_cut_out(
    tmp_path: Path, pauses: set[int], end: float | None, frames: int, seconds: float
) -> None:
    path = tmp_path / "x.mp4"
    recorder = recorded(path, pauses, 20, end)
    assert (recorder.frames, recorder.left_out) == (frames, 0)
    assert recorder.seconds == pytest.approx(seconds, abs=0.001)
    if not frames:
        assert not path.exists()
        return
    judged = probe(path)
    assert judged.times == pytest.approx(np.arange(frames) / FPS, abs=0.001)
    assert judged.duration == pytest.approx(seconds, abs=0.002)


def test_a_clock_that_goes_back_in_a_pause_does_no_harm(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.mp4", fps_hint=FPS, lossless=True)
    for number, captured in enumerate([50.0, 50.1, 50.2]):
        recorder.write(frame(number, captured))
    recorder.skip(frame(3, 50.3))
    for number, captured in enumerate([1.0, 1.1, 1.2], start=4):
        recorder.write(frame(number, captured))
    recorder.close()
    times = probe(tmp_path / "x.mp4").times
    assert times == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5], abs=0.001)


def test_the_key_pauses_and_the_next_recording_does_not_begin_so(
    tmp_path: Path,
) -> None:
    controls = Controls(("wave",))
    takes = Takes(controls, tmp_path, None, FPS)
    controls.pause_recording()
    assert (controls.note, controls.recording_paused) == (
        "no recording to pause",
        False,
    )
    for number in range(20):
        if number in (0, 12):
            controls.toggle("recording")  # on, and off while it is paused
        if number == 5:
            controls.pause_recording()
            assert controls.note == "recording paused"
        takes.write(frame(number))
        if number == 14:
            controls.toggle("recording")
    takes.close()
    assert [probe(path).frames for path in takes.written] == [5, 5]


def test_a_pause_in_which_no_frame_comes_is_cut_out_too(tmp_path: Path) -> None:
    now, controls = 0.0, Controls(("wave",), recording=True)
    takes = Takes(controls, tmp_path, None, FPS, clock=lambda: now)
    for number in range(5):
        takes.write(frame(number))
    for moment in (1.0, 49.0):  # the camera is lost from 0.4 to 50
        now = moment
        controls.pause_recording()
        takes.follow()
    takes.write(frame(5, 50.0))
    now = 51.0
    controls.pause_recording()
    takes.follow()
    now = 99.0
    takes.close()
    judged = probe(takes.written[0])
    assert judged.times[-1] == pytest.approx(2.0, abs=0.001)
    assert judged.duration == pytest.approx(3.0, abs=0.002)


@pytest.mark.parametrize(
    ("what", "size_wh"),
    [("painted", (64, 48)), ("original", (64, 48)), ("both", (128, 48))],
)
def test_what_is_recorded_is_decided_when_the_recording_begins(
    tmp_path: Path, what: str, size_wh: tuple[int, int]
) -> None:
    controls = Controls(("wave",), record_what=what)
    takes = Takes(controls, tmp_path, None, FPS)
    controls.toggle("recording")
    for number in range(3):
        original = frame(number)
        pixels = original.pixels
        takes.write(replace(original, pixels=255 - pixels, content=pixels))
        controls.step_record_what()
        assert controls.note.startswith("the next recording: ")
    assert controls.record_what == what  # three kinds, once round
    takes.close()
    judged = probe(takes.written[0])
    assert (judged.size_wh, judged.frames) == (size_wh, 3)
    shades = {"painted": [215], "original": [40], "both": [40, 215]}[what]
    with av.open(takes.written[0]) as container:
        for number, picture in enumerate(container.decode(video=0)):
            seen = picture.to_ndarray(format="gray")
            for place, shade in enumerate(shades):
                step = 12 if shade == 40 else -12
                at = seen[40, 64 * place + 50]
                assert at == pytest.approx(shade + step * number, abs=3)
