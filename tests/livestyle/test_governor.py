"""The size of painting on machines that are worked out here, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest

from livestyle.governor import SHARES, Governor
from tests.livestyle.test_meter import Clock

PERIOD = 1 / 30


@dataclass
class Machine:
    """Paints in a time that is in proportion to the area, beside constant ones.

    Attributes:
        area: seconds that painting takes by the area, at full size.
        constant: seconds that it takes at any size.
        rest: seconds for recording and showing.
        noise: standard deviation of each frame's time, as a share of it.
        slowness: how many times as long everything takes now.
        told: when a size was taken, and which.
    """

    area: float = 0.020
    constant: float = 0.002
    rest: float = 0.003
    noise: float = 0.0
    slowness: float = 1.0
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.governor = Governor(self.clock)
        self.told = [(self.clock.now, self.governor.share)]
        self.loops: list[float] = []
        self._chance = np.random.default_rng(5)

    @property
    def share(self) -> float:
        return self.governor.share

    def frame(self, hiccup: float = 0.0) -> None:
        """The next frame: it may have been waited for, and is painted at `share`."""
        luck = self.slowness * max(0.3, 1 + self.noise * self._chance.standard_normal())
        paint = luck * (self.constant + self.area * self.share**2) + hiccup
        loop = paint + luck * self.rest
        self.clock.now += max(loop, PERIOD)
        self.loops.append(loop)
        self.governor.note(paint, loop, PERIOD)
        if self.share != self.told[-1][1]:
            self.told.append((self.clock.now, self.share))

    def run(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.frame()

    def sizes(self) -> list[float]:
        return [share for _, share in self.told]


def test_a_quick_machine_paints_at_full_size_for_ever():
    machine = Machine(noise=0.2)
    machine.run(300)
    assert machine.sizes() == [1.0]
    assert machine.governor.changes == 0


def test_a_slow_one_goes_down_within_one_and_a_half_seconds_in_one_step():
    machine = Machine(slowness=2)
    machine.run(1.5)
    # (2 + 20 s² + 3) · 2 ms is below 30 ms for s = 0.7 and above for 0.85.
    assert machine.sizes() == [1.0, 0.7]
    assert machine.told[1][0] - machine.told[0][0] > 1.0
    machine.run(120)
    assert machine.loops[-1] < PERIOD


@pytest.mark.parametrize("slowness", [1.35, 1.5, 2.0, 2.5, 3.0, 4.0, 8.0])
@pytest.mark.parametrize("noise", [0.0, 0.1, 0.3])
def test_a_steady_machine_comes_to_rest(slowness: float, noise: float):
    machine = Machine(slowness=slowness, noise=noise)
    machine.run(60)
    settled = len(machine.told)
    machine.loops.clear()
    machine.run(300)
    late = machine.told[settled:]
    assert len(late) <= 4, f"it swings: {late}"
    if machine.share > SHARES[-1]:
        assert np.median(machine.loops) <= 1.05 * PERIOD


def test_frames_that_are_slow_for_once_change_nothing():
    machine = Machine(slowness=1.2)
    for _ in range(60):
        machine.run(2)
        machine.frame(hiccup=0.7)
    assert machine.sizes() == [1.0]


def test_it_goes_up_slowly_when_the_machine_has_room_again():
    machine = Machine(slowness=3)
    machine.run(5)
    low = machine.share
    assert low < 0.7
    machine.slowness = 1
    quick = machine.clock.now
    machine.run(60)
    assert machine.share == 1.0
    ups = [(at, share) for at, share in machine.told if at > quick]
    assert [share for _, share in ups] == [s for s in reversed(SHARES) if s > low]
    assert ups[0][0] - quick > 3.9  # of clear room
    for before, after in pairwise(at for at, _ in ups):
        assert 5 <= after - before < 6


def test_it_does_not_go_up_without_foreseeing_room():
    machine = Machine(slowness=2)
    machine.run(300)
    # At 0.85 a frame would take 38.9 ms: nobody has to try that to know it.
    assert machine.sizes() == [1.0, 0.7]


def test_a_step_up_that_failed_is_tried_again_ever_more_seldom():
    machine = Machine(slowness=2)
    machine.run(3)
    end = machine.clock.now + 4000
    while machine.clock.now < end:
        # A trap: as quick as can be, but not at the size above this one.
        machine.slowness = 1 if machine.share <= 0.7 else 2
        machine.frame()
    tries = [at for at, share in machine.told if share == 0.85]
    gaps = np.diff(tries)
    # From the fall on, to which two seconds come of failing.
    assert gaps == pytest.approx([60, 120, 240, 480, 960, 960, 960], abs=2)


def test_a_load_that_comes_and_goes_does_not_make_it_swing():
    machine = Machine()
    for second in range(0, 2400, 20):
        machine.slowness = 3 if second // 20 % 2 else 1
        machine.run(20)
    began = machine.told[0][0]
    falls = [
        at - began
        for (_, before), (at, after) in pairwise(machine.told)
        if after < before
    ]
    by_quarters = np.histogram(falls, bins=[0, 600, 1200, 1800, 2400])[0]
    assert by_quarters[0] < 12, "half of the 30 times that the load goes"
    assert by_quarters[-1] <= 4


def test_it_never_goes_below_half_by_itself():
    machine = Machine(slowness=20)
    machine.run(120)
    assert machine.share == 0.5
    assert set(machine.sizes()) <= set(SHARES)


def test_where_painting_takes_as_long_at_any_size_it_goes_back_to_full():
    machine = Machine(area=0.001, constant=0.060)
    machine.run(59)
    assert machine.sizes() == [1.0, 0.6, 0.5, 1.0]
    assert machine.told[-1][0] - machine.told[1][0] < 3
    machine.run(900)
    assert machine.share == 1.0
    again = [at for at, share in machine.told if share == 0.6]
    assert np.diff(again) == pytest.approx([60, 120, 240, 480], abs=5)


def test_where_showing_takes_the_time_it_stays_at_full_size():
    machine = Machine(area=0.004, rest=0.060)
    machine.run(600)
    assert machine.sizes() == [1.0]


def test_a_machine_that_gets_slower_in_the_middle_of_a_fall_is_no_reason_to_go_back():
    machine = Machine(slowness=2)
    while machine.share == 1.0:
        machine.frame()
    machine.slowness = 12
    machine.run(10)
    assert machine.share == 0.5


def test_a_pause_is_no_time_with_room():
    machine = Machine(slowness=2)
    machine.run(3)
    share = machine.share
    machine.slowness = 1
    for _ in range(5):
        machine.run(1)
        machine.clock.now += 30
    assert machine.share == share


def test_another_painter_is_judged_anew():
    machine = Machine(slowness=2)
    machine.run(3)
    for _ in range(3000):
        machine.slowness = 1 if machine.share <= 0.7 else 2
        machine.frame()
    tried = machine.sizes().count(0.85)
    machine.governor.forget()
    machine.slowness = 1
    machine.run(30)
    assert machine.share == 1.0
    assert machine.sizes().count(0.85) == tried + 1
