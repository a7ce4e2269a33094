import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from livestyle.errors import OutputError
from livestyle.frame import Pixels
from tests.training.studio import photograph, tiny_recipe
from training.evaluation.distance import Target, load_objective
from training.evaluation.yardstick import Course, Yardstick
from training.transfer_settings import Descent

PHOTO = np.ascontiguousarray(photograph(3)[:96, :96, ::-1])


class Bench:
    """A yardstick over one photograph and one painting; counts the steps it makes."""

    def __init__(self, studio: Path, vgg: Path, cache: Path) -> None:
        self.recipe = tiny_recipe()
        self.objective, self.paintings = load_objective(
            self.recipe, studio / "paintings", vgg
        )
        self.cache = cache
        self.steps = 0

    def run(
        self, photo: Pixels = PHOTO, style: int = 0, seed: int = 0, **changes
    ) -> Course:
        self.steps = 0
        recipe = replace(self.recipe, **changes)
        yardstick = Yardstick(
            recipe, self.objective.features, Descent(steps=4), seed, self.cache
        )
        target = Target(self.objective, photo, style)
        painting = recipe.styles[style]
        return yardstick.course(
            target, photo, painting, self.paintings[style], self._count
        )

    def _count(self, step: int) -> None:
        self.steps += step > 0


@pytest.fixture
def bench(studio: Path, vgg_file: Path, tmp_path: Path) -> Bench:
    return Bench(studio, vgg_file, tmp_path / "cache")


@pytest.fixture(scope="module")
def memory(
    studio: Path, vgg_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """What one run leaves behind."""
    bench = Bench(studio, vgg_file, tmp_path_factory.mktemp("memory") / "cache")
    bench.run()
    return bench.cache


@pytest.fixture
def again(bench: Bench, memory: Path) -> Bench:
    """After a run like that."""
    shutil.copytree(memory, bench.cache)
    return bench


def test_it_goes_down_from_noise_by_the_recipes_terms(bench: Bench):
    course = bench.run()
    totals = course.terms["total"]
    assert len(totals) == 5
    assert list(totals) == sorted(totals, reverse=True)
    assert totals[-1] < 0.8 * totals[0]
    assert course.terms.keys() >= {"content", "style", "repetition", "grid"}
    found = Target(bench.objective, PHOTO, 0).distances(course.picture)
    assert found["total"] == pytest.approx(course.at(4)["total"], rel=0.1)


def test_a_second_time_it_is_remembered(bench: Bench, memory: Path):
    first = bench.run()
    assert bench.steps == 4
    # The tests below begin with this very memory.
    assert [p.name for p in memory.iterdir()] == [p.name for p in bench.cache.iterdir()]
    again = bench.run()
    assert bench.steps == 0
    assert again.terms == first.terms
    assert np.array_equal(again.picture, first.picture)
    assert again.evaluations == first.evaluations >= 5


@pytest.mark.parametrize(
    "changes",
    [
        {"photo": 255 - PHOTO},
        {"style": 1},
        {"seed": 1},
        {"style_weight": 5.0},
        {"content_layers": {"relu1_1": 1.0}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_whatever_decides_the_result_makes_it_anew(again: Bench, changes: dict):
    again.run(**changes)
    assert again.steps == 4


def test_other_weights_of_the_loss_network_make_it_anew(again: Bench):
    with torch.no_grad():
        again.objective.features.layers[0].bias += 1e-4
    again.run()
    assert again.steps == 4


def test_terms_that_are_computed_otherwise_by_now_make_it_anew(again: Bench):
    again.objective.balance.fixed.mul_(3)
    again.run()
    assert again.steps == 4
    again.run()
    assert again.steps == 0


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no zip", None])
def test_a_broken_memory_is_made_anew(again: Bench, damage: bytes | None):
    (path,) = again.cache.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    again.run()
    assert again.steps == 4
    again.run()
    assert again.steps == 0


def test_a_cache_that_cannot_be_written_is_told(bench: Bench):
    bench.cache.write_text("no folder")
    with pytest.raises(OutputError, match="a part of its path is not a folder"):
        bench.run()


def test_the_step_where_a_painter_stands_is_the_first_that_is_as_good():
    course = Course({"total": (9.0, 5.0, 3.0, 2.0)}, PHOTO, 4)
    assert [course.reaches(total) for total in (10, 5, 4.9, 2, 1)] == [0, 1, 2, 3, None]
    assert course.at(2) == {"total": 3.0}
    assert course.at(300) == {"total": 2.0}
