"""Faults that meet the whole program in the middle of a run."""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from livestyle.app import App
from livestyle.settings import Settings
from livestyle.sources import Camera
from tests.livestyle.probe import probe
from tests.livestyle.program import running, wait_for_bytes, wait_until
from tests.livestyle.screen import Screen, missing
from tests.livestyle.scripted_camera import Driver, noise


def test_a_size_that_changes_in_mid_run_is_painted_and_recorded(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    sizes = [(64, 48), (160, 120), (40, 40), (64, 48)]

    def step(number: int):
        def read():
            Event().wait(0.1)  # so that each one is painted
            return noise(number, sizes[number % 4])

        return read

    Driver(monkeypatch, [step(number) for number in range(8)])
    out = tmp_path / "out.mp4"
    app = App(replace(settings, source="0", seconds=20, record=out), print)
    seen = []
    write = app.takes.write

    def noted(frame):
        seen.append((frame.width, frame.height))
        write(frame)
        if len(seen) >= 7:
            app.controls.quit()

    app.takes.write = noted
    app.run()
    assert len(set(seen)) == 3
    judged = probe(out)
    assert judged.frames == len(seen)
    assert judged.size_wh == seen[0]


def test_a_camera_that_never_comes_back_does_not_keep_the_run_from_ending(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    impatient = partial(Camera, patience=0.2)
    monkeypatch.setattr("livestyle.sources.Camera", impatient)
    Driver(monkeypatch, [noise(0), noise(1)])  # and never again
    out = tmp_path / "out.mp4"
    told: list[str] = []
    app = App(replace(settings, source="0", seconds=1.0, record=out), told.append)
    said: set[str] = set()
    show = app._show

    def noted(shown, *, fresh):
        said.add(app.teller.status().warning)
        show(shown, fresh=fresh)

    app._show = noted
    app.run()
    lost = "camera 0 lost (no pictures come)"
    assert any(warning.startswith(lost) for warning in said)
    assert sum(line.startswith(lost) for line in told) == 1  # there is no window
    assert probe(out).frames >= 1


def test_figures_whose_folder_is_gone_at_the_end_are_one_sentence(
    home: Path, model: Path
):
    (home / "figures").mkdir()
    words = "--source demo --size 160x120 --no-window --for 1 --stats figures/s.json"
    typed = [*words.split(), "--record", "a.mp4", "--model", model]
    with running(*typed, cwd=home) as program:
        wait_until((home / "a.mp4").exists, "it does not begin")
        shutil.rmtree(home / "figures")
        out, err = program.communicate(timeout=60)
    assert (program.returncode, out) == (1, "saved a.mp4\n")
    assert "the figures cannot be written to figures/s.json" in err
    assert "Traceback" not in err
    assert probe(home / "a.mp4").frames > 0


def test_a_recording_plays_after_its_screen_went_away(
    tmp_path: Path, model: Path, screen: Screen
):
    assert not missing()
    (tmp_path / "screen").mkdir()
    own = Screen(tmp_path / "screen")
    words = "--source demo --size 320x240 --record a.mp4 --model"
    with running(*words.split(), model, cwd=tmp_path, screen=own.environ) as program:
        wait_for_bytes(tmp_path / "a.mp4", 60_000)
        own.close()  # Qt ends the program here, whatever that would like to do
        program.communicate(timeout=30)
    assert probe(tmp_path / "a.mp4").frames > 5
