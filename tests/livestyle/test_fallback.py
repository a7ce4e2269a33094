"""A provider that fails in the middle of a run, through real sessions of real files."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import cv2
import numpy as np
import pytest

from livestyle import choice
from livestyle.app import App
from livestyle.cli import main
from livestyle.contract import Embedding
from livestyle.errors import GpuError, ModelError, PaintError
from livestyle.frame import Pixels
from livestyle.model import Painter, Run
from livestyle.settings import Settings
from tests.livestyle.app_run import no_news
from tests.livestyle.moving_card import write_clip
from tests.livestyle.probe import probe
from tests.livestyle.program import wait_until
from tests.livestyle.screen import Screen
from tests.livestyle.tiny_painter import card, write_painter

GONE = "CUDA failure 719: unspecified launch failure"


class Failing:
    """Runs a painter for a while and then fails, as on a GPU that is gone."""

    def __init__(self, run: Run, good: int) -> None:
        self._run, self._left = run, good

    def __call__(self, pixels: Pixels, style: Embedding) -> Pixels:
        self._left -= 1
        if self._left < 0:
            raise RuntimeError(f"{GONE}\nand a long trace")
        return self._run(pixels, style)


def fails_after(app: App, good: int, name: str = "cuda") -> None:
    """Lets the painter count as one on a GPU, which fails after some frames."""
    painter = app.painter
    painter._run = Failing(painter._run, good)
    painter.provider = replace(painter.provider, name=name)


def shown_by(app: App, then: Callable[[int], object] = id) -> list[str]:
    """Runs it and tells which provider painted each frame."""
    shown: list[str] = []
    write = app.takes.write

    def noted(frame: Any) -> None:
        shown.append(app.painter.provider.name)
        write(frame)
        then(len(shown))

    app.takes.write = noted  # type: ignore[method-assign]
    app.run()
    return shown


def test_the_picture_goes_on_when_a_provider_fails(settings: Settings):
    said: list[str] = []
    app = App(replace(settings, seconds=30), said.append)
    fails_after(app, 3)
    shown = shown_by(app, lambda n: n < 8 or app.controls.quit())
    assert shown == ["cuda"] * 3 + ["cpu"] * 5
    (line,) = said
    assert line.startswith(f"CUDA failed ({GONE}), now on CPU. See with nvidia-smi")
    assert app.teller.status().warning == line
    stats = app.stats()
    assert stats["provider"] == "cpu"
    assert stats["provider_changes"] == [
        {"before": "cuda", "after": "cpu", "why": GONE}
    ]


def test_while_the_next_provider_is_opened_the_picture_stands_and_a_banner_says_why(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    let_go, opened = Event(), Painter

    def slowly(*words: Any, **options: Any) -> Painter:
        assert let_go.wait(30)
        return opened(*words, **options)

    app = App(replace(settings, seconds=30), print)
    fails_after(app, 2)
    monkeypatch.setattr(choice, "Painter", slowly)
    turns: list[str] = []
    show = app._show

    def noted(shown: Any, *, fresh: bool) -> None:
        show(shown, fresh=fresh)
        if warning := app.teller.status().warning:
            turns.append(warning)
            assert fresh == ("now on CPU" in warning)
        if len(turns) == 5:  # the loop goes round meanwhile: keys would be answered
            let_go.set()
        if len(turns) > 5 and fresh:
            app.controls.quit()

    app._show = noted  # type: ignore[method-assign]
    app.run()
    assert turns[0] == f"CUDA failed ({GONE}), another takes its place"
    assert turns[-1].startswith(f"CUDA failed ({GONE}), now on CPU")
    stats = app.stats()
    gone = stats["frames_shown"] + stats["frames_dropped"]
    assert 0 <= stats["frames_captured"] - gone <= 2  # one waits, one is in the hand


def test_of_a_file_no_frame_is_missed_when_a_provider_fails(
    settings: Settings, tmp_path: Path
):
    clip = write_clip(tmp_path / "clip.mp4", count=12)
    out = tmp_path / "out.mp4"
    app = App(replace(settings, source=str(clip), seconds=None, record=out), print)
    fails_after(app, 5)
    assert shown_by(app) == ["cuda"] * 5 + ["cpu"] * 7
    assert probe(out).frames == 12


def test_tensorrt_is_followed_by_the_first_that_can_be_had(settings: Settings):
    said: list[str] = []
    app = App(replace(settings, seconds=30), said.append)
    fails_after(app, 1, "tensorrt")
    shown = shown_by(app, lambda n: n < 3 or app.controls.quit())
    assert shown[0] == "tensorrt"
    assert shown[-1] in ("cuda", "cpu")  # as the machine has it
    assert said[0].startswith(f"TENSORRT failed ({GONE}), now on {shown[-1].upper()}.")
    assert said[0].endswith("Try --provider cuda.")


def test_when_the_cpu_fails_too_the_run_ends_with_what_failed(settings: Settings):
    app = App(replace(settings, seconds=30), no_news)
    fails_after(app, 2, "cpu")
    with pytest.raises(PaintError, match=rf"tiny\.onnx failed on .*CPU \({GONE}"):
        app.run()


def test_a_file_that_is_gone_when_it_is_needed_again_ends_with_what_failed(
    settings: Settings, tmp_path: Path, model: Path
):
    mine = tmp_path / "mine.onnx"
    mine.write_bytes(model.read_bytes())
    app = App(replace(settings, seconds=30, model=mine), no_news)
    fails_after(app, 2)
    mine.unlink()
    with pytest.raises(ModelError, match=GONE):
        app.run()


def test_another_painter_in_the_place_of_the_file_is_not_taken(
    settings: Settings, tmp_path: Path, model: Path
):
    mine = tmp_path / "mine.onnx"
    mine.write_bytes(model.read_bytes())
    app = App(replace(settings, seconds=30, model=mine), no_news)
    fails_after(app, 2)
    write_painter(mine, card(["negative", "tinted", "faded"]))
    with pytest.raises(ModelError, match=GONE):
        app.run()


def test_a_wall_of_styles_whose_tiles_fail_goes_on_too(
    settings: Settings, on_screen: Screen
):
    app = App(replace(settings, window=True, seconds=30), print)
    app.controls.view = "wall"
    fails_after(app, 2)  # one frame, and then its first tile but one
    shown = shown_by(app, lambda n: n < 6 or app.controls.quit())
    assert shown[-1] == "cpu"
    assert [change.after for change in app._fallback.changes] == ["cpu"]


def test_where_a_gpu_is_required_the_cpu_is_no_replacement(
    settings: Settings, tmp_path: Path
):
    out = tmp_path / "out.mp4"
    app = App(replace(settings, seconds=30, record=out), no_news)
    app.settings = replace(app.settings, require_gpu=True)
    app._fallback = app._make_fallback()
    fails_after(app, 4)
    with pytest.raises(GpuError, match=rf"CUDA failed \({GONE}\), and a GPU is req"):
        app.run()
    assert probe(out).frames == 4  # what was recorded is finished first


def test_without_a_gpu_a_run_that_requires_one_does_not_begin(
    model: Path, home: Path, capsys: pytest.CaptureFixture[str]
):
    words = "--source demo --size 64x48 --no-window --for 0.1 --provider cpu"
    typed = [*words.split(), "--model", str(model), "--stats", "s.json"]
    assert main([*typed, "--require-gpu"]) == 3
    said = capsys.readouterr().err
    assert "livestyle: the painter runs on CPU, and a GPU is required" in said
    assert "livestyle doctor" in said
    assert main(typed) == 0
    assert json.loads((home / "s.json").read_text())["provider_changes"] == []


def test_pictures_are_not_painted_where_a_gpu_is_required_and_missing(
    model: Path, home: Path, capsys: pytest.CaptureFixture[str]
):
    words = f"image gone.jpg -o out --style negative --model {model} --provider cpu"
    assert main([*words.split(), "--require-gpu"]) == 3
    assert "a GPU is required" in capsys.readouterr().err


def test_a_search_that_hangs_does_not_hang_the_end(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("livestyle.fallback.JOIN", 0.1)
    let_go, begun = Event(), Event()

    def hangs(*words: Any, **options: Any) -> Painter:
        begun.set()
        let_go.wait(30)
        raise ModelError("too late")

    app = App(replace(settings, seconds=0.6), no_news)
    fails_after(app, 1)
    monkeypatch.setattr(choice, "Painter", hangs)
    app.run()
    assert begun.is_set()
    search = app._fallback._search
    assert search is not None
    assert search.is_alive()
    let_go.set()
    wait_until(lambda: not search.is_alive(), "it hangs still")
    assert np.isfinite(app.stats()["fps"])


@pytest.mark.parametrize("command", ["image", "video"])
def test_files_end_with_the_same_status_when_a_gpu_that_is_required_fails(
    command: str, model: Path, clip: Path, home: Path, monkeypatch: pytest.MonkeyPatch
):
    def fails(*_: Any) -> Pixels:
        raise PaintError(GONE)

    shutil.copy(clip, home / "in.mp4")
    assert cv2.imwrite("in.png", np.zeros((36, 48, 3), np.uint8))
    monkeypatch.setattr("livestyle.providers.require_gpu", lambda _: None)
    monkeypatch.setattr(Painter, "paint", fails)
    files = {"image": "in.png -o out", "video": "in.mp4 -o out.mp4"}[command]
    typed = [command, *f"{files} --style negative --model {model}".split()]
    assert main([*typed, "--require-gpu"]) == 3
    assert main([*typed, "--overwrite"]) == 1
