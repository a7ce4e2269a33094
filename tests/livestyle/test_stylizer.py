from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livestyle.contract import Embedding
from livestyle.controls import Controls
from livestyle.errors import PaintError, PictureError, UnknownStyleError
from livestyle.frame import Frame, Pixels
from livestyle.model import Painter
from livestyle.stylizer import Stylizer
from tests.livestyle.tiny_painter import card, painted, write_painter

PICTURE = np.random.default_rng(0).integers(0, 256, (36, 48, 3), np.uint8)


@pytest.fixture(scope="module")
def painter(tmp_path_factory: pytest.TempPathFactory) -> Painter:
    path = tmp_path_factory.mktemp("painter") / "tiny.onnx"
    return Painter(write_painter(path))


@pytest.fixture
def controls(painter: Painter) -> Controls:
    return Controls(painter.names)


@pytest.fixture
def stylize(painter: Painter, controls: Controls) -> Stylizer:
    return Stylizer(painter, controls)


def at(seconds: float, pixels: Pixels = PICTURE) -> Frame:
    return Frame(pixels, round(seconds * 30), seconds)


def test_a_painted_frame_keeps_its_moment_its_number_and_its_size(stylize: Stylizer):
    painted_frame = stylize(Frame(PICTURE, 7, 1.25))
    assert (painted_frame.index, painted_frame.captured) == (7, 1.25)
    assert (painted_frame.pixels == 255 - PICTURE).all()


def test_the_first_style_is_there_with_the_first_frame(
    stylize: Stylizer, controls: Controls
):
    controls.choose_style(1)
    assert (stylize(at(100.0)).pixels == painted(PICTURE, (0, 1))).all()


def test_at_strength_0_it_is_the_cameras_picture_to_the_byte(
    stylize: Stylizer, controls: Controls
):
    controls.strength = 0.0
    assert stylize(at(0)).pixels.tobytes() == PICTURE.tobytes()


def test_strength_goes_from_the_camera_to_the_style_and_never_back(
    stylize: Stylizer, controls: Controls
):
    distances = []
    for tenths in range(11):
        controls.strength = tenths / 10
        shown = stylize(at(tenths)).pixels.astype(int)
        distances.append(float(np.abs(shown - PICTURE).mean()))
    steps = np.diff(distances)
    assert distances[0] == 0
    assert (steps > 0).all()
    assert steps.max() < 2.5 * distances[-1] / 10, "one step does it all"
    assert distances[-1] == float(np.abs(255 - 2 * PICTURE.astype(int)).mean())


def test_a_painter_of_a_poor_identity_is_faded_in_as_it_paints_at_full_strength(
    tmp_path: Path,
):
    poor = replace(card(), identity=(0.5, 0.5), losses={"identity": 0.01})
    painter = Painter(write_painter(tmp_path / "poor.onnx", poor))
    shown = Stylizer.of_style(painter, "negative", strength=0.25)(at(0)).pixels
    wanted = 0.25 * (255.0 - PICTURE) + 0.75 * PICTURE
    assert np.abs(shown - wanted).max() <= 1


def test_a_switch_flows_over_the_frames_of_three_tenths_of_a_second(
    stylize: Stylizer, controls: Controls
):
    stylize(at(10.0))
    controls.choose_style(1)
    for number in range(1, 13):
        passed = number / 30
        share = min(1.0, passed / 0.3)
        shown = stylize(at(10.0 + passed)).pixels.astype(int)
        expected = painted(PICTURE, (1 - share, share))
        assert np.abs(shown - expected).max() <= 1
    assert (shown == painted(PICTURE, (0, 1))).all()


def test_a_soft_switch_takes_as_long_as_was_wished_for(
    stylize: Stylizer, controls: Controls
):
    stylize(at(10.0))
    controls.choose_style(1)
    controls.fade = 1.5
    shown = stylize(at(10.75)).pixels.astype(int)
    assert np.abs(shown - painted(PICTURE, (0.5, 0.5))).max() <= 1


def test_no_frame_is_lost_or_held_back_by_switching(
    stylize: Stylizer, controls: Controls
):
    for number in range(20):
        controls.step_style(+1)
        assert stylize(at(number / 30)).index == number


