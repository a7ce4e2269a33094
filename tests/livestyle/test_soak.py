"""What the soak of `benchmarks/` calls a pass: growth must be seen, noise must not."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

pytest.importorskip("psutil")
SCRIPT = Path(__file__).parents[2] / "benchmarks" / "soak.py"


@pytest.fixture(scope="module")
def soak() -> ModuleType:
    spec = importlib.util.spec_from_file_location("soak", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    path = sys.path.copy()
    spec.loader.exec_module(module)
    sys.path[:] = path
    return module


def minutes(count: float, *, every: float = 1.0) -> np.ndarray:
    return np.arange(0, 60 * count, every)


def test_memory_that_settles_in_the_first_minute_passes(soak: ModuleType):
    moments = minutes(30)
    bytes_ = np.where(moments < 55, 100e6 + moments * 4e6, 320e6)
    found = soak.judge_memory(np.stack([moments, bytes_], 1))
    assert found["passed"]
    assert (found["first"], found["last"]) == (320, 320)


def test_memory_that_creeps_fails(soak: ModuleType):
    moments = minutes(30)
    found = soak.judge_memory(np.stack([moments, 300e6 + 5e3 * moments], 1))
    assert not found["passed"]  # 3 % in half an hour
    assert soak.judge_memory(np.stack([moments, 300e6 + 3e3 * moments], 1))["passed"]


def test_latency_is_judged_by_its_slowest_hundredth(soak: ModuleType):
    moments = minutes(30, every=0.1)
    ages = np.where(np.arange(len(moments)) % 50 == 0, 0.050, 0.020)
    assert soak.judge_latency(np.stack([moments, ages], 1))["passed"]
    ages[(moments > 1500) & (ages > 0.04)] = 0.056  # the slow ones alone, by 12 %
    found = soak.judge_latency(np.stack([moments, ages], 1))
    assert not found["passed"]
    assert found["growth"] == pytest.approx(1.12, abs=0.01)


def test_one_thread_or_file_too_many_fails(soak: ModuleType):
    before = {"threads": 7, "files": 12}
    assert soak.judge_leftovers(before, before)["passed"]
    assert not soak.judge_leftovers(before, {"threads": 8, "files": 12})["passed"]
    assert not soak.judge_leftovers(before, {"threads": 7, "files": 13})["passed"]


def test_short_runs_are_judged_by_shorter_spans(soak: ModuleType):
    assert soak.spans(1800) == (60, 300, 10)
    assert soak.spans(60) == (30, 10, 10)


def test_what_is_held_is_seen(soak: ModuleType, tmp_path: Path):
    before = soak.held()
    with (tmp_path / "file").open("w"):
        assert soak.held()["files"] == before["files"] + 1
    assert soak.held() == before


def test_the_watch_keeps_latencies_and_memory(soak: ModuleType):
    watch = soak.Watch(1.0)
    for _ in range(3):
        watch.shown(0.02)
    assert watch.frames_shown == 3
    assert watch.ages()[:, 1].tolist() == [0.02] * 3
    assert watch.memory().shape == (1, 2)
    assert watch.memory()[0, 1] > 1e7


def test_a_picture_that_stood_still_for_a_whole_span_fails(soak: ModuleType):
    rows = np.array([[0.0, 3e8], [1.0, 3e8], [1800.0, 3e8]])
    with pytest.raises(SystemExit, match="no picture came from 60 to 70 s"):
        soak.judge_memory(rows)
