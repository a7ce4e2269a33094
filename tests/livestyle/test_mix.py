import numpy as np
import pytest

from livestyle.mix import FADE, PAINT_ALONE, POOR_IDENTITY, Mix, way

IDENTITY = np.zeros(2, np.float32)
A, B, C = (np.float32(point) for point in ([1, 0], [0, 1], [-1, 0]))


def test_a_mix_that_went_nowhere_is_a_mistake():
    with pytest.raises(RuntimeError):
        Mix(IDENTITY).at(0.0)


def test_the_first_style_is_there_at_once():
    mix = Mix(IDENTITY)
    mix.go(A, 100.0)
    assert mix.at(100.0).tolist() == [1, 0]
    assert mix.at(100.0).dtype == np.float32


@pytest.mark.parametrize("done", [0.0, 0.1, 0.25, 0.5, 0.9, 1.0, 5.0])
def test_a_switch_is_a_straight_and_steady_way_of_three_tenths_of_a_second(done: float):
    mix = Mix(IDENTITY)
    mix.go(A, 0.0)
    mix.go(B, 10.0)
    share = min(done, 1.0)
    assert FADE == 0.3
    assert mix.at(10.0 + 0.3 * done) == pytest.approx([1 - share, share], abs=1e-5)


def test_a_switch_in_the_middle_of_another_goes_on_from_there():
    mix = Mix(IDENTITY)
    mix.go(A, 0.0)
    mix.go(B, 10.0)
    before = mix.at(10.15)
    mix.go(C, 10.15)
    assert mix.at(10.15) == pytest.approx(before, abs=1e-6)
    assert mix.at(10.30) == pytest.approx((before + C) / 2, abs=1e-5)
    assert mix.at(10.45) == pytest.approx(C, abs=1e-5)


def test_wishing_for_the_same_style_again_changes_nothing():
    mix = Mix(IDENTITY)
    mix.go(A, 0.0)
    for moment in (10.0, 10.1, 10.2, 10.3):
        mix.go(B, moment)
    assert mix.at(10.3) == pytest.approx(B, abs=1e-6)


def test_a_clock_that_was_set_back_ends_the_fade():
    mix = Mix(IDENTITY)
    mix.go(A, 0.0)
    mix.go(B, 10.0)
    assert mix.at(3.0).tolist() == [0, 1]


def test_without_a_fade_a_switch_is_at_once():
    mix = Mix(IDENTITY, fade=0.0)
    mix.go(A, 0.0)
    mix.go(B, 1.0)
    assert mix.at(1.0).tolist() == [0, 1]


def test_one_change_may_take_longer_than_the_others():
    mix = Mix(IDENTITY)
    mix.go(A, 0.0)
    mix.go(B, 1.0, fade=2.0)
    assert mix.at(2.0) == pytest.approx([0.5, 0.5])
    mix.go(C, 3.0)
    assert mix.at(3.3) == pytest.approx(C, abs=1e-5)


def test_strength_is_a_steady_way_from_the_identity():
    identity = np.float32([5, 5])
    mix = Mix(identity)
    mix.go(A, 0.0)
    assert mix.at(1.0, 1.0) == pytest.approx(A)
    assert mix.at(1.0, 0.0) == pytest.approx(identity)
    assert mix.at(1.0, 0.5) == pytest.approx((identity + A) / 2)


def test_paint_is_all_there_is_but_near_0_and_nothing_at_0():
    assert way(0.0, 0) == (0, 0)
    assert way(PAINT_ALONE / 2, POOR_IDENTITY) == (PAINT_ALONE / 2, 0.5)
    assert way(PAINT_ALONE, 0) == (PAINT_ALONE, 1)
    assert way(1.0, 0) == (1, 1)


def test_where_the_identity_is_poor_the_finished_painting_is_faded_in():
    assert [way(s / 10, 1.01 * POOR_IDENTITY) for s in (0, 3, 10)] == [
        (1, 0),
        (1, 0.3),
        (1, 1),
    ]
