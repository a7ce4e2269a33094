"""What `livestyle bench` measures, on painters whose answers are known."""

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livestyle import bank
from livestyle.bench import measuring, pipeline
from livestyle.bench.measuring import Bench, combinations, has_display
from livestyle.bench.painting import (
    Combination,
    Contender,
    memory_mb,
    plain_file,
    race,
    row,
)
from livestyle.errors import ProviderError
from livestyle.likeness import psnr
from livestyle.settings import Settings
from tests.livestyle.screen import Screen
from tests.livestyle.tiny_painter import card, style, write_painter, write_variant

SIZE = (64, 48)


def contender(path: Path) -> Contender:
    return Contender(Combination(path, "cpu", SIZE), 1)


class Noting(Contender):
    """Notes who paints when."""

    def __init__(self, path: Path, order: list[Contender]) -> None:
        super().__init__(Combination(path, "cpu", SIZE), 1)
        self.order = order

    def paint(self) -> float:
        self.order.append(self)
        return super().paint()


def test_painters_take_turns_and_only_what_is_warm_counts(
    model: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("livestyle.bench.painting.TURN", 0.0)
    order: list[Contender] = []
    first, second = painters = [Noting(model, order) for _ in range(2)]
    race(painters, 1e-9)
    warm_up, turns = order[:6], order[6:]
    assert warm_up == [first] * 3 + [second] * 3
    # Five runs at the least, and the first of each turn does not count.
    assert turns == [first, first, second, second] * 5
    assert len(first.seconds) == len(second.seconds) == 5


def test_each_painter_gets_the_time_that_was_asked_for(
    model: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("livestyle.bench.painting.TURN", 0.001)
    painters = [contender(model), contender(model)]
    race(painters, 0.3)
    for painter in painters:
        assert 0.3 <= sum(painter.seconds) < 20


def test_a_row_has_the_percentiles_of_its_times(model: Path):
    runner = contender(model)
    runner.seconds = [0.010] * 90 + [0.030] * 9 + [0.110]
    found = row(runner, 12.5)
    assert found["ms"] == {"p50": 10.0, "p95": 30.0, "p99": 30.8}
    assert found["fps"] == pytest.approx(1000 / 12.8, abs=0.05)
    assert (found["model"], found["provider"], found["size"]) == (
        "tiny",
        "cpu",
        "64x48",
    )
    assert (found["runs"], found["memory_mb"]) == (100, 12.5)


def test_a_painter_is_equal_to_itself_on_the_cpu(model: Path):
    runner = contender(model)
    runner.seconds = [0.01]
    assert (row(runner, None)["equal"], row(runner, None)["psnr_db"]) == (True, None)


def test_a_variant_is_compared_with_the_plain_file_of_its_name(tmp_path: Path):
    write_painter(tmp_path / "tiny.onnx")
    faint = replace(card(), styles=(style("negative", (0.99, 0.0)),))
    variant = write_painter(tmp_path / "tiny-int8.onnx", faint)
    runner = contender(variant)
    runner.seconds = [0.01]
    found = row(runner, None)
    assert found["model"] == "tiny-int8"
    assert not found["equal"]
    # A hundredth less of the way to the negative: up to 2.55 levels at each pixel.
    assert 42 < found["psnr_db"] < 60


def test_a_variant_by_its_name_is_compared_with_the_file_it_lies_beside(
    tmp_path: Path,
):
    plain = write_painter(tmp_path / "mine.onnx")  # its card calls it tiny
    write_painter(tmp_path / "tiny.onnx")
    assert plain_file(contender(write_variant(plain)).painter) == plain
    assert plain_file(contender(plain).painter) == tmp_path / "tiny.onnx"


def test_variants_are_measured_where_they_are_meant_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    plain = write_painter(tmp_path / "tiny.onnx")
    int8, float16 = write_variant(plain), write_variant(plain, "float16")
    monkeypatch.setattr(measuring, "built_in", lambda: ["cpu", "cuda"])
    found = combinations(Bench(sizes=(SIZE,), seconds=1.0, model=plain))
    assert [(what.path, what.provider) for what in found] == [
        (plain, "cpu"),
        (int8, "cpu"),
        (plain, "cuda"),
        (float16, "cuda"),
    ]


def test_psnr_is_that_of_the_textbook():
    black = np.zeros((8, 8, 3), np.uint8)
    assert psnr(black, black) == math.inf
    assert psnr(black, np.full_like(black, 255)) == pytest.approx(0)
    assert psnr(black, np.full_like(black, 51)) == pytest.approx(20 * math.log10(5))


GROWS = """
import numpy as np
from livestyle.bench.memory import Growth
growth = Growth()
block = np.ones(60_000_000, np.uint8)
del block
print(growth.megabytes())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not say")
def test_memory_grows_by_what_is_used_even_if_it_is_given_back():
    # In a process of its own, as it is used: others give memory back beside it.
    done = subprocess.run(
        [sys.executable, "-c", GROWS], capture_output=True, text=True, check=True
    )
    if sys.platform == "linux":
        assert 55 < float(done.stdout) < 250


def test_memory_is_measured_in_a_process_of_its_own(model: Path):
    found = memory_mb(Combination(model, "cpu", (1280, 720)), 1)
    if sys.platform == "linux":
        assert found is not None
        assert 11 < found < 1000  # one layer of floats has 11 MB


def test_what_does_not_run_is_told_with_its_reason(tmp_path: Path):
    with pytest.raises(ProviderError, match="there is no model"):
        memory_mb(Combination(tmp_path / "gone.onnx", "cpu", SIZE), 1)


def test_every_model_meets_every_provider_and_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_painter(tmp_path / "one.onnx")
    write_painter(tmp_path / "two.onnx")
    monkeypatch.setattr(bank, "FOLDERS", (tmp_path,))
    monkeypatch.setattr(measuring, "built_in", lambda: ["cpu", "cuda", "tensorrt"])
    found = combinations(Bench(sizes=(SIZE, (96, 64)), seconds=1.0))
    assert [str(what) for what in found][:3] == [
        *("one on cpu at 64x48", "one on cpu at 96x64", "one on cuda at 64x48")
    ]
    assert len(found) == 2 * 2 * 2  # TensorRT takes minutes to open
    by_name = Bench(sizes=(SIZE,), seconds=1.0, provider="tensorrt")
    assert {what.provider for what in combinations(by_name)} == {"tensorrt"}


def test_on_a_screen_overlay_and_window_are_stages_too(
    on_screen: Screen, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pipeline, "WARM", 0)
    assert has_display()
    settings = replace(settings, window=True, seconds=0.3)
    found = pipeline.run(settings, recording=True)
    assert found["window"]
    stages = found["stages_ms"]
    assert set(stages) == {
        "capture",
        "paint",
        "record",
        "view",
        "overlay",
        "show",
        "encode",
    }
    assert stages["show"]["p50"] >= 0.9  # a key is waited for
    assert found["latency_ms"]["p50"] >= stages["show"]["p50"]
    assert found["frames"] > 0


def test_the_first_frames_do_not_count(settings: Settings):
    few = replace(settings, seconds=0.01)  # ends behind one frame, or a few
    found = pipeline.run(few, recording=False)
    assert (found["frames"], found["stages_ms"]) == (0, {})
    assert found["latency_ms"] == {"p50": None, "p95": None}
