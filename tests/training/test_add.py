from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from livestyle.contract import Card
from livestyle.errors import OutputError, SettingsError
from livestyle.model import Painter as Runtime
from tests.training.fitting import falls
from tests.training.studio import (
    photograph,
    tiny_options,
    tiny_recipe,
)
from training.add import add, recipe_to_add
from training.checkpoint import FILE, Checkpoint
from training.config import Painting, Recipe
from training.errors import DivergedError
from training.export import ParityError
from training.fit import Progress
from training.options import FitOptions
from training.reopen import reopen

SMALL = ((64, 96),)
PICTURE = np.ascontiguousarray(photograph(3, 72, 101)[..., ::-1])


def recipe_of(*paintings: Painting, card: Card, **changes: object) -> Recipe:
    """How the tiny painter gets more styles, as fast as it can be."""
    tiny = tiny_recipe()
    layers = {n: getattr(tiny, n) for n in ("content_layers", "style_layers")}
    quick = {"crop": 96, "context": 16, "batch": 2, "validation": 4, "steps": 3}
    recipe = recipe_to_add(card, paintings)
    return replace(recipe, **{**layers, **quick, **changes})


@pytest.fixture(scope="module")
def run(
    painter_file: Path,
    paintings: tuple[Painting, ...],
    studio: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, Path, list[Progress]]:
    """The painter with two more styles, its run's folder, and how it went."""
    folder = tmp_path_factory.mktemp("added")
    opened = reopen(painter_file)
    eager = {"steps": 20, "batch": 2, "rate": 0.02, "zoom": (1.0, 1.0)}
    recipe = recipe_of(*paintings, card=opened.card, **eager)
    seen: list[Progress] = []
    options = tiny_options(studio, folder / "run", styles=Path())
    output = folder / "more" / "tiny-own.onnx"
    output.parent.mkdir()
    assert add(opened, recipe, options, output, seen.append, SMALL) == output
    assert [path.name for path in output.parent.iterdir()] == ["tiny-own.onnx"]
    return output, options.out, seen


@pytest.fixture
def options(studio: Path, tmp_path: Path) -> FitOptions:
    return tiny_options(studio, tmp_path / "run", styles=Path())


def test_all_but_the_card_stays_as_it_was_byte_for_byte(
    run: tuple[Path, Path, list[Progress]], painter_file: Path
):
    before, after = (onnx.load(path) for path in (painter_file, run[0]))
    assert len(before.graph.initializer) > 20
    for old, new in zip(before.graph.initializer, after.graph.initializer, strict=True):
        assert old.SerializeToString() == new.SerializeToString()
    assert before.metadata_props != after.metadata_props
    del after.metadata_props[:]
    after.metadata_props.extend(before.metadata_props)
    assert before.SerializeToString() == after.SerializeToString()


def test_old_styles_paint_bit_for_bit_as_before_and_new_ones_otherwise(
    run: tuple[Path, Path, list[Progress]], painter_file: Path
):
    old, new = (Runtime(path, provider="cpu") for path in (painter_file, run[0]))
    assert new.names == (*old.names, "own-0", "own-1")
    assert new.card.styles[:2] == old.card.styles
    assert new.card.identity == old.card.identity
    painted = []
    for name in old.names:
        painted.append(new.paint(PICTURE, new.embedding(name)))
        assert np.array_equal(painted[-1], old.paint(PICTURE, old.embedding(name)))
    assert np.array_equal(*(p.paint(PICTURE, p.identity) for p in (old, new)))
    for name in ("own-0", "own-1"):
        pastiche = new.paint(PICTURE, new.embedding(name)).astype(int)
        assert all(np.abs(pastiche - other).mean() > 1 for other in painted)
        painted.append(pastiche)


def test_the_card_tells_the_new_styles_and_how_they_were_made(
    run: tuple[Path, Path, list[Progress]], painter_file: Path
):
    old, new = (Runtime(path, provider="cpu").card for path in (painter_file, run[0]))
    own = new.styles[2]
    assert (own.title, own.artist, own.licence) == ("Own 0", "Me", "CC0")
    wanted = f"{old.trained_on}; own-0, own-1: 20 steps of the embedding alone"
    assert new.trained_on == wanted
    assert replace(new, styles=old.styles, trained_on=old.trained_on) == old


def test_only_the_new_rows_are_fitted_and_their_loss_falls(
    run: tuple[Path, Path, list[Progress]], painter_file: Path
):
    left = Checkpoint.load(run[1])
    fitted = reopen(painter_file).painter.state_dict()
    rows, old = left.painter["embeddings"], fitted["embeddings"]
    assert rows.shape == (3, 8)
    assert torch.equal(rows[0], old[0])
    for row in rows[1:]:
        assert (row - old).abs().amax(1).min() > 0.01
    for name in fitted.keys() - {"embeddings"}:
        assert torch.equal(left.painter[name], fitted[name]), name
    # Adam knows of one tensor alone.
    assert len(left.optimizer["state"]) == 1
    assert falls(run[2], "style") < 0.6
    assert {"content", "style"} < set(run[2][0].terms)
    assert (run[1] / "sheet.png").is_file()


