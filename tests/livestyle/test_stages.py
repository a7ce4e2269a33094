"""How long the parts of a frame's way take."""

import time
from contextlib import suppress

import numpy as np
import pytest

from livestyle.stages import Stages
from tests.livestyle.test_meter import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_stage_takes_as_long_as_its_block(clock: Clock):
    stages = Stages(clock)
    for seconds in (0.010, 0.020, 0.030):
        with stages.timed("paint"):
            clock.now += seconds
        clock.now += 7  # not in any stage
    assert stages.summary() == {
        "paint": {
            "p50": pytest.approx(20, rel=0.011),
            "p95": pytest.approx(20, rel=0.011),
        }
    }


def test_a_stage_within_another_counts_for_itself_alone(clock: Clock):
    stages = Stages(clock)
    with stages.timed("show"):
        clock.now += 0.005
        with stages.timed("overlay"):
            clock.now += 0.002
            with stages.timed("text"):
                clock.now += 0.001
        with stages.timed("overlay"):
            clock.now += 0.002
        clock.now += 0.001
    middles = {name: ms["p50"] for name, ms in stages.summary().items()}
    assert middles == {
        "text": pytest.approx(1),
        "overlay": pytest.approx(2),
        "show": pytest.approx(6),
    }


def test_a_stage_that_breaks_is_counted_and_ends(clock: Clock):
    stages = Stages(clock)
    with suppress(RuntimeError), stages.timed("show"), stages.timed("overlay"):
        clock.now += 0.004
        raise RuntimeError
    with stages.timed("paint"):
        clock.now += 0.003
    middles = {name: ms["p50"] for name, ms in stages.summary().items()}
    assert middles == {
        "overlay": pytest.approx(4),
        "show": pytest.approx(0, abs=0.001),
        "paint": pytest.approx(3),
    }


def test_percentiles_are_those_of_numpy_to_one_percent():
    stages = Stages()
    durations = np.random.default_rng(3).lognormal(-4, 0.6, 5000)
    for seconds in durations:
        stages.add("encode", float(seconds))
    for key, percent in (("p50", 50), ("p95", 95)):
        wanted = 1e3 * float(np.percentile(durations, percent))
        assert stages.summary()["encode"][key] == pytest.approx(wanted, rel=0.011)


def test_the_first_ones_of_each_stage_are_left_out_as_warm_up():
    stages = Stages(skip=2)
    for seconds in (9.0, 9.0, 0.010):
        stages.add("paint", seconds)
    stages.add("encode", 9.0)
    assert stages.summary() == {
        "paint": {"p50": pytest.approx(10), "p95": pytest.approx(10)}
    }


def test_a_stage_is_cheap_enough_for_every_frame():
    stages = Stages()
    fastest = np.inf
    for _ in range(50):
        began = time.perf_counter()
        for _ in range(50):
            with stages.timed("paint"):
                pass
        fastest = min(fastest, time.perf_counter() - began)
    assert fastest / 50 < 100e-6  # a frame has 33,000 of these
