import shutil
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from livestyle.app import App
from livestyle.errors import (
    DisplayError,
    ModelError,
    OutputError,
    PictureError,
    ProviderError,
    SourceError,
    UnknownStyleError,
)
from livestyle.settings import Settings
from tests.livestyle.app_run import no_news, ran
from tests.livestyle.moving_card import write_clip
from tests.livestyle.probe import probe
from tests.livestyle.program import files_of_at_most

HAS_CAMERA = Path("/dev/video0").exists()


@pytest.mark.skipif(HAS_CAMERA, reason="there is a camera here")
def test_without_a_camera_one_line_says_why_and_the_demo_runs(settings: Settings):
    said: list[str] = []
    app = App(replace(settings, source="auto"), said.append)
    app.run()
    (line,) = said
    assert line.startswith("camera 0 did not open (")
    assert line.endswith("here is the demo instead.")
    assert app.stats()["source"] == "demo"
    assert app.stats()["frames_shown"] > 0


def test_a_camera_that_was_asked_for_by_number_is_not_replaced(settings: Settings):
    with pytest.raises(SourceError, match=r"camera 9 did not open.*--source demo"):
        App(replace(settings, source="9"), no_news)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"model": Path("gone.onnx")}, ModelError, r"no model gone\.onnx"),
        ({"style": "negatif"}, UnknownStyleError, "Did you mean: negative"),
        ({"provider": "abacus"}, ProviderError, "no provider 'abacus'"),
        ({"source": "gone.mp4"}, SourceError, r"no file 'gone\.mp4'"),
        ({"source": "???"}, SourceError, "is no source"),
        ({"record": Path("gone/a.mp4")}, OutputError, "folder is not there"),
        ({"record": Path("a.gif")}, OutputError, "'.gif' are not written"),
        ({"record": Path("/proc/a.mp4")}, OutputError, "cannot write"),
    ],
)
def test_what_cannot_be_had_is_an_error_before_anything_runs(
    settings: Settings, changes: dict[str, Any], error: type[Exception], message: str
):
    with pytest.raises(error, match=message):
        App(replace(settings, **changes), no_news)


def test_a_recording_never_replaces_a_file(settings: Settings, tmp_path: Path):
    precious = tmp_path / "precious.mp4"
    precious.write_text("precious")
    with pytest.raises(OutputError, match=r"already there.*choose another name"):
        App(replace(settings, record=precious), no_news)
    assert precious.read_text() == "precious"


def test_garbage_is_no_video(settings: Settings, tmp_path: Path):
    (tmp_path / "clip.mp4").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(SourceError, match="is no video that can be read"):
        App(replace(settings, source=str(tmp_path / "clip.mp4")), no_news)


def test_pictures_too_small_to_paint_end_the_run_with_the_size(
    settings: Settings, tmp_path: Path
):
    clip = write_clip(tmp_path / "clip.mkv", size_wh=(16, 16))
    app = App(replace(settings, source=str(clip)), no_news)
    with pytest.raises(PictureError, match=r"16x16.*32 to 8192"):
        app.run()


def test_without_a_display_the_error_names_the_way_out(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    record = tmp_path / "a.mp4"
    with pytest.raises(DisplayError, match="--no-window"):
        App(replace(settings, window=True, record=record), no_news)
    assert not record.exists()


@pytest.mark.parametrize("fault", ["folder removed", "disk full"])
def test_a_recording_by_key_that_breaks_is_told_and_the_picture_goes_on(
    settings: Settings, fault: str
):
    shown_after = 0

    def break_it(app: App) -> None:
        nonlocal shown_after
        if app.meter.frames_shown == 1:
            app.controls.toggle("recording")
        elif app.takes.seconds and app.takes.seconds > 0.2 and fault != "disk full":
            shutil.rmtree(settings.folder, ignore_errors=True)
        elif app.takes.trouble:
            shown_after += 1
            if shown_after == 3:
                app.controls.quit()

    limit = files_of_at_most(60_000) if fault == "disk full" else nullcontext()
    with limit:
        app = ran(replace(settings, seconds=60.0), break_it).app
    assert shown_after == 3
    told = "not grow larger" if fault == "disk full" else "folder is not there"
    assert told in app.teller.status().warning
    assert not app.controls.recording
    if fault == "disk full":
        (path,) = settings.folder.iterdir()
        assert probe(path).frames > 5


def test_what_was_recorded_before_a_full_disk_plays(settings: Settings, tmp_path: Path):
    path = tmp_path / "a.mp4"
    app = App(replace(settings, size=(320, 240), seconds=120.0, record=path), no_news)
    told = pytest.raises(OutputError, match=r"a\.mp4'.*not grow larger")
    with told, files_of_at_most(150_000):
        app.run()
    judged = probe(path)
    assert judged.codec == "h264"
    assert judged.frames > 5
