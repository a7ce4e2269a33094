import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Event
from time import monotonic

import pytest

import livestyle.latest
from livestyle.errors import SourceError
from livestyle.frame import Frame
from livestyle.latest import Latest
from livestyle.sources import Camera, Demo, VideoFile
from tests.livestyle.fake_time import FakeTime
from tests.livestyle.moving_card import card, write_clip

SMALL = (64, 48)
LONG = 30.0  # seconds, for what takes none unless something is broken


class Scripted:
    """A source that gives one frame and then does what the test wants."""

    name, live, fps, status = "scripted", True, 0.0, ""

    def __init__(self) -> None:
        self.closed = Event()

    def __iter__(self) -> Iterator[Frame | None]:
        yield Frame(card(0), 0, monotonic())
        self.then()

    def then(self) -> None:
        return

    def close(self) -> None:
        self.closed.set()


class OnDemand(Scripted):
    """A source that gives as many frames as the test asks for, and else waits."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: Queue[int] = Queue()
        self._given: Queue[int] = Queue()

    def __iter__(self) -> Iterator[Frame | None]:
        index = 0
        while count := self._asked.get(timeout=LONG):
            for _ in range(count):
                yield Frame(card(0), index, monotonic())
                index += 1
            self._given.put(count)

    def give(self, count: int) -> None:
        """Returns when the last of so many frames has gone where it had to go."""
        self._asked.put(count)
        self._given.get(timeout=LONG)

    def close(self) -> None:
        self._asked.put(0)


def on_demand() -> tuple[OnDemand, Latest, Iterator[Frame | None]]:
    """A source and its reader, whose thread runs."""
    source = OnDemand()
    latest = Latest(source)
    frames = iter(latest)
    assert next(frames) is None
    return source, latest, frames


def index_of(frame: Frame | None) -> int:
    assert frame is not None
    return frame.index


def capture_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "capture"]


def test_a_slow_reader_gets_the_newest_frame_and_each_one_once() -> None:
    source, latest, frames = on_demand()
    seen = []
    for count in (1, 5, 3, 7):
        source.give(count)
        seen.append(index_of(next(frames)))
        assert next(frames) is None
    latest.close()
    assert seen == [0, 5, 8, 15]
    assert (latest.captured, latest.dropped) == (16, 12)


def test_a_fast_reader_loses_nothing() -> None:
    source, latest, frames = on_demand()
    seen = []
    for _ in range(10):
        source.give(1)
        seen.append(index_of(next(frames)))
    latest.close()
    assert seen == list(range(10))
    assert (latest.captured, latest.dropped) == (10, 0)


def test_with_a_source_that_waits_for_nobody_the_figures_agree() -> None:
    latest = Latest(Demo(SMALL, fps=100))
    pause, seen = Event(), []
    for frame in latest:
        if frame is not None:
            seen.append(frame.index)
            pause.wait(0.08)
        if len(seen) == 8:
            break
    latest.close()
    assert seen == sorted(set(seen))
    assert latest.dropped > 0
    # At the end one may lie in the slot and another be on its way there.
    assert 0 <= latest.captured - len(seen) - latest.dropped <= 2


def test_the_last_frame_of_a_source_is_never_lost(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", count=12)
    latest = Latest(VideoFile(clip))
    seen = [frame.index for frame in latest if frame is not None]
    assert seen[-1] == 11
    assert latest.captured == 12
    assert len(seen) + latest.dropped == 12


def test_captured_fps_is_that_of_the_last_two_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source, latest, _ = on_demand()
    time = FakeTime(monkeypatch, livestyle.latest)
    source.give(1)
    assert latest.captured_fps == 0
    for rate in (10, 50):
        for _ in range(3 * rate):
            time.now += 1 / rate
            source.give(1)
        assert latest.captured_fps == pytest.approx(rate)
    time.now += 3
    assert latest.captured_fps == 0
    latest.close()


def test_name_rate_and_status_are_those_of_the_source_inside() -> None:
    source = Demo(SMALL, fps=25)
    latest = Latest(source)
    assert (latest.name, latest.fps, latest.status) == ("demo", 25, "")
    assert latest.live


def test_one_thread_owns_the_device_and_is_gone_after_close() -> None:
    latest = Latest(Demo(SMALL))
    assert not capture_threads()
    latest.wait_ready(LONG)
    assert capture_threads() == ["capture"]
    latest.close()
    latest.close()
    assert not capture_threads()


def test_a_camera_that_is_not_there_is_an_error_for_who_waits_and_who_reads() -> None:
    latest = Latest(Camera(97))
    with pytest.raises(SourceError, match="camera 97 did not open"):
        latest.wait_ready(LONG)
    with pytest.raises(SourceError, match="--source demo"):
        list(latest)
    latest.close()


def test_a_reader_without_news_gets_none_and_stays_awake() -> None:
    # It is asleep for as long as the source is, if it waits for a frame or the end.
    _, latest, frames = on_demand()
    assert next(frames) is None
    assert next(frames) is None
    latest.close()
    assert list(frames) == []


def test_waiting_for_a_silent_source_ends_with_advice() -> None:
    latest = Latest(OnDemand())
    with pytest.raises(SourceError, match=r"no picture within 0\.1 s.*--source demo"):
        latest.wait_ready(0.1)
    latest.close()
    assert not capture_threads()


def test_a_bug_in_a_source_reaches_the_reader() -> None:
    class Buggy(Scripted):
        def then(self) -> None:
            raise ZeroDivisionError("a bug")

    latest = Latest(Buggy())
    latest.wait_ready(LONG)
    frames = iter(latest)
    with pytest.raises(ZeroDivisionError, match="a bug"):
        list(frames)


def test_a_source_that_ends_at_once_never_gets_ready() -> None:
    source = Demo(SMALL)
    source.close()
    with pytest.raises(SourceError, match="ended without a picture"):
        Latest(source).wait_ready(LONG)


def test_a_driver_that_hangs_does_not_hang_close(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(livestyle.latest, "JOIN", 0.2)
    let_go = Event()

    class Hanging(Scripted):
        def then(self) -> None:
            let_go.wait(LONG)

    latest = Latest(Hanging())
    latest.wait_ready(LONG)
    latest.close()
    assert capture_threads() == ["capture"]  # it hangs still; who closes does not
    assert list(latest) == []
    let_go.set()
    for thread in threading.enumerate():
        if thread.name == "capture":
            thread.join(LONG)


def test_a_source_that_hangs_in_a_read_is_told_after_two_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source, latest, _ = on_demand()
    assert latest.status == ""  # it may take its time for the first one
    time = FakeTime(monkeypatch, livestyle.latest)
    source.give(1)
    time.now += 1.9
    assert latest.status == ""
    time.now += 1.1
    assert latest.status == "no picture for 3 s"
    source.status = "stream lost"  # which says more
    assert latest.status == "stream lost"
    source.status = ""
    source.give(1)
    assert latest.status == ""
    time.now += 9
    latest.close()
    assert latest.status == ""  # it is over, not quiet
    assert latest.inside is source


def test_two_frames_of_one_moment_have_no_rate():
    latest = Latest(Scripted())
    latest._times.extend([monotonic()] * 2)  # as on a clock with coarse steps
    assert latest.captured_fps == 0.0
