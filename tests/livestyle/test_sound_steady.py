"""Sound that is kept on the clock of the pictures."""

import numpy as np
import pytest

from livestyle.sound.block import Block
from livestyle.sound.sound_input import Kind
from livestyle.sound.steady import Steady, between

RATE = 1000
LENGTH = 200


def played(
    rate: float, seconds: float, late: float = 0.0, lost: tuple[float, float] = (0, 0)
) -> tuple[np.ndarray, np.ndarray]:
    """Each sample is the moment at which it was taken up: where it comes out, and it.

    Args:
        rate: samples that the card really takes up in a second.
        seconds: how long it does.
        late: seconds by which stamps may come too late.
        lost: samples of between these moments are lost, and nobody says so.
    """
    chance, steady = np.random.default_rng(1), Steady(Kind(RATE, 1))
    places, values, taken = [], [], 0
    while taken / rate < seconds:
        moments = (taken + np.arange(LENGTH)) / rate
        taken += LENGTH
        if lost[0] <= moments[0] < lost[1]:
            continue
        stamp = moments[0] + chance.uniform(0, late)
        made = steady(Block(moments[:, None].astype(np.float32), stamp))
        places.append(made.captured + np.arange(len(made.samples)) / RATE)
        values.append(made.samples[:, 0])
    return np.concatenate(places), np.concatenate(values)


@pytest.mark.parametrize("wrong", [-1000e-6, -200e-6, 5 / 48_000, 200e-6])
def test_a_card_whose_clock_is_wrong_is_in_place_for_ten_minutes(wrong: float):
    places, values = played(RATE * (1 + wrong), 600)
    assert places[-1] > 599
    assert np.abs(places - values).max() < 0.006
    assert np.diff(places) == pytest.approx(1 / RATE, abs=1e-9)  # and never a step


def test_stamps_that_are_late_by_chance_move_nothing_much():
    places, values = played(RATE * (1 + 200e-6), 120, late=0.025)
    assert np.abs(places - values)[3 * RATE :].max() < 0.020
    assert np.abs(places - values).max() < 0.03


def test_samples_that_were_lost_unsaid_are_a_step_soon():
    places, values = played(RATE, 60, late=0.01, lost=(20, 20.5))
    amiss = np.abs(places - values) > 0.04
    assert amiss.any()  # nobody can know at once
    assert not amiss[places < 20].any()
    assert not amiss[values > 21.5].any()


def test_sound_after_a_gap_has_its_own_moment_at_once():
    steady = Steady(Kind(RATE, 2))
    silence = np.zeros((LENGTH, 2), np.float32)
    for number in range(5):
        steady(Block(silence, number / 5))
    made = steady(Block(silence + 0.5, 77.0, after_gap=True))
    assert made.captured == 77.0
    assert (made.samples == 0.5).all()
    assert steady(Block(silence, 77.2)).captured == pytest.approx(77.198)


def test_a_rate_that_is_far_off_is_followed_by_steps():
    places, values = played(RATE * 1.01, 60)
    assert np.abs(places - values).max() < 0.04


def test_a_tone_stays_a_tone():
    rate, steady = 48_000, Steady(Kind(48_000, 1))
    real, length = rate * (1 - 200e-6), 960
    parts = []
    for number in range(500):
        moments = (number * length + np.arange(length)) / real
        tone = np.sin(2 * np.pi * 440 * moments).astype(np.float32)
        parts.append(steady(Block(tone[:, None], moments[0])).samples[:, 0])
    heard = np.concatenate(parts)
    # A click is a corner, and a tone's corners are as sharp as its frequency squared.
    sharpest = (2 * np.pi * 440 / rate) ** 2
    assert np.abs(np.diff(heard, 2)).max() < 1.05 * sharpest
    assert np.abs(heard).max() == pytest.approx(1, abs=0.01)


def test_values_between_samples_lie_on_a_curve_of_third_order():
    at = np.arange(10.0)
    square = (at**2)[:, None].astype(np.float32)
    places = np.array([1.0, 1.5, 4.25, 7.0])
    assert between(square, places)[:, 0] == pytest.approx(places**2, rel=1e-5)
