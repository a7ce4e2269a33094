from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.studio import tiny_options, tiny_recipe
from training.schedule import learning_rate, rows_of, share_done, sketch_steps


def test_how_much_is_sketched_depends_on_the_length_of_the_fit(
    studio: Path, tmp_path: Path
):
    by_steps = tiny_options(studio, tmp_path)
    by_time = tiny_options(studio, tmp_path, seconds=60.0)
    assert sketch_steps(tiny_recipe(steps=5000, sketch=300), by_steps) == 300
    assert sketch_steps(tiny_recipe(steps=100, sketch=300), by_steps) == 25
    assert sketch_steps(tiny_recipe(steps=100, sketch=300), by_time) == 300


def test_the_rate_warms_up_anew_after_the_sketch():
    recipe = tiny_recipe(rate=1.0, warmup=10)
    assert learning_rate(recipe, 19, 0.0, 20) == pytest.approx(1.0)
    assert learning_rate(recipe, 20, 0.0, 20) == pytest.approx(0.1)
    assert learning_rate(recipe, 29, 0.0, 20) == pytest.approx(1.0)


def test_styles_take_turns_over_the_steps():
    recipe = tiny_recipe(batch=3, identities=1)
    assert [rows_of(recipe, step) for step in range(2)] == [[1, 2, 1, 0], [2, 1, 2, 0]]


def test_a_fit_is_done_by_steps_or_by_the_clock(studio: Path, tmp_path: Path):
    recipe, by_steps = tiny_recipe(steps=10), tiny_options(studio, tmp_path)
    assert share_done(recipe, by_steps, 5, 1e6) == 0.5
    assert share_done(recipe, replace(by_steps, seconds=60.0), 5, 90.0) == 1.5


def test_the_rate_rises_for_the_warm_up_and_falls_as_a_cosine():
    recipe = tiny_recipe(rate=1.0, warmup=10)
    assert learning_rate(recipe, 0, 0.0) == pytest.approx(0.1)
    assert learning_rate(recipe, 4, 0.0) == pytest.approx(0.5)
    assert learning_rate(recipe, 9, 0.0) == pytest.approx(1.0)
    assert learning_rate(recipe, 500, 0.5) == pytest.approx(0.505)
    assert learning_rate(recipe, 999, 1.0) == pytest.approx(0.01)
    rates = [learning_rate(recipe, 100 + i, i / 100) for i in range(101)]
    assert rates == sorted(rates, reverse=True)
    assert learning_rate(replace(recipe, warmup=0), 0, 0.0) == pytest.approx(1.0)
