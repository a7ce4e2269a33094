import pytest

from livestyle.sinks.beat import Beat


def moments(beat: Beat, late: list[float], start: float = 100.0) -> list[float]:
    """When it beats if what is done at each beat takes so long."""
    now, beats = start, []
    for seconds in late:
        now += beat.wait(now)
        beats.append(round(now - start, 6))
        now += seconds
    return beats


def test_beats_are_evenly_spaced_whatever_is_done_between_them() -> None:
    done = [0.0, 0.09, 0.01, 0.05, 0.0]
    assert moments(Beat(10), done) == [0, 0.1, 0.2, 0.3, 0.4]


def test_a_thousand_beats_do_not_drift() -> None:
    beats = moments(Beat(30), [0.011] * 1000)
    assert beats[-1] == pytest.approx(999 / 30, abs=1e-4)


def test_who_is_late_does_not_catch_up_and_stays_in_step() -> None:
    done = [0.0, 0.35, 0.0, 0.0]
    assert moments(Beat(10), done) == [0, 0.1, 0.5, 0.6]


def test_who_is_always_too_slow_beats_as_often_as_possible() -> None:
    assert moments(Beat(10), [0.15] * 5) == [0, 0.2, 0.4, 0.6, 0.8]