def test_a_switch_in_the_middle_of_another_does_not_jump(
    stylize: Stylizer, controls: Controls
):
    stylize(at(1.0))
    controls.choose_style(1)
    before = stylize(at(1.15)).pixels.astype(int)
    controls.choose_style(0)
    after = stylize(at(1.15)).pixels.astype(int)
    assert np.abs(after - before).max() <= 1
    assert np.abs(before - painted(PICTURE, (0.5, 0.5))).max() <= 1
    assert (stylize(at(1.5)).pixels == 255 - PICTURE).all()


def test_switched_off_it_is_the_cameras_picture_to_the_byte(
    stylize: Stylizer, controls: Controls
):
    stylize(at(0.0))
    controls.toggle("stylizing")
    assert stylize(at(0.1)).pixels.tobytes() == PICTURE.tobytes()
    controls.toggle("stylizing")
    assert (stylize(at(0.2)).pixels == 255 - PICTURE).all()


def test_the_first_frame_after_a_wish_is_on_its_way_already(
    stylize: Stylizer, controls: Controls
):
    stylize(at(0.0))
    controls.choose_style(1)
    first = stylize(at(0.1)).pixels
    assert not (first == painted(PICTURE, (1, 0))).all()
    assert not (first == painted(PICTURE, (0, 1))).all()
    assert (stylize(at(0.3)).pixels == painted(PICTURE, (0, 1))).all()


def test_at_two_frames_a_second_a_new_style_is_there_with_the_next_frame(
    stylize: Stylizer, controls: Controls
):
    stylize(at(0.0))
    controls.choose_style(1)
    assert (stylize(at(0.5)).pixels == painted(PICTURE, (0, 1))).all()


def test_a_style_chosen_while_nothing_is_painted_is_there_without_a_fade(
    stylize: Stylizer, controls: Controls
):
    stylize(at(0.0))
    controls.strength = 0.0
    controls.choose_style(1)
    stylize(at(1.0))
    controls.strength = 1.0
    assert (stylize(at(2.0)).pixels == painted(PICTURE, (0, 1))).all()


@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_a_mirror_swaps_left_and_right(
    stylize: Stylizer, controls: Controls, strength: float
):
    controls.strength = strength
    plain = stylize(at(0)).pixels
    controls.mirror = True
    mirrored = stylize(at(0)).pixels
    assert (mirrored == plain[:, ::-1]).all()
    assert mirrored.flags.c_contiguous


def test_what_came_from_the_camera_is_never_written_to(
    stylize: Stylizer, controls: Controls
):
    locked = PICTURE.copy()
    locked.flags.writeable = False
    for strength in (0.0, 0.25, 1.0):
        for controls.mirror in (False, True):
            controls.strength = strength
            stylize(at(0, locked))


def test_one_style_for_pictures_and_files_is_chosen_by_name(painter: Painter):
    tinted = Stylizer.of_style(painter, "tinted")
    assert (tinted(at(0)).pixels == painted(PICTURE, (0, 1))).all()
    weak = Stylizer.of_style(painter, "tinted", strength=0.0)
    assert (weak(at(0)).pixels == PICTURE).all()
    with pytest.raises(UnknownStyleError, match="Did you mean: tinted"):
        Stylizer.of_style(painter, "tintet")


def test_a_frame_that_cannot_be_painted_is_an_error(stylize: Stylizer):
    with pytest.raises(PictureError):
        stylize(at(0.1, np.zeros((8, 8, 3), np.uint8)))


def test_a_painting_has_with_it_what_it_was_painted_from(stylize: Stylizer):
    assert stylize(at(0.0)).content is PICTURE
    stylize.controls.mirror = True
    mirrored = stylize(at(0.1)).content
    assert mirrored is not None
    assert (mirrored == PICTURE[:, ::-1]).all()


def test_finer_strokes_without_memory_for_them_give_way_to_the_usual_ones(
    painter: Painter, monkeypatch: pytest.MonkeyPatch
):
    run, most = painter._run, PICTURE.size

    def small(pixels: Pixels, style: Embedding) -> Pixels:
        if pixels.size > most:
            raise RuntimeError("Failed to allocate memory")
        return run(pixels, style)

    monkeypatch.setattr(painter, "_run", small)
    controls = Controls(painter.names, working=1.5)
    stylize = Stylizer(painter, controls)
    assert (stylize(at(0.0)).pixels == 255 - PICTURE).all()
    assert controls.working == 1.0
    assert controls.note == "finer strokes failed: the usual ones again"
    most = 0
    with pytest.raises(PaintError, match=r"allocate.*with --size\)\.$"):
        stylize(at(0.1))
