from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.controls import Controls
from livestyle.errors import OutputError
from livestyle.frame import Frame
from livestyle.sides import recorded
from livestyle.takes import Takes
from tests.livestyle.moving_card import card
from tests.livestyle.probe import probe
from tests.livestyle.program import files_of_at_most

FPS = 20


@pytest.fixture
def controls() -> Controls:
    return Controls(("wave", "scream"))


def frames(count: int, start: int = 0) -> Iterator[Frame]:
    for number in range(start, start + count):
        yield Frame(card(number % 17), number, number / FPS)


def takes_of(controls: Controls, folder: Path, file: Path | None = None) -> Takes:
    return Takes(controls, folder / "takes", file, FPS)


def test_nothing_is_made_that_nobody_asked_for(tmp_path: Path, controls: Controls):
    takes = takes_of(controls, tmp_path)
    for frame in frames(3):
        takes.write(frame)
    takes.close()
    assert (takes.seconds, takes.written, takes.trouble) == (None, [], "")
    assert not list(tmp_path.iterdir())


def test_a_recording_lasts_from_one_key_to_the_next(tmp_path: Path, controls: Controls):
    takes = takes_of(controls, tmp_path)
    for number, frame in enumerate(frames(30)):
        if number in (5, 25):
            controls.toggle("recording")
        takes.write(frame)
        assert (takes.seconds is not None) == (5 <= number < 25)
    (path,) = takes.written
    assert path.parent == tmp_path / "takes"
    assert "_wave.mp4" in path.name
    assert controls.note == f"saved {path.name}"
    judged = probe(path)
    assert (judged.codec, judged.pix_fmt, judged.frames) == ("h264", "yuv420p", 20)
    assert judged.duration == pytest.approx(20 / FPS, abs=0.002)
    takes.close()
    assert takes.written == [path]


def test_every_recording_has_a_file_of_its_own(tmp_path: Path, controls: Controls):
    takes = takes_of(controls, tmp_path)
    for frame in frames(24):
        if frame.index % 4 == 0:
            controls.toggle("recording")
        takes.write(frame)
    takes.close()
    assert len(set(takes.written)) == 3
    assert [probe(path).frames for path in takes.written] == [4, 4, 4]


def test_a_recording_by_name_begins_with_the_first_frame(
    tmp_path: Path, controls: Controls
):
    takes = takes_of(controls, tmp_path, tmp_path / "mine.mp4")
    assert controls.recording
    for frame in frames(10):
        takes.write(frame)
    takes.close()
    assert takes.written == [tmp_path / "mine.mp4"]
    assert probe(tmp_path / "mine.mp4").frames == 10
    assert not controls.recording


def test_after_a_recording_by_name_the_key_makes_others(
    tmp_path: Path, controls: Controls
):
    takes = takes_of(controls, tmp_path, tmp_path / "mine.mp4")
    for frame in frames(12):
        if frame.index in (4, 8):
            controls.toggle("recording")
        takes.write(frame)
    takes.close()
    assert takes.written[0] == tmp_path / "mine.mp4"
    assert takes.written[1].parent == tmp_path / "takes"
    assert [probe(path).frames for path in takes.written] == [4, 4]


def test_the_keys_work_between_frames_too(tmp_path: Path, controls: Controls):
    takes = takes_of(controls, tmp_path)
    controls.toggle("recording")
    takes.write(next(frames(1)))
    controls.toggle("recording")
    takes.follow()
    assert len(takes.written) == 1


def test_a_recording_without_a_frame_leaves_no_file(tmp_path: Path, controls: Controls):
    takes = takes_of(controls, tmp_path, tmp_path / "mine.mp4")
    takes.close()
    assert takes.written == []
    assert not (tmp_path / "mine.mp4").exists()


def test_snapshots_are_the_very_picture_and_none_replaces_another(
    tmp_path: Path, controls: Controls
):
    takes = takes_of(controls, tmp_path)
    frame = next(frames(1, start=7))
    for _ in range(3):
        controls.ask_snapshot()
    takes.snap(frame)
    assert len(set(takes.written)) == 3
    assert controls.snapshots == 0
    for path in takes.written:
        assert path.suffix == ".png"
        assert (cv2.imread(str(path)) == frame.pixels).all()


def test_a_name_that_is_taken_is_an_error_before_anything_runs(
    tmp_path: Path, controls: Controls
):
    (tmp_path / "mine.mp4").write_text("precious")
    with pytest.raises(OutputError, match="already there"):
        takes_of(controls, tmp_path, tmp_path / "mine.mp4")
    with pytest.raises(OutputError, match="folder is not there"):
        takes_of(controls, tmp_path, tmp_path / "gone" / "mine.mp4")
    assert (tmp_path / "mine.mp4").read_text() == "precious"


