import time
from pathlib import Path

import pytest

from livestyle.contract import Embedding
from livestyle.frame import Pixels
from livestyle.model import Painter
from livestyle.trial import BUDGET, fastest, frame, race, trial
from tests.livestyle.tiny_painter import write_painter


def painter(path: Path, products: int) -> Painter:
    return Painter(write_painter(path, products=products), provider="cpu", threads=1)


def test_the_one_with_less_to_do_wins(tmp_path: Path):
    slow, quick = painter(tmp_path / "a.onnx", 1), painter(tmp_path / "b.onnx", 0)
    for racers in (
        {"float32": slow, "int8": quick},
        {"float32": quick, "int8": slow},
    ):
        ms = race(racers, frame(64, 48), budget=0)
        assert fastest(ms) == ("int8" if racers["int8"] is quick else "float32")
        assert min(ms.values()) > 0


def test_a_trial_keeps_to_its_budget(tmp_path: Path):
    racers = {"float32": painter(tmp_path / "a.onnx", 0)}
    racers["int8"] = painter(tmp_path / "b.onnx", 0)
    began = time.process_time()
    assert set(trial(racers)) == set(racers)
    # The processor's time, which others on this machine do not lengthen.
    assert time.process_time() - began < BUDGET + 0.3
    assert BUDGET == 0.5


def test_a_slow_machine_paints_less_of_a_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    racer = painter(tmp_path / "a.onnx", 0)
    sizes = set()
    paint = racer.paint

    def watched(pixels: Pixels, style: Embedding) -> Pixels:
        sizes.add(pixels.shape)
        return paint(pixels, style)

    monkeypatch.setattr(racer, "paint", watched)
    monkeypatch.setattr("livestyle.trial.BUDGET", 0)
    for slow, wanted in (
        (60.0, {(480, 640, 3)}),
        (0.0, {(480, 640, 3), (240, 320, 3)}),
    ):
        monkeypatch.setattr("livestyle.trial.SLOW", slow)
        sizes.clear()
        trial({"float32": racer})
        assert sizes == wanted


@pytest.mark.parametrize(
    ("float32", "int8", "taken"),
    [
        (10.0, 8.0, "int8"),
        (10.0, 12.0, "float32"),
        (10.0, 10.0, "float32"),
        (10.0, 9.8, "float32"),
        (10.0, 9.6, "int8"),
    ],
)
def test_a_little_faster_is_not_worth_it(float32: float, int8: float, taken: str):
    assert fastest({"float32": float32, "int8": int8}) == taken
