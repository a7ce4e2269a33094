from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest

import livestyle.pacing
from livestyle.frame import Frame
from livestyle.pacing import NAP, Paced
from livestyle.sources import VideoFile
from tests.livestyle.fake_time import FakeTime
from tests.livestyle.moving_card import card, number_on, write_clip


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    return FakeTime(monkeypatch, livestyle.pacing)


class Reel:
    """A file whose frames are due at these seconds."""

    name, live, fps, status = "reel", False, 10.0, ""

    def __init__(self, *times: float) -> None:
        self.times = times
        self.closed = False

    def __iter__(self) -> Iterator[Frame | None]:
        for index, moment in enumerate(self.times):
            if index == 1:
                yield None  # a source may have no news
            yield Frame(card(index), index, moment)

    def close(self) -> None:
        self.closed = True


def given(frames: Iterator[Frame | None], time: FakeTime) -> list[tuple[int, float]]:
    """The frames' numbers and the moments at which they came."""
    start = time.now
    return [(f.index, time.now - start) for f in frames if f is not None]


def test_frames_come_when_they_are_due_and_none_is_left_out(time: FakeTime):
    times = (0.0, 0.05, 0.3, 0.31, 0.5)
    came = given(iter(Paced(Reel(*times))), time)
    assert [number for number, _ in came] == [0, 1, 2, 3, 4]
    assert [moment for _, moment in came] == pytest.approx(times)


def test_a_file_that_begins_late_on_its_clock_is_shown_at_once(time: FakeTime):
    came = given(iter(Paced(Reel(100.0, 100.1))), time)
    assert [moment for _, moment in came] == pytest.approx([0.0, 0.1])


def test_while_waiting_the_reader_is_called_often_enough_for_its_keys(time: FakeTime):
    calls = [time.now for _ in Paced(Reel(0.0, 0.5))]
    assert max(b - a for a, b in pairwise(calls)) < 2.5 * NAP


def test_a_slow_reader_slows_the_file_down_and_a_pause_delays_it(time: FakeTime):
    frames = iter(Paced(Reel(0.0, 0.1, 0.2, 0.3)))
    assert next(frames) is not None
    time.now += 0.4  # a pause, or a frame that took long
    came = given(frames, time)
    # The late one at once, the rest at the pace of the file and not in a bunch.
    assert [number for number, _ in came] == [1, 2, 3]
    assert [moment for _, moment in came] == pytest.approx([0.0, 0.1, 0.2])


def test_a_reader_that_takes_its_time_but_not_too_long_causes_no_delay(time: FakeTime):
    moments = []
    for frame in Paced(Reel(*(number / 10 for number in range(10)))):
        if frame is not None:
            moments.append(time.now - 1000)
            time.now += 0.09
    assert moments == pytest.approx([number / 10 for number in range(10)])


def test_closing_ends_the_wait_and_closes_the_file(time: FakeTime):
    reel = Reel(0.0, 60.0)
    paced = Paced(reel)
    frames = iter(paced)
    assert next(frames) is not None
    began = time.now
    paced.close()
    assert [frame for frame in frames if frame is not None] == []
    assert time.now == began
    assert reel.closed


def test_it_is_what_is_inside_in_all_but_the_pace(tmp_path: Path):
    file = VideoFile(write_clip(tmp_path / "clip.mp4", count=5, fps=20))
    paced = Paced(file)
    assert (paced.name, paced.fps, paced.status) == ("clip.mp4", 20, "")
    assert not paced.live
    began = monotonic()
    numbers = [number_on(frame.pixels) for frame in paced if frame is not None]
    assert numbers == [0, 1, 2, 3, 4]
    assert monotonic() - began > 0.19  # the last is due after a fifth of a second
