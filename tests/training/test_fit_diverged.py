from collections import deque
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.training.fitting import run
from tests.training.studio import tiny_options, tiny_recipe
from training.checkpoint import Checkpoint
from training.easel import AVERAGED, Easel
from training.errors import DivergedError
from training.fit import fit

CPU = torch.device("cpu")


@pytest.mark.parametrize("save_every", [1, 200])
def test_a_rate_that_ruins_the_weights_stops_with_the_good_ones_left(
    save_every: int, studio: Path, tmp_path: Path
):
    recipe = tiny_recipe(rate=1e30, warmup=1, steps=20)
    options = tiny_options(studio, tmp_path, save_every=save_every)
    with pytest.raises(
        DivergedError, match=r"no number at step 1 .*Halve 'rate'.*chec"
    ):
        fit(recipe, options)
    left = Checkpoint.load(tmp_path)
    # The step made with that rate is not in it.
    assert left.step == 0
    for name, value in left.painter.items():
        assert value.isfinite().all(), name
        assert value.abs().max() < 100, name


def test_a_weight_beyond_all_numbers_stops_at_the_first_step(
    studio: Path, tmp_path: Path
):
    with pytest.raises(DivergedError, match=r"no number at step 0 \(total\)"):
        fit(tiny_recipe(style_weight=1e39), tiny_options(studio, tmp_path))
    assert Checkpoint.load(tmp_path).step == 0


def test_a_fit_that_diverges_later_leaves_the_last_save(studio: Path, tmp_path: Path):
    options = tiny_options(studio, tmp_path, save_every=2)
    run(tiny_recipe(steps=20), options, interrupt_at=3)
    wild = tiny_recipe(steps=20, rate=1e30)
    with pytest.raises(DivergedError, match="no number at step 4"):
        fit(wild, replace(options, resume=True))
    left = Checkpoint.load(tmp_path)
    assert left.step == 3
    assert all(value.abs().max() < 100 for value in left.painter.values())


def test_an_exploding_loss_stops(studio: Path, tmp_path: Path):
    easel = Easel(tiny_recipe(steps=99), tiny_options(studio, tmp_path), CPU)
    photographs = torch.randint(0, 256, (3, 3, 96, 96), dtype=torch.uint8)
    good = easel.advance(photographs)
    easel.recent = deque([good] * AVERAGED, maxlen=AVERAGED)
    path = easel.save()
    before = path.read_bytes()
    easel.terms = {name: value / 1000 for name, value in good.items()}
    with pytest.raises(DivergedError, match=r"exploded to .* at step 1.*Halve 'rate'"):
        easel.advance(photographs)
    with pytest.raises(DivergedError, match="exploded"):
        easel.save()
    assert path.read_bytes() == before


def test_weights_ruined_by_the_very_last_step_are_not_saved(
    studio: Path, tmp_path: Path
):
    recipe = tiny_recipe(steps=1, rate=1e30, warmup=1)
    with pytest.raises(DivergedError, match="no number at step 1"):
        fit(recipe, tiny_options(studio, tmp_path))
    assert Checkpoint.load(tmp_path).step == 0