def test_a_folder_that_cannot_be_made_is_a_note_and_the_picture_goes_on(
    tmp_path: Path, controls: Controls
):
    (tmp_path / "takes").write_text("a file, not a folder")
    takes = takes_of(controls, tmp_path)
    controls.toggle("recording")
    controls.ask_snapshot()
    for frame in frames(2):
        takes.write(frame)
        takes.snap(frame)
    assert not controls.recording
    assert "cannot write" in takes.trouble
    assert "cannot write" in controls.note
    assert takes.written == []
    takes.close()


def test_trouble_is_forgotten_when_the_next_take_succeeds(
    tmp_path: Path, controls: Controls
):
    (tmp_path / "takes").write_text("a file, not a folder")
    takes = takes_of(controls, tmp_path)
    controls.ask_snapshot()
    takes.snap(next(frames(1)))
    assert takes.trouble
    (tmp_path / "takes").unlink()
    controls.ask_snapshot()
    takes.snap(next(frames(1)))
    assert takes.trouble == ""
    (tmp_path / "takes").rename(tmp_path / "moved")
    (tmp_path / "takes").write_text("a file, not a folder")
    controls.toggle("recording")
    takes.write(next(frames(1)))
    assert takes.trouble
    (tmp_path / "takes").unlink()
    controls.toggle("recording")
    takes.write(next(frames(1)))
    assert takes.trouble == ""
    takes.close()


def write_noise(takes: Takes, count: int = 400) -> None:
    chance = np.random.default_rng(0)
    for number in range(count):
        noise = chance.integers(0, 256, (96, 128, 3), np.uint8)
        takes.write(Frame(noise, number, number / FPS))


def test_a_full_disk_ends_the_run_whose_recording_was_named(
    tmp_path: Path, controls: Controls
):
    takes = Takes(controls, tmp_path, tmp_path / "mine.mp4", FPS)
    told = pytest.raises(OutputError, match=r"not grow larger here.*another disk")
    with told, files_of_at_most(200_000):
        write_noise(takes)
    takes.close()
    assert probe(tmp_path / "mine.mp4").frames > 5


def test_a_full_disk_ends_a_recording_by_key_and_the_picture_goes_on(
    tmp_path: Path, controls: Controls
):
    takes = Takes(controls, tmp_path, None, FPS)
    controls.toggle("recording")
    with files_of_at_most(200_000):
        write_noise(takes, count=100)
    assert not controls.recording
    assert "not grow larger" in takes.trouble
    assert takes.seconds is None
    (path,) = tmp_path.iterdir()
    assert probe(path).frames > 5
    takes.close()


def test_frames_left_out_of_a_recording_that_broke_are_counted_too(
    tmp_path: Path, controls: Controls
):
    takes = Takes(controls, tmp_path, None, FPS)
    controls.toggle("recording")
    takes.follow()
    assert takes._recorder is not None
    takes._recorder.left_out = 7
    with files_of_at_most(200_000):
        write_noise(takes, count=100)
    assert takes.trouble
    assert takes.left_out == 7
    takes.close()


def test_what_is_recorded_is_put_together_once_for_all_that_keep_it(
    tmp_path: Path, controls: Controls, monkeypatch: pytest.MonkeyPatch
):
    made: list[str] = []

    def noted(what: str, frame: Frame) -> Frame:
        made.append(what)
        return recorded(what, frame)

    monkeypatch.setattr("livestyle.takes.recorded", noted)
    controls.record_what = "both"
    takes = Takes(controls, tmp_path, tmp_path / "mine.mp4", FPS, replay=2.0)
    takes.write(*frames(1))
    assert made == ["both"]
    controls.step_record_what()
    takes.write(*frames(1, 1))
    assert made == ["both", "painted", "both"]
    takes.close()


def test_of_a_file_no_frame_is_left_out(tmp_path: Path, controls: Controls):
    takes = Takes(controls, tmp_path, tmp_path / "mine.mp4", FPS)
    chance = np.random.default_rng(0)
    noise = chance.integers(0, 256, (480, 640, 3), np.uint8)
    for number in range(50):  # faster than any encoder, more than may wait
        takes.write(Frame(noise, number, number / FPS))
    takes.close()
    assert takes.left_out == 0
    assert probe(tmp_path / "mine.mp4").frames == 50


def test_a_live_recording_lasts_until_it_is_ended(tmp_path: Path, controls: Controls):
    mine = tmp_path / "mine.mp4"
    takes = Takes(controls, tmp_path, mine, FPS, clock=lambda: 7.5)
    for i in range(10):
        takes.write(Frame(np.zeros((64, 64, 3), np.uint8), i, 5.0 + i / 10))
    takes.close()
    assert probe(mine).duration == pytest.approx(2.5, abs=0.01)
