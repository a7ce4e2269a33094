"""Who watches the virtual camera."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from livestyle import release
from livestyle.app import App
from livestyle.controls import Controls
from livestyle.errors import OutputError
from livestyle.latest import Latest
from livestyle.release import release_of
from livestyle.settings import Settings
from livestyle.sinks import audience
from livestyle.sinks.audience import Audience
from livestyle.sinks.virtual_camera import VirtualCamera
from livestyle.sources import Demo
from tests.livestyle.program import wait_until
from tests.livestyle.test_release import linux_only
from tests.livestyle.test_virtual_camera import Kept


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
