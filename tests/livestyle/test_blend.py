from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livestyle.beginning import first_controls
from livestyle.controls import Controls
from livestyle.errors import UnknownStyleError
from livestyle.frame import Frame
from livestyle.model import Painter
from livestyle.overlay import Status, status_line
from livestyle.settings import Settings
from livestyle.stylizer import Stylizer
from tests.livestyle.tiny_painter import painted

STYLES = ("great-wave", "starry-night", "the-scream")
PICTURE = np.random.default_rng(0).integers(0, 256, (36, 48, 3), np.uint8)


@pytest.fixture
def stylize(model: Path) -> Stylizer:
    painter = Painter(model)
    return Stylizer(painter, Controls(painter.names))


def differs(stylize: Stylizer, seconds: float, shares: tuple[float, float]) -> int:
    """How far a frame is from shares of the negative and the tint, at most."""
    shown = stylize(Frame(PICTURE, 0, seconds)).pixels.astype(int)
    return int(np.abs(shown - painted(PICTURE, shares)).max())


def test_the_key_goes_through_all_other_styles_and_then_to_none():
    controls, seen = Controls(STYLES, index=1), []
    for _ in range(4):
        controls.step_blend()
        seen.append((controls.blended, controls.note))
    assert seen == [
        ("the-scream", "the-scream 50 %"),
        ("great-wave", "great-wave 50 %"),
        (None, "no blend"),
        ("the-scream", "the-scream 50 %"),
    ]


def test_the_weight_passes_every_tenth_and_at_0_the_blend_has_ended():
    controls = Controls(STYLES, second=2)
    up = []
    for _ in range(6):
        controls.change_weight(+0.1)
        up.append(controls.weight)
    assert up == [0.6, 0.7, 0.8, 0.9, 1.0, 1.0]
    for _ in range(9):
        controls.change_weight(-0.1)
    assert (controls.blended, controls.note) == ("the-scream", "the-scream 10 %")
    controls.change_weight(-0.1)
    assert (controls.blended, controls.note) == (None, "no blend")


def test_from_no_blend_the_weight_rises_into_the_next_style():
    controls = Controls(STYLES, index=2)
    controls.change_weight(+0.1)
    assert (controls.blended, controls.weight) == ("great-wave", 0.1)


def test_a_painter_of_one_style_has_nothing_to_blend():
    controls = Controls(("great-wave",))
    controls.step_blend()
    controls.change_weight(+0.1)
    assert (controls.blended, controls.weight) == (None, 0.5)


def test_a_style_blended_with_itself_is_that_style():
    controls = Controls(STYLES, second=1)
    controls.choose_style(1)
    assert controls.blended is None
    controls.choose_style(2)
    assert controls.blended == "starry-night"


def test_a_blend_is_painted_at_a_point_between_the_two_styles(stylize: Stylizer):
    stylize.controls.second, stylize.controls.weight = 1, 0.3
    assert differs(stylize, 0.0, (0.7, 0.3)) <= 1
    assert differs(stylize, 0.0, (1.0, 0.0)) > 20


def test_a_blend_comes_and_changes_over_three_tenths_of_a_second(stylize: Stylizer):
    stylize(Frame(PICTURE, 0, 10.0))
    stylize.controls.step_blend()
    assert differs(stylize, 10.15, (0.75, 0.25)) <= 1
    assert differs(stylize, 10.3, (0.5, 0.5)) <= 1
    for _ in range(5):
        stylize.controls.change_weight(+0.1)
    assert differs(stylize, 10.45, (0.25, 0.75)) <= 1
    assert differs(stylize, 10.6, (0.0, 1.0)) <= 1


def test_the_strength_is_that_of_the_whole_blend(stylize: Stylizer):
    stylize.controls.step_blend()
    stylize.controls.strength = 0.5
    assert differs(stylize, 0.0, (0.25, 0.25)) <= 1


def test_a_run_begins_with_the_blend_that_was_asked_for():
    settings = replace(Settings(), blend="the-scream", blend_weight=0.2)
    controls = first_controls(settings, STYLES)
    assert (controls.blended, controls.weight) == ("the-scream", 0.2)
    assert first_controls(Settings(), STYLES).blended is None


def test_a_blend_with_an_unknown_style_names_those_that_are_near():
    with pytest.raises(UnknownStyleError, match="Did you mean: the-scream"):
        first_controls(replace(Settings(), blend="scream"), STYLES)


def test_a_weight_that_is_none_is_a_mistake():
    with pytest.raises(ValueError, match=r"weight 1\.5"):
        Controls(STYLES, weight=1.5)


def test_the_status_line_tells_both_styles_with_their_weights():
    status = Status("great-wave", 1.0, "CPU", 30.0, second="the-scream", weight=0.3)
    assert status_line(status).startswith("great-wave 70 % + the-scream 30 %  CPU")
    weak = status_line(replace(status, strength=0.8))
    assert weak.startswith("great-wave 70 % + the-scream 30 %  strength 80 %  CPU")
    off = status_line(replace(status, stylizing=False))
    assert "strength off" in off
