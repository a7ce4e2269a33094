"""What the live loop makes of a machine's speed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from livestyle.app import App
from livestyle.controls import Controls
from livestyle.frame import Frame
from livestyle.latest import Latest
from livestyle.model import Painter
from livestyle.overlay import Status, status_line
from livestyle.quality import Quality
from livestyle.settings import Settings
from livestyle.sources import Demo, VideoFile
from tests.livestyle.app_run import ran
from tests.livestyle.test_meter import Clock
from tests.livestyle.tiny_painter import painted, write_painter

SIZE = (320, 240)
FRAME = Frame(np.zeros((240, 320, 3), np.uint8), 0, 0.0)


@pytest.fixture(scope="module")
def labouring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A painter that takes the longer the more pixels there are."""
    folder = tmp_path_factory.mktemp("labouring")
    return write_painter(folder / "tiny.onnx", labour=10)


def paint_time(painter: Painter) -> float:
    """Seconds for a whole picture; what else the machine does counts as little."""
    times = []
    for _ in range(6):
        began = perf_counter()
        painter.paint(FRAME.pixels, painter.embedding("negative"))
        times.append(perf_counter() - began)
    return min(times)


def test_a_slow_painter_recovers_its_rate_and_pictures_stay_as_large(
    settings: Settings, labouring: Path
):
    alone = paint_time(Painter(labouring, provider="cpu"))
    moments: dict[float, list[float]] = {}  # of frames, by the size of painting

    def until_ten_are_small(app: App) -> None:
        moments.setdefault(app.controls.share, []).append(perf_counter())
        if app.controls.share < 0.85 and len(moments[app.controls.share]) > 10:
            app.controls.quit()

    run = ran(
        replace(
            settings,
            model=labouring,
            size=SIZE,
            provider="cpu",
            seconds=60.0,
            quality="auto",
            fps=240.0,  # more than there will be
            target_fps=2 / alone,  # twice as many as there are at full size
        ),
        until_ten_are_small,
    )
    share = run.app.controls.share
    assert 0.5 <= share < 0.85
    full, small = (float(np.diff(moments[size]).min()) for size in (1.0, share))
    assert small < 0.75 * full
    assert {frame.pixels.shape for frame in run.shown} == {(240, 320, 3)}
    told = run.stats["quality"]
    assert told["asked"] == "auto"
    assert told["changes"] >= 1
    assert told["time_at"].keys() >= {"1", f"{share:g}"}
    assert sum(told["time_at"].values()) == pytest.approx(1, abs=0.01)


def test_full_stays_full_however_slow_it_is(settings: Settings, labouring: Path):
    live = replace(settings, model=labouring, size=SIZE, provider="cpu", seconds=2.0)
    run = ran(replace(live, quality="full", target_fps=500.0, fps=500.0))
    assert run.stats["quality"]["time_at"] == {"1": 1.0}
    content = Demo(SIZE).picture_at(0.0)
    assert (run.shown[0].pixels == painted(content, (1, 0))).all()


def test_a_percentage_is_the_size_of_painting_and_not_of_the_picture(
    settings: Settings, model: Path, monkeypatch: pytest.MonkeyPatch
):
    sizes, paint = set(), Painter.paint

    def noted(self: Painter, content, style):  # type: ignore[no-untyped-def]
        sizes.add(content.shape)
        return paint(self, content, style)

    monkeypatch.setattr(Painter, "paint", noted)
    run = ran(replace(settings, size=SIZE, quality="60"))
    assert sizes == {(144, 192, 3)}
    assert {frame.pixels.shape for frame in run.shown} == {(240, 320, 3)}
    assert run.stats["quality"]["time_at"] == {"0.6": 1.0}


@pytest.mark.parametrize("quality", ["auto", "50"])
def test_a_file_is_painted_at_full_size(settings: Settings, clip: Path, quality: str):
    run = ran(
        replace(
            settings,
            source=str(clip),
            seconds=None,
            size=None,
            quality=quality,
            target_fps=1000.0,
        )
    )
    assert run.app.controls.share == 1.0
    assert run.stats["quality"]["time_at"] == {}


