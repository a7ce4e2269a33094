"""The camera is let go of by a key, or while nobody watches, and taken again."""

import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from livestyle.controls import Controls
from livestyle.frame import Frame
from livestyle.latest import Latest
from livestyle.release import Release
from livestyle.sinks.audience import Audience
from livestyle.sources import Camera, VideoFile
from tests.livestyle.moving_card import card
from tests.livestyle.program import wait_until

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


def held_here(path: Path) -> bool:
    """Whether this very process has the file open."""
    handles = Path("/proc/self/fd")
    there = [handle for handle in handles.iterdir() if handle.is_symlink()]
    return any(handle.readlink() == path for handle in there)


class Holding:
    """A live source that has a file open while it is read, as a camera its device."""

    name, live, fps, status = "camera 7", True, 100.0, ""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.given = 0
        self._closed = Event()

    def __iter__(self) -> Iterator[Frame | None]:
        with self.path.open("rb"):
            while not self._closed.wait(0.01):
                self.given += 1
                yield Frame(card(0), self.given - 1, monotonic())

    def close(self) -> None:
        self._closed.set()


@linux_only
def test_the_device_is_really_closed_and_opened_again(device: Path):
    latest = Latest(Holding(device))
    with closing(latest):
        latest.wait_ready(30)
        assert held_here(device)
        latest.rest("tea time")
        assert latest.status.startswith("camera 7 is ")
        wait_until(lambda: "is released" in latest.status, "it is not told")
        assert latest.status == "camera 7 is released (tea time)"
        assert not held_here(device)
        before = latest.captured
        frames = iter(latest)
        next(frames)  # what was there already
        assert next(frames) is None  # and who reads stays awake
        assert latest.captured == before
        latest.wake()
        wait_until(lambda: latest.captured > before, "it does not come back")
        assert held_here(device)
        assert latest.status == ""
        later = next(frames)
        assert later is not None
        assert later.index >= before
    assert not held_here(device)


@linux_only
def test_opencv_lets_go_of_a_camera(clip: Path):
    camera = Camera(str(clip))
    frames = iter(camera)
    assert next(frames) is not None
    assert held_here(clip)
    frames.close()  # type: ignore[attr-defined]  # as `Latest` does
    assert not held_here(clip)


def test_a_run_may_end_while_the_camera_is_released(device: Path):
    latest = Latest(Holding(device))
    latest.wait_ready(30)
    latest.rest("tea time")
    wait_until(lambda: "is released" in latest.status, "it is not told")
    latest.close()
    assert "capture" not in [thread.name for thread in threading.enumerate()]
    assert list(latest) == []


def test_a_camera_that_is_gone_when_it_is_to_be_taken_again_comes_back(
    clip: Path, tmp_path: Path
):
    plugged = tmp_path / "camera.mp4"  # a clip, which OpenCV opens as it does a camera
    plugged.write_bytes(clip.read_bytes())
    with closing(Latest(Camera(str(plugged), reconnect=True))) as latest:
        latest.wait_ready(30)
        latest.rest("tea time")
        wait_until(lambda: "is released" in latest.status, "it is not let go of")
        away = plugged.rename(tmp_path / "away.mp4")
        latest.wake()
        wait_until(lambda: "camera.mp4 lost (" in latest.status, "nothing is told")
        before = latest.captured
        away.rename(plugged)
        wait_until(lambda: latest.captured > before, "it does not come back")


def test_a_file_has_nothing_to_release(clip: Path):
    controls = Controls(("wave",))
    controls.toggle("released")
    Release(controls, VideoFile(clip)).follow()
    assert not controls.released
    assert controls.note == "only a live source can be released"


class Watched(Audience):
    """An audience that comes and goes as a test says."""

    def __init__(self) -> None:
        self.there = True

    @property
    def watching(self) -> bool:
        return self.there

    def close(self) -> None:
        pass


class Case:
    """A source, somebody at the keys and an audience, by a clock of their own."""

    def __init__(self, source: Latest) -> None:
        self.now = 100.0
        self.source = source
        self.controls = Controls(("wave",))
        self.audience = Watched()
        self._release = Release(
            self.controls, source, self.audience, 30.0, lambda: self.now
        )

    def resting_after(self, seconds: float) -> bool:
        self.now += seconds
        self._release.follow()
        assert self.controls.released == self.source.resting
        return self.source.resting

    def press(self) -> None:
        self.controls.toggle("released")


@pytest.fixture
def case(device: Path) -> Iterator[Case]:
    with closing(Latest(Holding(device))) as source:
        yield Case(source)


def test_a_key_lets_go_of_the_camera_and_takes_it_again(case: Case):
    case.press()
    assert case.resting_after(0)
    assert "being released" in case.source.status
    case.press()
    assert not case.resting_after(0)


def test_the_camera_is_let_go_of_when_nobody_watches_and_taken_when_somebody_does(
    case: Case,
):
    assert not case.resting_after(1000)
    case.audience.there = False
    assert not case.resting_after(29)
    assert case.resting_after(1)
    assert case.resting_after(1000)
    case.audience.there = True
    assert not case.resting_after(0)
    case.audience.there = False
    assert not case.resting_after(29)
    case.audience.there = True
    assert not case.resting_after(29)
    case.audience.there = False
    assert not case.resting_after(29)


def test_who_lets_go_by_the_key_is_not_seen_before_the_key_is_pressed_again(case: Case):
    case.press()
    assert case.resting_after(0)
    case.audience.there = False
    assert case.resting_after(1000)
    case.audience.there = True
    assert case.resting_after(1000)
    case.press()
    assert not case.resting_after(0)


def test_who_takes_the_camera_by_the_key_has_it_for_a_while(case: Case):
    case.audience.there = False
    assert case.resting_after(30)
    case.press()
    assert not case.resting_after(0)
    assert not case.resting_after(29)
    assert case.resting_after(1)
    case.press()
    assert not case.resting_after(0)
    case.press()  # by hand now: nobody who comes brings it back
    assert case.resting_after(0)
    case.audience.there = True
    assert case.resting_after(1)


def test_a_recording_is_somebody_who_watches(case: Case):
    case.audience.there = False
    case.controls.recording = True
    assert not case.resting_after(1000)
    case.controls.recording = False
    assert case.resting_after(30)
    case.controls.recording = True
    assert not case.resting_after(0)
