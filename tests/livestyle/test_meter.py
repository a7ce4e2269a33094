import time
from collections.abc import Callable

import numpy as np
import pytest

from livestyle.histogram import Histogram
from livestyle.meter import Meter


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def show(meter: Meter, clock: Clock, count: int, every: float, latency: float) -> None:
    for _ in range(count):
        meter.shown(latency)
        clock.now += every


def test_nothing_shown_is_told_as_nothing(clock: Clock):
    meter = Meter(clock)
    assert (meter.frames_shown, meter.fps, meter.shown_fps, meter.seconds) == (
        0,
        0,
        0,
        0,
    )
    assert meter.latency_ms(50) is meter.total_latency_ms(50) is None


def test_one_frame_has_no_rate_but_a_latency(clock: Clock):
    meter = Meter(clock)
    meter.shown(0.04)
    clock.now += 1.5
    assert (meter.frames_shown, meter.fps, meter.shown_fps) == (1, 0, 0)
    assert meter.seconds == pytest.approx(1.5)
    assert meter.latency_ms(95) == pytest.approx(40)
    assert meter.total_latency_ms(95) == pytest.approx(40)


def test_a_steady_rate_is_told_exactly(clock: Clock):
    meter = Meter(clock)
    show(meter, clock, 301, 1 / 30, 0.05)
    assert meter.fps == pytest.approx(30)
    assert meter.shown_fps == pytest.approx(30, rel=0.02)
    assert meter.seconds == pytest.approx(301 / 30)


def test_the_recent_rate_forgets_what_the_whole_rate_remembers(clock: Clock):
    meter = Meter(clock)
    show(meter, clock, 100, 0.1, 0.05)
    show(meter, clock, 101, 0.02, 0.05)
    assert meter.shown_fps == pytest.approx(50, rel=0.02)
    assert meter.fps == pytest.approx(200 / (100 * 0.1 + 100 * 0.02))


def test_the_recent_rate_falls_while_nothing_is_shown(clock: Clock):
    meter = Meter(clock)
    show(meter, clock, 90, 1 / 30, 0.05)
    rates = []
    for _ in range(5):
        rates.append(meter.shown_fps)
        clock.now += 0.5
    assert rates == sorted(rates, reverse=True)
    assert rates[1] < 0.9 * rates[0]
    assert rates[-1] == 0


def test_recent_latencies_are_the_percentiles_of_numpy(clock: Clock):
    meter = Meter(clock)
    ages = np.random.default_rng(1).gamma(4, 0.01, 100)
    show(meter, clock, 50, 0.1, 9.0)
    for age in ages:
        clock.now += 0.05
        meter.shown(float(age))
    for percent in (0, 5, 50, 95, 99, 100):
        wanted = 1e3 * float(np.percentile(ages, percent))
        assert meter.latency_ms(percent) == pytest.approx(wanted)


def test_latencies_of_the_whole_run_are_right_to_one_percent(clock: Clock):
    meter = Meter(clock)
    ages = np.random.default_rng(2).lognormal(-3, 0.8, 20_000)
    for age in ages:
        clock.now += 0.05
        meter.shown(float(age))
    for percent in (0, 5, 50, 95, 99, 100):
        wanted = 1e3 * float(np.percentile(ages, percent))
        assert meter.total_latency_ms(percent) == pytest.approx(wanted, rel=0.0101)


def test_frames_without_latency_count_for_the_rate_alone(clock: Clock):
    meter = Meter(clock)
    for _ in range(3):
        meter.shown(None)
        clock.now += 0.1
    assert meter.fps == pytest.approx(10)
    assert meter.latency_ms(50) is meter.total_latency_ms(50) is None


def test_percentiles_never_leave_what_was_added():
    histogram = Histogram()
    for seconds in (0.0, 1e-9, 5e3):
        histogram.add(seconds)
    assert histogram.percentile(0) == pytest.approx(0, abs=2e-4)
    assert 0 < (histogram.percentile(100) or 0) <= 5e3


def test_memory_stays_the_same_however_long_it_runs(clock: Clock):
    meter = Meter(clock)
    show(meter, clock, 10_000, 1e-5, 0.01)
    held = [len(part) for part in vars(meter).values() if hasattr(part, "__len__")]
    assert max(held) <= 4096


def test_the_first_frames_are_left_out_as_warm_up(clock: Clock):
    meter = Meter(clock, skip=3)
    show(meter, clock, 3, 2.0, 9.0)
    assert (meter.frames_shown, meter.fps, meter.total_latency_ms(95)) == (0, 0, None)
    show(meter, clock, 31, 0.1, 0.05)
    assert meter.frames_shown == 31
    assert meter.fps == pytest.approx(10)
    assert meter.total_latency_ms(95) == pytest.approx(50)


def test_busy_cores_are_those_of_the_time_since_the_first_picture():
    def cores(pause: Callable[[float], object]) -> float:
        meter = Meter()
        meter.shown(None)
        end = time.monotonic() + 0.15
        while time.monotonic() < end:
            pause(0.01)
        return meter.cores

    assert cores(time.sleep) < 0.3
    assert cores(lambda _: sum(range(1000))) > 2 * cores(time.sleep)
    assert Meter().cores == 0
