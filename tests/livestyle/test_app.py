import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
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
from livestyle.frame import Frame
from livestyle.latest import Latest
from livestyle.settings import Settings
from livestyle.sources import Demo
from tests.livestyle.moving_card import write_clip
from tests.livestyle.probe import first_picture, probe, run
from tests.livestyle.program import files_of_at_most, wait_until
from tests.livestyle.tiny_painter import write_painter

HAS_CAMERA = Path("/dev/video0").exists()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_painter(tmp_path_factory.mktemp("painter") / "tiny.onnx")


@pytest.fixture
def settings(model: Path, tmp_path: Path) -> Settings:
    """The demo for half a second without a window."""
    return Settings(
        source="demo",
        size=(160, 120),
        model=model,
        window=False,
        seconds=0.5,
        folder=tmp_path / "takes",
    )


def no_news(line: str) -> None:
    pytest.fail(f"it said: {line}")


@dataclass
class Ran:
    """A run that is over.

    Attributes:
        shown: the painted frames.
        painted_at: when each of them was ready; it was shown before the next one was.
        began, ended: when the run did.
    """

    app: App
    stats: dict[str, Any]
    shown: list[Frame]
    painted_at: list[float]
    began: float
    ended: float

    @property
    def shown_before(self) -> list[float]:
        """No frame was shown later than this."""
        return [*self.painted_at[1:], self.ended]


def ran(settings: Settings, dawdle: Callable[[App], object] = id) -> Ran:
    """Runs it to its end and keeps the painted frames.

    Args:
        settings: of the run.
        dawdle: is called in each painting, which takes longer by that.
    """
    app, shown, painted_at = App(settings, no_news), list[Frame](), list[float]()
    stylize = app.stylize

    def noted(frame: Frame) -> Frame:
        shown.append(stylize(frame))
        dawdle(app)
        painted_at.append(monotonic())
        return shown[-1]

    app.stylize = noted  # type: ignore[assignment]
    began = monotonic()
    app.run()
    ended = monotonic()
    return Ran(app, app.stats(), shown, painted_at, began, ended)


def in_flight(stats: dict[str, Any]) -> int:
    """Frames that were neither shown nor dropped when the run ended.

    One may lie in the slot, and another be on its way there.
    """
    gone = stats["frames_shown"] + stats["frames_dropped"]
    return int(stats["frames_captured"]) - int(gone)


def oldest_ms(run: Ran, percent: float) -> float:
    """No percentile of the latencies can be above this one of what they are below."""
    captured = [frame.captured for frame in run.shown]
    ages = np.array(run.shown_before) - captured
    return 1e3 * float(np.percentile(ages, percent, method="lower"))


def youngest_ms(run: Ran, percent: float) -> float:
    """Nor below this one of what they are above."""
    captured = [frame.captured for frame in run.shown]
    ages = np.array(run.painted_at) - captured
    return 1e3 * float(np.percentile(ages, percent, method="lower"))


