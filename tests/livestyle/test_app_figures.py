import json
import threading
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
import pytest

from livestyle.app import App
from livestyle.latest import Latest
from livestyle.settings import Settings
from livestyle.sinks.encoder_choice import ENCODERS
from tests.livestyle.app_run import Ran, ran
from tests.livestyle.probe import first_picture, probe
from tests.livestyle.program import wait_until


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


def test_both_are_recorded_side_by_side_and_nothing_is_remembered_for_no_keys(
    settings: Settings, tmp_path: Path
):
    threads: set[str] = set()
    path = tmp_path / "both.mp4"
    run = ran(
        replace(settings, record=path, record_what="both"),
        lambda _: threads.update(thread.name for thread in threading.enumerate()),
    )
    seen = first_picture(path, (320, 120)).astype(int)
    # The painter of the tests gives the negative.
    assert np.abs(seen[:, 160:] - run.shown[0].pixels).mean() < 4
    assert np.abs(255 - seen[:, :160] - run.shown[0].pixels).mean() < 4
    assert run.stats["encoder"] in ENCODERS
    assert "encoder" in threads
    assert "replay" not in threads


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


def test_the_stages_of_a_frame_are_told_and_add_up_to_its_latency(settings: Settings):
    run = ran(replace(settings, seconds=1.0), lambda _: sleep(0.05))
    stages = run.stats["stages_ms"]
    assert list(stages) == ["capture", "paint", "record"]
    assert stages["paint"]["p50"] >= 50
    for ms in stages.values():
        assert 0 <= ms["p50"] <= ms["p95"]
    latency = run.stats["latency_ms"]
    # Medians of parts need not add up to the median of the whole, but nearly do.
    whole = sum(ms["p50"] for ms in stages.values())
    assert 0.7 * latency["p50"] < whole < 1.3 * latency["p50"] + 5


def test_encoding_is_timed_in_its_own_thread(recorded: tuple[Ran, Path]):
    stages = recorded[0].stats["stages_ms"]
    assert stages["encode"]["p50"] > 0.1
    assert stages["record"]["p50"] < stages["encode"]["p95"]


def test_a_file_has_no_moment_of_capture_to_count_from(settings: Settings, clip: Path):
    run = ran(replace(settings, source=str(clip), seconds=None, size=None))
    assert list(run.stats["stages_ms"]) == ["paint", "record"]
