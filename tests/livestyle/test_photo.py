import numpy as np
import pytest

from livestyle.controls import Controls
from livestyle.overlay import Overlay, Status


class Clock:
    def __init__(self) -> None:
        self.now = 1e6 + 0.1

    def __call__(self) -> float:
        return self.now


def after(controls: Controls, clock: Clock, seconds: float) -> tuple[int | None, int]:
    """What is counted then, and how many snapshots are asked for."""
    clock.now += seconds
    controls.count_down()
    return controls.counted, controls.snapshots


def test_it_counts_three_two_one_and_then_asks_for_one_snapshot():
    clock = Clock()
    controls = Controls(("great-wave",), clock=clock)
    controls.ask_photo()
    assert after(controls, clock, 0) == (3, 0)
    assert after(controls, clock, 0.9) == (3, 0)
    assert after(controls, clock, 0.2) == (2, 0)
    assert after(controls, clock, 1.8) == (1, 0)
    assert after(controls, clock, 0.2) == (None, 1)
    assert after(controls, clock, 5) == (None, 1)


def test_the_key_takes_the_wish_back():
    clock = Clock()
    controls = Controls(("great-wave",), clock=clock)
    controls.ask_photo()
    after(controls, clock, 1)
    controls.ask_photo()
    assert controls.note == "no photo"
    assert after(controls, clock, 5) == (None, 0)


@pytest.mark.parametrize("overlay", [True, False])
def test_the_number_is_large_and_in_the_corner_whatever_else_is_shown(overlay: bool):
    clock = Clock()
    controls = Controls(("great-wave",), overlay=overlay, clock=clock)
    status = Status("great-wave", 1.0, "CPU", 30.0)
    picture = np.full((480, 640, 3), 128, np.uint8)
    without = Overlay().draw(picture, status, controls)
    controls.ask_photo()
    clock.now += 2.5  # the note is gone
    numbers = []
    for _ in range(2):
        drawn = Overlay().draw(picture, status, controls)
        rows, columns = np.nonzero((drawn != without).any(axis=2))
        assert 100 < np.ptp(rows) < 200
        assert rows.max() < 200
        assert 480 < columns.min() < columns.max() < 640
        numbers.append(drawn)
        controls.photo_at = clock.now + 3
    assert (numbers[0] != numbers[1]).any()
    assert (picture == 128).all()
