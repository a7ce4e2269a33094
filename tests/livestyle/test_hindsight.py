from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from livestyle.controls import Controls
from livestyle.frame import Frame
from livestyle.hindsight import MAKERS
from livestyle.sinks.replay import movie_bytes
from livestyle.sinks.ring import Remembered
from livestyle.takes import Takes
from tests.livestyle.moving_card import card
from tests.livestyle.probe import probe
from tests.livestyle.program import files_of_at_most, wait_until

FPS = 10


@pytest.fixture
def controls() -> Controls:
    return Controls(("wave", "scream"))


@pytest.fixture
def takes(tmp_path: Path, controls: Controls) -> Iterator[Takes]:
    takes = Takes(controls, tmp_path / "takes", None, FPS, replay=2.0)
    yield takes
    takes.close()


def play(takes: Takes, first: int, last: int) -> None:
    """Shows cards, one when the one before has been remembered."""
    replay = takes.hindsight.replay
    for number in range(first, last):
        before = replay.frames if replay else 0
        takes.write(Frame(card(number % 17), number, number / FPS))
        if replay is not None:
            wait_until(lambda before=before: replay.frames > before, "it stands still")


def follow_until(takes: Takes, files: int) -> None:
    def done() -> bool:
        takes.follow()
        return len(takes.written) >= files or bool(takes.trouble)

    wait_until(done, "nothing was saved")


def test_a_key_saves_the_seconds_before_it(takes: Takes, controls: Controls) -> None:
    play(takes, 0, 31)
    controls.ask_replay()
    follow_until(takes, files=1)
    (path,) = takes.written
    assert path.name.endswith("_wave.mp4")
    assert controls.note == f"saved {path.name}"
    judged = probe(path)
    assert judged.codec == "h264"
    assert 2.0 <= judged.duration <= 3.0


def test_another_key_saves_them_as_a_gif(takes: Takes, controls: Controls) -> None:
    play(takes, 0, 15)
    controls.ask_gif()
    follow_until(takes, files=1)
    (path,) = takes.written
    assert path.name.endswith("_wave.gif")
    assert path.read_bytes()[:6] == b"GIF89a"
    takes.close()
    assert len(takes.written) == 1


def test_every_press_makes_a_file_of_its_own(takes: Takes, controls: Controls) -> None:
    play(takes, 0, 5)
    for count in (1, 2):
        controls.ask_replay()
        follow_until(takes, count)
    takes.close()
    assert len(set(takes.written)) == len(takes.written) == 2


def test_the_last_seconds_can_be_saved_while_a_recording_runs(
    takes: Takes, controls: Controls
) -> None:
    play(takes, 0, 10)
    controls.toggle("recording")
    play(takes, 10, 15)
    controls.ask_replay()
    follow_until(takes, files=1)
    controls.toggle("recording")
    takes.follow()
    assert [probe(path).frames for path in takes.written] == [14, 5]


def test_what_is_being_saved_at_the_end_is_finished(
    takes: Takes, controls: Controls, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(remembered: Remembered) -> memoryview:
        sleep(0.3)
        return movie_bytes(remembered)

    monkeypatch.setitem(MAKERS, ".mp4", slowly)
    play(takes, 0, 5)
    controls.ask_replay()
    takes.close()
    (path,) = takes.written
    assert probe(path).frames == 4


def test_a_key_says_when_there_is_nothing_to_save(
    takes: Takes, controls: Controls
) -> None:
    controls.ask_replay()
    takes.follow()
    assert controls.note == "nothing is remembered yet"
    assert takes.written == []


def test_without_a_replay_the_key_names_the_option(
    tmp_path: Path, controls: Controls
) -> None:
    takes = Takes(controls, tmp_path, None, FPS)
    play(takes, 0, 3)
    controls.ask_replay()
    takes.follow()
    takes.close()
    assert controls.note == "no last seconds: see --replay"
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_told_and_leaves_no_file(
    takes: Takes, controls: Controls
) -> None:
    play(takes, 0, 15)
    with files_of_at_most(1000):
        controls.ask_replay()
        follow_until(takes, files=1)
    assert "files may not grow larger" in takes.trouble
    assert list(takes.folder.iterdir()) == []
    controls.ask_replay()

    def saved() -> bool:
        takes.follow()
        return bool(takes.written)

    wait_until(saved, "nothing was saved")
    assert takes.trouble == ""  # what went well is the news


def test_a_replay_that_dies_is_told_once_and_the_picture_goes_on(
    takes: Takes, controls: Controls
) -> None:
    play(takes, 0, 3)
    takes.write(Frame(card(0)[:0, :0], 3, 0.3))  # no program makes such a frame
    follow_until(takes, files=1)
    assert "the last seconds are lost" in takes.trouble
    takes.trouble = ""
    play(takes, 4, 6)
    takes.follow()
    assert takes.trouble == ""
    controls.ask_replay()
    takes.follow()
    assert controls.note == "no last seconds: they ended with an error"
