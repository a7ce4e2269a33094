import threading
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

import livestyle.latest
from livestyle.errors import SourceError
from livestyle.frame import Frame
from livestyle.latest import Latest
from livestyle.sources import Camera, Demo, Stream, VideoFile
from tests.livestyle.moving_card import card, write_clip
from tests.livestyle.sender import free_port

SMALL = (64, 48)


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


def capture_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "capture"]


def test_a_slow_reader_sees_each_frame_once_and_only_fresh_ones() -> None:
    latest = Latest(Demo(SMALL, fps=100))
    pause, seen = Event(), []
    for frame in latest:
        if frame is not None:
            # In a queue the eighth would be half a second old.
            assert monotonic() - frame.captured < 0.2
            seen.append(frame.index)
            pause.wait(0.08)
        if len(seen) == 8:
            break
    latest.close()
    assert seen == sorted(set(seen))
    assert latest.dropped > 20
    assert latest.captured - len(seen) - latest.dropped in (0, 1)


def test_a_fast_reader_loses_nothing() -> None:
    latest = Latest(Demo(SMALL, fps=50))
    seen = []
    for frame in latest:
        if frame is not None:
            seen.append(frame.index)
        if len(seen) == 10:
            break
    latest.close()
    assert latest.dropped <= 2  # on a machine that is busy elsewhere


def test_the_last_frame_of_a_source_is_never_lost(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", count=12)
    latest = Latest(VideoFile(clip))
    seen = [frame.index for frame in latest if frame is not None]
    assert seen[-1] == 11
    assert latest.captured == 12
    assert len(seen) + latest.dropped == 12


def test_captured_fps_is_measured() -> None:
    latest = Latest(Demo(SMALL, fps=50))
    latest.wait_ready(5)
    Event().wait(1)
    assert latest.captured_fps == pytest.approx(50, rel=0.2)
    latest.close()


def test_name_rate_and_status_are_those_of_the_source_inside() -> None:
    source = Demo(SMALL, fps=25)
    latest = Latest(source)
    assert (latest.name, latest.fps, latest.status) == ("demo", 25, "")
    assert latest.live


def test_one_thread_owns_the_device_and_is_gone_after_close() -> None:
    latest = Latest(Demo(SMALL))
    assert not capture_threads()
    latest.wait_ready(5)
    assert capture_threads() == ["capture"]
    latest.close()
    latest.close()
    assert not capture_threads()


def test_a_camera_that_is_not_there_is_an_error_for_who_waits_and_who_reads() -> None:
    latest = Latest(Camera(97))
    with pytest.raises(SourceError, match="camera 97 did not open"):
        latest.wait_ready(5)
    with pytest.raises(SourceError, match="--source demo"):
        list(latest)
    latest.close()


def test_a_reader_without_news_gets_none_and_stays_awake() -> None:
    latest = Latest(Stream(f"udp://127.0.0.1:{free_port()}", patience=0.6))
    frames = iter(latest)
    began = monotonic()
    assert next(frames) is None
    assert monotonic() - began < 0.3
    latest.close()


def test_waiting_for_a_silent_source_ends_with_advice() -> None:
    latest = Latest(Stream(f"udp://127.0.0.1:{free_port()}", patience=0.6))
    with pytest.raises(SourceError, match=r"no picture within 0\.1 s.*--source demo"):
        latest.wait_ready(0.1)
    latest.close()
    assert not capture_threads()


def test_a_bug_in_a_source_reaches_the_reader() -> None:
    class Buggy(Scripted):
        def then(self) -> None:
            raise ZeroDivisionError("a bug")

    latest = Latest(Buggy())
    latest.wait_ready(5)
    frames = iter(latest)
    with pytest.raises(ZeroDivisionError, match="a bug"):
        list(frames)


def test_a_source_that_ends_at_once_never_gets_ready() -> None:
    source = Demo(SMALL)
    source.close()
    with pytest.raises(SourceError, match="ended without a picture"):
        Latest(source).wait_ready(5)


def test_a_driver_that_hangs_does_not_hang_close(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(livestyle.latest, "JOIN", 0.2)
    let_go = Event()

    class Hanging(Scripted):
        def then(self) -> None:
            let_go.wait(20)

    latest = Latest(Hanging())
    latest.wait_ready(5)
    began = monotonic()
    latest.close()
    assert monotonic() - began < 2
    assert list(latest) == []
    let_go.set()
    for thread in threading.enumerate():
        if thread.name == "capture":
            thread.join(5)
