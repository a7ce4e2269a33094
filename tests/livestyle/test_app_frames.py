from dataclasses import replace
from pathlib import Path

import pytest

from livestyle.app import App
from livestyle.settings import Settings
from livestyle.sources import Demo
from tests.livestyle.app_run import no_news, ran
from tests.livestyle.moving_card import write_clip
from tests.livestyle.probe import probe, run


def test_the_demo_comes_in_exactly_the_size_asked_for(settings: Settings):
    for size in ((320, 240), (161, 99)):
        shown = ran(replace(settings, size=size, strength=0.0)).shown
        assert {(f.width, f.height) for f in shown} == {size}
    first = shown[0].pixels
    assert any(
        (first == Demo((161, 99)).picture_at(tick / 30)).all() for tick in range(900)
    )


def test_of_a_file_every_frame_is_painted_and_recorded(
    settings: Settings, tmp_path: Path
):
    clip = write_clip(tmp_path / "clip.mp4", count=17, size_wh=(320, 240))
    out = tmp_path / "out.mp4"
    done = ran(replace(settings, source=str(clip), seconds=None, record=out))
    assert done.stats["frames_shown"] == done.stats["frames_captured"] == 17
    assert done.stats["frames_dropped"] == 0
    assert [frame.index for frame in done.shown] == list(range(17))
    before, after = probe(clip), probe(out)
    assert after.times == pytest.approx(before.times, abs=0.001)
    assert done.app.source.name == "clip.mp4"


def test_of_a_long_file_the_recording_misses_nothing_however_fast_it_is_read(
    settings: Settings, tmp_path: Path
):
    # Raw noise is read far faster than it is encoded, and here nothing is painted.
    clip, out = tmp_path / "clip.mkv", tmp_path / "out.mp4"
    noise = "color=s=640x480:r=25:d=4,noise=alls=99:allf=t,format=yuv420p"
    run("ffmpeg", "-f", "lavfi", "-i", noise, "-c:v", "rawvideo", clip)
    fast = replace(settings, source=str(clip), seconds=None, record=out, strength=0.0)
    stats = ran(fast).stats
    assert stats["frames_left_out_of_recordings"] == 0
    assert stats["frames_shown"] == probe(out).frames == 100


def test_a_file_ends_early_when_time_is_up(settings: Settings, tmp_path: Path):
    clip = write_clip(tmp_path / "clip.mp4")
    assert ran(replace(settings, source=str(clip), seconds=1e-9)).shown == []


def test_a_run_begins_as_the_settings_say(settings: Settings):
    app = App(replace(settings, style="tinted", strength=0.5, mirror=True), no_news)
    app.controls.quit()
    app.run()
    assert app.controls.style == "tinted"
    assert app.controls.strength == 0.5
    assert app.controls.mirror
    assert app.stats()["frames_shown"] == 0
    assert app.stats()["latency_ms"] == {"p50": None, "p95": None}


def test_a_paused_live_picture_stays_and_its_frames_are_not_painted(
    settings: Settings,
):
    app = App(settings, no_news)
    app.controls.paused = True
    app.run()
    assert app.stats()["frames_shown"] == 0
    assert app.stats()["frames_captured"] > 0