def test_a_fit_begins_with_the_mean_of_the_styles(
    painter_file: Path,
    paintings: tuple[Painting, ...],
    options: FitOptions,
    tmp_path: Path,
):
    opened = reopen(painter_file)
    mean = opened.painter.embeddings.detach()[1:].mean(0)
    recipe = recipe_of(*paintings, card=opened.card, rate=0.0)

    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add(opened, recipe, options, tmp_path / "x.onnx", stop)
    begun = Checkpoint.load(options.out).painter["embeddings"]
    assert torch.equal(begun[1:], torch.stack([mean, mean]))
    assert not (tmp_path / "x.onnx").exists()


def test_what_was_interrupted_goes_on_to_the_same_painter(
    painter_file: Path,
    paintings: tuple[Painting, ...],
    options: FitOptions,
    tmp_path: Path,
):
    def stop(progress: Progress) -> None:
        if progress.step == 2:
            raise KeyboardInterrupt

    made = []
    for name in ("whole", "parts"):
        opened, output = reopen(painter_file), tmp_path / f"{name}.onnx"
        recipe = recipe_of(paintings[0], card=opened.card, steps=4)
        own = replace(options, out=tmp_path / name)
        if name == "parts":
            with pytest.raises(KeyboardInterrupt):
                add(opened, recipe, own, output, stop)
            assert not output.exists()
            opened, own = reopen(painter_file), replace(own, resume=True)
        made.append(add(opened, recipe, own, output, sizes=SMALL).read_bytes())
    assert made[0] == made[1]


def test_a_run_of_another_painter_is_not_gone_on_with(
    run: tuple[Path, Path, list[Progress]],
    painter_file: Path,
    paintings: tuple[Painting, ...],
    options: FitOptions,
    tmp_path: Path,
):
    opened = reopen(painter_file)
    with torch.no_grad():
        opened.painter.net.head.bias[0] += 1e-6
    recipe = recipe_of(*paintings, card=opened.card)
    resumed = replace(options, out=run[1], resume=True)
    with pytest.raises(SettingsError, match=r"begun on another painter than .*tiny"):
        add(opened, recipe, resumed, tmp_path / "x.onnx")
    with pytest.raises(OutputError, match=r"holds a fit already. Go on with --resume"):
        add(opened, recipe, replace(resumed, resume=False), tmp_path / "x.onnx")


def test_a_name_that_was_taken_meanwhile_is_left_alone_and_the_fit_is_kept(
    painter_file: Path,
    paintings: tuple[Painting, ...],
    options: FitOptions,
    tmp_path: Path,
):
    output = tmp_path / "mine.onnx"
    opened = reopen(painter_file)
    recipe = recipe_of(paintings[0], card=opened.card, steps=1)

    def take(_: Progress) -> None:
        output.write_bytes(b"mine")

    with pytest.raises(OutputError, match=r"mine.onnx' is already there"):
        add(opened, recipe, options, output, take, SMALL)
    assert output.read_bytes() == b"mine"
    assert {p.name for p in tmp_path.iterdir()} == {"mine.onnx", "run"}
    # Resumed, the finished fit gives the file under another name.
    opened, again = reopen(painter_file), replace(options, resume=True)
    add(opened, recipe, again, tmp_path / "other.onnx", sizes=SMALL)
    assert len(Runtime(tmp_path / "other.onnx", provider="cpu").names) == 3


def test_no_file_is_left_that_paints_otherwise_than_torch(
    painter_file: Path,
    paintings: tuple[Painting, ...],
    options: FitOptions,
    tmp_path: Path,
):
    opened = reopen(painter_file)
    recipe = recipe_of(paintings[0], card=opened.card, steps=1)
    # The file has other weights by now than the network that is fitted on.
    for tensor in opened.model.graph.initializer:
        if tensor.name == "net.head.bias":
            values = np.frombuffer(tensor.raw_data, np.float32) + 9
            tensor.raw_data = values.tobytes()
    with pytest.raises(ParityError):
        add(opened, recipe, options, tmp_path / "wrong.onnx", sizes=SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (options.out / FILE).is_file()


def test_a_fit_that_diverges_leaves_no_painter(
    painter_file: Path,
    paintings: tuple[Painting, ...],
    options: FitOptions,
    tmp_path: Path,
):
    opened = reopen(painter_file)
    wild = recipe_of(paintings[0], card=opened.card, style_weight=1e39)
    with pytest.raises(DivergedError, match="no number at step 0"):
        add(opened, wild, options, tmp_path / "x.onnx", sizes=SMALL)
    assert not (tmp_path / "x.onnx").exists()