class Loop:
    """The live loop on a machine that takes so long for a frame at full size."""

    def __init__(self, model: Path, **settings: object) -> None:
        self.clock = Clock()
        self.painter = Painter(model, provider="cpu")
        self.controls = Controls(self.painter.names)
        self.source = Latest(Demo(SIZE, fps=30))
        self.quality = Quality(
            Settings(**settings),  # type: ignore[arg-type]
            self.controls,
            self.source,
            self.clock,
        )

    def run(self, loop: float, seconds: float = 10.0) -> float:
        """The size at which is painted afterwards."""
        end = self.clock.now + seconds
        while self.clock.now < end - 1e-6:
            paint = 0.9 * loop * self.controls.share**2
            self.clock.now += 0.1 * loop + paint
            self.quality.note(self.painter, FRAME, paint, 0.1 * loop + paint)
        return self.controls.share


def test_the_rate_is_that_of_the_source_where_it_gives_fewer(model: Path):
    assert Loop(model, target_fps=60.0).run(1 / 29) == 1.0
    assert Loop(model, target_fps=30.0).run(1 / 25) < 1.0
    assert Loop(model, target_fps=20.0).run(1 / 25) == 1.0


def test_frames_that_are_not_painted_say_nothing(model: Path):
    loop = Loop(model)
    low = loop.run(0.1)
    assert low < 1
    loop.controls.stylizing = False
    assert loop.run(0.01, 20) == low
    loop.controls.stylizing, loop.controls.strength = True, 0.0
    assert loop.run(0.01, 20) == low


def test_the_wall_which_takes_all_the_time_says_nothing(model: Path):
    loop = Loop(model)
    loop.controls.show("wall")
    assert loop.run(0.1) == 1.0
    loop.controls.show("painting")
    assert loop.run(0.1) < 1.0


def test_chosen_strokes_stay_as_they_are(model: Path):
    loop = Loop(model)
    loop.controls.step_strokes()
    assert loop.run(0.1, 60) == 0.75
    assert loop.controls.quality == 1.0
    loop.controls.working = 1.0
    assert loop.run(0.1) < 1.0


def test_the_key_goes_from_automatic_to_fixed_and_back(model: Path):
    loop = Loop(model)
    low = loop.run(0.1)
    loop.controls.toggle("adaptive")
    assert loop.controls.note == "fixed quality"
    assert loop.run(0.1) == 1.0
    loop.controls.toggle("adaptive")
    assert loop.run(0.1, 0.1) == low

    fixed = Loop(model, quality="75")
    assert fixed.run(0.5) == 0.75
    fixed.controls.toggle("adaptive")
    assert fixed.run(0.1, 0.1) == 1.0
    fixed.controls.toggle("adaptive")
    assert fixed.run(0.1, 0.1) == 0.75


def test_another_painter_or_size_is_judged_anew(model: Path):
    loop = Loop(model)
    low = loop.run(0.034, 2)
    for _ in range(5):  # each of these would be too slow for the one second of it
        loop.run(0.2, 0.6)
        larger = replace(FRAME, pixels=np.zeros((480, 640, 3), np.uint8))
        loop.quality.note(loop.painter, larger, 0.1, 0.2)
    assert loop.controls.share == low


def test_the_share_of_time_at_each_size_is_told(model: Path):
    loop = Loop(model)
    loop.run(0.039, 3)
    told = loop.quality.figures()["time_at"]
    assert list(told) == ["1", "0.85"]
    assert told["1"] == pytest.approx(1.1 / 3, abs=0.05)
    assert sum(told.values()) == pytest.approx(1, abs=0.002)


def test_a_pause_counts_for_no_size(model: Path):
    loop = Loop(model, quality="full")
    loop.run(0.04, 1)
    loop.clock.now += 3600
    loop.controls.working = 0.5
    loop.run(0.04, 1)
    assert loop.quality.figures()["time_at"]["0.5"] < 0.8


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status("great-wave", 1.0, "CPU", 30.0, quality=0.7), "painted at 70 %  CPU"),
        (Status("great-wave", 1.0, "CPU", 30.0), "great-wave 100 %  CPU"),
        (
            Status("great-wave", 1.0, "CPU", 30.0, working=0.5, quality=0.7),
            "great-wave 100 %  strokes 200 %  CPU",
        ),
    ],
)
def test_the_status_line_tells_the_size_below_full(status: Status, expected: str):
    assert expected in status_line(status)


def test_files_are_no_live_source(model: Path, clip: Path):
    controls = Controls(("negative",))
    Quality(Settings(quality="50"), controls, VideoFile(clip))
    assert controls.share == 1.0
