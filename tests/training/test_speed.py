from pathlib import Path

from livestyle.model import Painter
from tests.livestyle.tiny_painter import write_painter
from training.evaluation.speed import TURNS, race, ratio


def test_a_slow_painter_loses_against_a_fast_one(tmp_path: Path):
    fast, slow = (
        Painter(
            write_painter(tmp_path / f"{products}.onnx", products=products),
            provider="cpu",
            threads=1,
        )
        for products in (0, 1)
    )
    rounds: list[int] = []
    own, other = race(fast, slow, (64, 48), 3, rounds.append)
    assert rounds == [1, 2, 3]
    assert (own.runs, other.runs) == (3 * TURNS, 3)
    assert 0 < own.min_ms <= own.median_ms <= own.p95_ms
    assert ratio(own, other) > 3
    assert ratio(other, own) < 0.5