@pytest.fixture(scope="module")
def recorded(model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    """Two seconds of the demo, recorded."""
    path = tmp_path_factory.mktemp("run") / "demo.mp4"
    settings = Settings(
        source="demo",
        size=(320, 240),
        model=model,
        window=False,
        seconds=2.0,
        record=path,
        style="tinted",
    )
    return ran(settings), path


def test_the_figures_of_a_run_are_all_there_and_agree(recorded: tuple[Ran, Path]):
    run = recorded[0]
    stats = run.stats
    assert json.loads(json.dumps(stats)) == stats
    shown = stats["frames_shown"]
    assert shown == len(run.shown) > 5
    assert 0 <= in_flight(stats) <= 2
    assert stats["provider"] == "cpu"
    assert (stats["style"], stats["model"]) == ("tinted", "tiny")
    assert stats["source"] == "demo"
    assert stats["written"] == [str(recorded[1])]


def test_the_times_of_a_run_agree_with_a_clock_beside_it(recorded: tuple[Ran, Path]):
    run = recorded[0]
    stats, first, last = run.stats, run.painted_at[0], run.painted_at[-1]
    assert run.ended - run.began >= 2.0
    # Rounded to a thousandth. They begin with the first frame that is shown.
    assert run.began + 2.0 - run.shown_before[0] < stats["seconds"] + 0.001
    assert stats["seconds"] < run.ended - first + 0.001
    intervals = stats["frames_shown"] - 1
    slowest = intervals / (run.ended - first)
    quickest = intervals / (last - run.shown_before[0])
    assert slowest - 0.001 < stats["fps"] < quickest + 0.001
    # Its percentiles are right to within 1 %.
    for name, percent in (("p50", 50), ("p95", 95)):
        lowest, highest = youngest_ms(run, percent), oldest_ms(run, percent)
        assert 0.98 * lowest - 0.01 < stats["latency_ms"][name] < 1.02 * highest + 0.01


def test_a_recording_is_as_long_as_what_it_shows(recorded: tuple[Ran, Path]):
    shown, path = recorded[0].shown, recorded[1]
    judged = probe(path)
    assert (judged.codec, judged.pix_fmt) == ("h264", "yuv420p")
    assert judged.size_wh == (320, 240)
    assert judged.frames == len(shown)
    assert recorded[0].stats["frames_left_out_of_recordings"] == 0
    moments = np.array([frame.captured for frame in shown])
    assert judged.times == pytest.approx(moments - moments[0], abs=0.001)
    real = float(moments[-1] - moments[0])
    assert real <= judged.duration <= real + float(np.diff(moments).max()) + 0.01


def test_a_recording_shows_the_painting(recorded: tuple[Ran, Path]):
    shown, path = recorded[0].shown, recorded[1]
    seen = first_picture(path, (320, 240)).astype(int)
    assert np.abs(seen - shown[0].pixels).mean() < 4


def test_the_demo_comes_in_exactly_the_size_asked_for(settings: Settings):
    for size in ((320, 240), (161, 99)):
        shown = ran(replace(settings, size=size, strength=0.0)).shown
        assert {(f.width, f.height) for f in shown} == {size}
    first = shown[0].pixels
    assert any(
        (first == Demo((161, 99)).picture_at(tick / 30)).all() for tick in range(900)
    )


def test_a_slow_painter_drops_frames_and_always_gets_the_newest(settings: Settings):
    counts: list[int] = []

    def until_five_more_have_come(app: App) -> None:
        assert isinstance(app.source, Latest)
        source, now = app.source, app.source.captured
        wait_until(lambda: source.captured >= now + 5, "the demo stands still")
        counts.append(source.captured)

    run = ran(replace(settings, seconds=1.5), until_five_more_have_come)
    stats = run.stats
    assert stats["frames_dropped"] > 3 * (stats["frames_shown"] - 1)
    assert 0 <= in_flight(stats) <= 2
    # When a painting is done, the next frame is the newest that has arrived by then:
    # of those counted the last may be on its way. Latency is bounded by that.
    assert len(run.shown) > 1
    for count, frame in zip(counts, run.shown[1:], strict=False):
        assert frame.index >= count - 2
    assert 0 < stats["latency_ms"]["p50"] <= stats["latency_ms"]["p95"]
    assert stats["latency_ms"]["p95"] < 1.02 * oldest_ms(run, 95) + 0.01


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


def test_what_was_recorded_before_a_full_disk_plays(settings: Settings, tmp_path: Path):
    path = tmp_path / "a.mp4"
    app = App(replace(settings, size=(320, 240), seconds=120.0, record=path), no_news)
    told = pytest.raises(OutputError, match=r"a\.mp4'.*not grow larger")
    with told, files_of_at_most(150_000):
        app.run()
    judged = probe(path)
    assert judged.codec == "h264"
    assert judged.frames > 5


def test_a_paused_live_picture_stays_and_its_frames_are_not_painted(
    settings: Settings,
):
    app = App(settings, no_news)
    app.controls.paused = True
    app.run()
    assert app.stats()["frames_shown"] == 0
    assert app.stats()["frames_captured"] > 0
