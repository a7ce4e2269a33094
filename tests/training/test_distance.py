from pathlib import Path

import numpy as np
import pytest
import torch

from livestyle.errors import SettingsError
from tests.training.studio import photograph, tiny_recipe
from training.evaluation.distance import Target, load_objective, to_pixels, to_tensor
from training.objective import Objective

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def objective(studio: Path) -> Objective:
    torch.manual_seed(0)
    return load_objective(tiny_recipe(), studio / "paintings", "random")[0]


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.ascontiguousarray(photograph(0)[:96, :104, ::-1])


def test_the_photograph_has_its_own_content_and_another_style(objective, photo):
    terms = Target(objective, photo, 0).distances(photo)
    assert terms["content"] == pytest.approx(0, abs=1e-9)
    assert terms["style"] > 0.01


def test_the_painting_has_its_own_style(studio: Path, objective, photo):
    torch.manual_seed(0)
    _, paintings = load_objective(tiny_recipe(), studio / "paintings", "random")
    painting = paintings[1]
    own, other = (
        Target(objective, painting, style).distances(painting) for style in (1, 0)
    )
    assert own["style"] == pytest.approx(0, abs=1e-6)
    assert other["style"] > 0.01


def test_the_terms_are_those_that_are_fitted_by(objective, photo):
    pastiche = np.roll(photo, 7, 1)
    found = Target(objective, photo, 1).distances(pastiche)
    with torch.no_grad():
        wanted = objective(
            to_tensor(photo, CPU), to_tensor(pastiche, CPU), torch.tensor([2])
        )
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        assert found[name] == pytest.approx(float(value), rel=1e-6)


def test_gradients_reach_the_picture(objective, photo):
    picture = torch.rand(1, 3, 96, 104, requires_grad=True)
    Target(objective, photo, 0)(picture)["total"].backward()
    assert picture.grad is not None
    assert picture.grad.abs().sum() > 0


def test_pictures_come_back_as_they_went(photo):
    assert np.array_equal(to_pixels(to_tensor(photo, CPU)[0]), photo)
    assert to_tensor(photo, CPU)[0, 0, 3, 5] == pytest.approx(photo[3, 5, 2] / 255)


def test_a_missing_painting_is_named(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"stripes0\.png cannot be read.*--styles"):
        load_objective(tiny_recipe(), tmp_path, "random")
