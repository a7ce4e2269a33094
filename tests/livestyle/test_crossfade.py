"""From a style of one painter to a style of another."""

import tracemalloc

import numpy as np
import pytest

from livestyle.controls import Controls
from livestyle.crossfade import Crossfade
from livestyle.frame import Frame, Pixels
from livestyle.mix import FADE
from livestyle.model import Painter
from livestyle.stylizer import Stylizer
from tests.livestyle.tiny_painter import card, painted, write_painter
from tests.livestyle.zoo_painter import negative_but_red, write_zoo

STYLES = ("negative", "tinted", "mosaic")
PICTURE = np.random.default_rng(0).integers(0, 256, (36, 48, 3), np.uint8)
LATER = np.ascontiguousarray(PICTURE[::-1])
OTHERS = negative_but_red(LATER)


@pytest.fixture(scope="module")
def painters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Painter, Painter]:
    folder = tmp_path_factory.mktemp("painters")
    home = Painter(write_painter(folder / "tiny.onnx", card(STYLES[:2])))
    return home, Painter(write_zoo(folder / "mosaic-9.onnx"))


class Run:
    """Frames of a live run that changes its painter, as the atelier has it do."""

    def __init__(self, painters: tuple[Painter, Painter]) -> None:
        self.home, self.other = painters
        self.controls = Controls(STYLES)
        self.stylize = Stylizer(self.home, self.controls)
        self.shown: list[tuple[Pixels, Pixels]] = []

    def at(self, seconds: float, pixels: Pixels = LATER) -> Pixels:
        frame = Frame(pixels, round(seconds * 30), seconds)
        shown = self.stylize(frame).pixels
        self.shown.append((shown, shown.copy()))
        return shown

    def change(self, index: int = 2) -> None:
        self.controls.choose_style(index)
        if index == 2:
            its = self.other.names[0]
            self.stylize.use(self.other, {"mosaic": its})
        else:
            self.stylize.use(self.home, {name: name for name in STYLES[:2]})


@pytest.fixture
def run(painters: tuple[Painter, Painter]) -> Run:
    return Run(painters)


def between(before: Pixels, after: Pixels, share: float) -> Pixels:
    return np.rint((1 - share) * before + share * after.astype(float)).astype(np.uint8)


def apart(one: Pixels, other: Pixels) -> int:
    return int(np.abs(one.astype(int) - other).max())


def test_the_last_picture_fades_into_those_of_another_painter(run: Run):
    before = run.at(10.0, PICTURE)
    run.change()
    for number in range(1, 13):
        passed = number / 30
        expected = between(255 - PICTURE, OTHERS, min(1.0, passed / FADE))
        assert apart(run.at(10.0 + passed), expected) <= 1
    assert (run.shown[-1][0] == OTHERS).all()
    assert before is run.shown[0][0]


def test_pictures_that_were_given_away_are_never_written_to(run: Run):
    run.at(0.0, PICTURE)
    run.change()
    for number in range(1, 8):
        run.at(number / 30)
    assert all((shown == copy).all() for shown, copy in run.shown)


def test_the_change_takes_as_long_as_was_wished_for(run: Run):
    run.at(0.0, PICTURE)
    run.controls.choose_style(2)
    run.controls.fade = 1.5  # as in a slide show
    run.stylize.use(run.other, {"mosaic": run.other.names[0]})
    assert apart(run.at(0.75), between(255 - PICTURE, OTHERS, 0.5)) <= 1


def test_a_painter_that_is_left_at_once_is_faded_from_as_it_was_seen(run: Run):
    run.at(0.0, PICTURE)
    run.change()
    seen = run.at(0.15).copy()
    run.change(1)
    tinted = painted(LATER, (0, 1))
    assert apart(run.at(0.3), between(seen, tinted, 0.5)) <= 1
    assert (run.at(0.45) == tinted).all()


def test_pictures_of_another_size_end_it(run: Run):
    run.at(0.0, PICTURE)
    run.change()
    small = np.ascontiguousarray(LATER[:, :40])
    assert (run.at(0.1, small) == negative_but_red(small)).all()
    assert (run.at(0.2) == OTHERS).all()  # also where the size comes back


def test_a_clock_that_was_set_back_ends_it(run: Run):
    run.at(10.0, PICTURE)
    run.change()
    assert (run.at(0.0) == OTHERS).all()


def test_at_two_frames_a_second_the_next_frame_is_the_other_painters(run: Run):
    run.at(0.0, PICTURE)
    run.change()
    assert (run.at(0.5) == OTHERS).all()


def test_where_nothing_was_painted_there_is_nothing_to_fade_from(run: Run):
    run.at(0.0, PICTURE)
    run.controls.strength = 0.0
    assert (run.at(0.1) == LATER).all()
    run.change()
    run.controls.strength = 1.0
    assert (run.at(0.2) == OTHERS).all()


def test_switching_off_in_the_middle_shows_the_camera_and_ends_it(run: Run):
    run.at(0.0, PICTURE)
    run.change()
    run.at(0.1)
    run.controls.toggle("stylizing")
    assert (run.at(0.15) == LATER).all()
    run.controls.toggle("stylizing")
    assert (run.at(0.2) == OTHERS).all()


def test_a_fade_takes_no_memory_of_a_pictures_size():
    crossfade = Crossfade()
    pictures = [np.full((480, 640, 3), shade, np.uint8) for shade in (0, 100, 200)]
    crossfade.over(pictures[0], 0.0)
    crossfade.begin(0.0, FADE)
    tracemalloc.start()
    try:
        mixed = [crossfade.over(pictures[n], n * FADE / 3) for n in (1, 2)]
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [int(picture[0, 0, 0]) for picture in mixed] == [33, 133]
    assert most < 100_000
