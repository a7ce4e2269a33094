import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.training.studio import (
    lively_checkpoint,
    make_studio,
    stripes,
    tiny_recipe,
    write_picture,
    write_vgg,
)
from training import preview
from training.checkpoint import Checkpoint
from training.config import Painting
from training.export import export
from training.nets import Painter
from training.paintings import own_paintings

# The networks here are tiny: a second thread costs more than it brings, and on a busy
# machine the two wait for each other.
torch.set_num_threads(1)


@pytest.fixture(scope="module", autouse=True)
def small_sheets() -> Iterator[None]:
    """Small tiles on the sheets that each fit leaves: whole ones take the longest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preview, "SIDE", 64)
        yield


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photographs and paintings; tests only read it."""
    return make_studio(tmp_path_factory.mktemp("studio"))


@pytest.fixture(scope="session")
def vgg_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A VGG-19 of random weights with torchvision's key names."""
    return write_vgg(tmp_path_factory.mktemp("vgg") / "vgg19.safetensors")


@pytest.fixture
def checkpoint() -> Checkpoint:
    """Of the tiny recipe, with weights as they are drawn."""
    torch.manual_seed(1)
    recipe = tiny_recipe()
    painter = Painter(recipe.network, len(recipe.styles), recipe.dim)
    terms = {"content": 0.5, "style": 0.25, "total": 1.75}
    return Checkpoint(recipe, 7, 3.5, painter.state_dict(), {}, terms, "0123abcd")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """A folder with `vgg`, `photos` and `styles`, named by the environment."""
    folder = os.environ.get("LIVESTYLE_DATA")
    if not folder:
        pytest.skip("LIVESTYLE_DATA names no folder with vgg/, photos/ and styles/")
    return Path(folder)


@pytest.fixture(scope="session")
def painter_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An exported painter of random weights with the tiny recipe's two styles."""
    folder = tmp_path_factory.mktemp("export") / "models"
    yield export(lively_checkpoint(), folder / "tiny.onnx")
    # Neither the export nor any test left something beside it.
    assert [p.name for p in folder.iterdir()] == ["tiny.onnx"]


@pytest.fixture(scope="session")
def paintings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Painting, ...]:
    """Two paintings that no painter here knows."""
    folder = tmp_path_factory.mktemp("own")
    files = [write_picture(folder / f"Own {i}.png", stripes(7 + i)) for i in range(2)]
    return own_paintings(files, {"artist": ["Me"], "licence": ["CC0"]})
