import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from livestyle.errors import OutputError, SettingsError
from tests.training.fitting import run, weights
from tests.training.studio import tiny_options, tiny_recipe
from training.checkpoint import FILE, Checkpoint
from training.easel import Easel
from training.fit import Progress, fit

CPU = torch.device("cpu")


def test_a_fit_that_was_interrupted_goes_on_with_exactly_the_same_losses(
    studio: Path, tmp_path: Path
):
    recipe = tiny_recipe(steps=8, steadiness_weight=1.0, balanced=True)
    whole = run(recipe, tiny_options(studio, tmp_path / "whole"))
    parts = tiny_options(studio, tmp_path / "parts")
    first = run(recipe, parts, interrupt_at=3)
    second = run(recipe, replace(parts, resume=True), interrupt_at=5)
    third = run(recipe, replace(parts, resume=True))
    pieced = first + second + third
    assert [p.step for p in pieced] == [p.step for p in whole]
    assert [p.terms for p in pieced] == [p.terms for p in whole]
    ours, theirs = weights(tmp_path / "whole"), weights(tmp_path / "parts")
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_the_weight_of_steadiness_grows_with_the_fit(studio: Path, tmp_path: Path):
    recipe = tiny_recipe(steps=4, sketch=0, steadiness_weight=50.0, identities=0)
    for progress in run(recipe, tiny_options(studio, tmp_path)):
        terms = dict(progress.terms)
        total = terms.pop("total")
        weights = {name: getattr(recipe, f"{name}_weight") for name in terms}
        weights["steadiness"] *= (progress.step - 1) / 4
        wanted = sum(weights[name] * terms[name] for name in terms)
        assert total == pytest.approx(wanted, rel=1e-3)


def test_ctrl_c_leaves_a_checkpoint_of_the_last_step(studio: Path, tmp_path: Path):
    recipe = tiny_recipe(steps=8)
    run(recipe, tiny_options(studio, tmp_path, save_every=100), interrupt_at=3)
    left = Checkpoint.load(tmp_path)
    assert left.step == 3
    assert left.recipe == recipe
    assert left.elapsed > 0
    assert left.terms["total"] > 0
    left.build()


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_within_a_step_ends_the_fit_after_the_step(
    kind: int, studio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The interrupt comes between backward and the optimiser, the step is whole."""
    advance = Easel.advance

    def interrupted(easel: Easel, pictures, *, save: bool = False):
        step = easel.optimizer.step

        def stepping():
            if easel.step == 2:
                os.kill(os.getpid(), kind)
            step()

        monkeypatch.setattr(easel.optimizer, "step", stepping)
        values = advance(easel, pictures, save=save)
        monkeypatch.setattr(easel.optimizer, "step", step)
        return values

    monkeypatch.setattr(Easel, "advance", interrupted)
    recipe = tiny_recipe(steps=6)
    with pytest.raises(KeyboardInterrupt):
        fit(recipe, tiny_options(studio, tmp_path))
    left = Checkpoint.load(tmp_path)
    assert left.step == 3
    counts = {int(state["step"]) for state in left.optimizer["state"].values()}
    assert counts == {3}


def test_an_existing_run_is_not_overwritten(studio: Path, tmp_path: Path):
    options = tiny_options(studio, tmp_path)
    run(tiny_recipe(steps=1), options)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(OutputError, match=r"Go on with --resume, or .* --out"):
        fit(tiny_recipe(steps=1), options)
    assert (tmp_path / FILE).read_bytes() == before


def test_resuming_what_was_never_begun_is_an_error(studio: Path, tmp_path: Path):
    with pytest.raises(SettingsError, match="Start with 'fit' first"):
        fit(tiny_recipe(), tiny_options(studio, tmp_path / "new", resume=True))


def test_resuming_a_finished_fit_changes_nothing(studio: Path, tmp_path: Path):
    recipe, options = tiny_recipe(steps=2), tiny_options(studio, tmp_path)
    run(recipe, options)
    before = Checkpoint.load(tmp_path)
    assert run(recipe, replace(options, resume=True)) == []
    after = Checkpoint.load(tmp_path)
    assert (after.step, after.terms) == (before.step, before.terms)


def test_a_resumed_fit_keeps_the_precision_it_began_with(studio: Path, tmp_path: Path):
    options = tiny_options(studio, tmp_path, precision="bfloat16")
    run(tiny_recipe(steps=4), options, interrupt_at=1)
    assert Checkpoint.load(tmp_path).precision == "bfloat16"
    resumed = replace(options, resume=True, precision="auto")
    assert Easel(tiny_recipe(steps=4), resumed, CPU).dtype == torch.bfloat16
    asked = replace(options, resume=True, precision="float32")
    assert Easel(tiny_recipe(steps=4), asked, CPU).dtype == torch.float32


def test_a_sketch_that_was_interrupted_goes_on_exactly(studio: Path, tmp_path: Path):
    recipe = tiny_recipe(steps=12, sketch=3)
    whole = run(recipe, tiny_options(studio, tmp_path / "whole"))
    parts = tiny_options(studio, tmp_path / "parts")
    pieces: list[Progress] = []
    for stop in (2, 3, 5, None):
        pieces += run(recipe, parts, interrupt_at=stop)
        parts = replace(parts, resume=True)
    assert [p.terms for p in pieces] == [p.terms for p in whole]


def test_a_fit_by_the_clock_counts_the_time_before_it_was_resumed(
    studio: Path, tmp_path: Path
):
    options = tiny_options(studio, tmp_path, seconds=60.0)
    run(tiny_recipe(), options, interrupt_at=2)
    assert run(tiny_recipe(), replace(options, resume=True, seconds=0.01)) == []
