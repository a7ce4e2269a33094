"""The camera is let go of by a key, or while nobody watches, and taken again."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest

from livestyle import release
from livestyle.app import App
from livestyle.controls import Controls
from livestyle.errors import OutputError
from livestyle.frame import Frame
from livestyle.latest import Latest
from livestyle.release import Release, release_of
from livestyle.settings import Settings
from livestyle.sinks import audience
from livestyle.sinks.audience import Audience
from livestyle.sinks.virtual_camera import VirtualCamera
from livestyle.sources import Camera, Demo, VideoFile
from tests.livestyle.moving_card import card
from tests.livestyle.program import wait_until
from tests.livestyle.test_virtual_camera import Kept

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


@pytest.fixture
def device(tmp_path: Path) -> Path:
    path = tmp_path / "video7"
    path.touch()
    return path


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


@contextmanager
def reader_of(path: Path) -> Iterator[str]:
    """Another program that has the file open to read."""
    with (
        path.open("rb") as handle,
        subprocess.Popen(["sleep", "60"], stdin=handle) as program,
    ):
        handle.close()
        try:
            yield f"sleep (process {program.pid})"
        finally:
            program.kill()


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience, "WITHOUT", 0.02)
    monkeypatch.setattr(audience, "WITH", 0.02)


@linux_only
@pytest.mark.usefixtures("hurry")
def test_programs_that_read_a_device_are_seen_and_ones_own_writing_is_not(device: Path):
    path = ""
    with device.open("r+b"), closing(Audience(lambda: path)) as watched:
        assert watched.watching  # as long as nobody knows
        path = str(device)
        wait_until(lambda: not watched.watching, "our own handle counts")
        with reader_of(device) as program:
            wait_until(lambda: watched.watching, "the reader is not seen")
            assert watched.programs == [program]
        wait_until(lambda: not watched.watching, "the reader is not seen to go")
    assert "audience" not in [thread.name for thread in threading.enumerate()]


@linux_only
@pytest.mark.usefixtures("hurry")
def test_a_run_without_readers_lets_go_of_its_source_and_one_with_a_reader_has_it(
    settings: Settings, device: Path, monkeypatch: pytest.MonkeyPatch
):
    kept = Kept()
    kept.device = str(device)
    monkeypatch.setattr("livestyle.sinks.virtual_camera.open_device", kept.open)
    monkeypatch.setattr("livestyle.sinks.virtual_camera.require_package", lambda: None)
    said: list[str] = []
    unwatched = replace(
        settings, virtual_camera=True, release_when_unwatched=0.1, seconds=60
    )
    app = App(unwatched, said.append)
    source = app.source
    assert isinstance(source, Latest)
    seen: list[str] = []

    def watch() -> None:
        try:
            wait_until(lambda: "is released" in source.status, "it is not let go of")
            seen.append(source.status)
            captured, sent = source.captured, len(kept.pictures)
            wait_until(lambda: len(kept.pictures) > sent + 5, "nothing is sent on")
            assert source.captured == captured
            with reader_of(device):
                wait_until(lambda: source.captured > captured + 5, "nobody is seen")
            wait_until(lambda: source.resting, "it is not let go of again")
            seen.append("again")
        finally:
            app.controls.quit()

    watcher = Thread(target=watch)
    watcher.start()
    app.run()
    watcher.join()
    assert seen == ["demo is released (nobody watches)", "again"]
    assert said  # where no window can tell
    assert all("released (nobody watches)" in line for line in said)
    assert (kept.pictures[-1] != kept.pictures[0]).any()


def test_where_nobody_tells_who_watches_it_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(release.sys, "platform", "darwin")
    settings = Settings(release_when_unwatched=30.0)
    controls, source = Controls(("wave",)), Demo()
    outlet = VirtualCamera(open=Kept().open)
    with pytest.raises(OutputError, match=r"only Linux tells.*the key y releases"):
        release_of(settings, controls, source, outlet)
    # The option is for a virtual camera alone, and without it nobody looks.
    for without in (settings, None), (Settings(), outlet):
        assert release_of(without[0], controls, source, without[1])._audience is None
