import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from livestyle.errors import OutputError, SettingsError
from tests.training.fitting import falls, run, weights
from tests.training.studio import TERMS, tiny_options, tiny_recipe, write_photographs
from training.checkpoint import Checkpoint
from training.config import load_recipe
from training.context import paint_within
from training.fit import fit
from training.nets import Painter
from training.options import FitOptions
from training.schedule import learning_rate


def test_content_and_style_fall_fast_over_30_steps(studio: Path, tmp_path: Path):
    plain = {"repetition_weight": 0.0, "grid_weight": 0.0, "grain_weight": 0.0}
    seen = run(tiny_recipe(steps=30, **plain), tiny_options(studio, tmp_path))
    assert len(seen) == 30
    assert falls(seen, "total") < 0.5
    assert falls(seen, "style") < 0.4


def test_the_loss_falls_with_all_its_terms(studio: Path, tmp_path: Path):
    seen = run(tiny_recipe(steps=30, rate=1e-2), tiny_options(studio, tmp_path))
    assert falls(seen, "total") < 0.6
    assert falls(seen, "style") < 0.5


def test_the_sketch_comes_closer_to_the_photograph_over_30_steps(
    studio: Path, tmp_path: Path
):
    recipe = tiny_recipe(steps=120, sketch=30)
    seen = run(recipe, tiny_options(studio, tmp_path), interrupt_at=30)
    assert falls(seen, "sketch") < 0.8


def test_progress_tells_steps_share_speed_and_every_term(studio: Path, tmp_path: Path):
    seen = run(tiny_recipe(steps=4), tiny_options(studio, tmp_path))
    assert [progress.step for progress in seen] == [1, 2, 3, 4]
    assert [progress.done for progress in seen] == [0.25, 0.5, 0.75, 1.0]
    assert all(set(progress.terms) == TERMS | {"total"} for progress in seen)
    assert all(progress.images_per_second > 0 for progress in seen)
    assert seen[-1].broken == 0


def test_the_same_recipe_gives_the_same_painter_and_another_seed_another(
    studio: Path, tmp_path: Path
):
    recipe = tiny_recipe(steps=2)
    first, again, other = (
        run(r, tiny_options(studio, tmp_path / str(i)))[-1].terms["total"]
        for i, r in enumerate((recipe, recipe, replace(recipe, seed=1)))
    )
    assert first == again != other


def test_a_fit_sketches_first_and_then_paints(studio: Path, tmp_path: Path):
    recipe = tiny_recipe(steps=12, sketch=8)
    seen = run(recipe, tiny_options(studio, tmp_path))
    # A quarter of the steps at most.
    assert [set(p.terms) == {"sketch", "total"} for p in seen] == [True] * 3 + [
        False
    ] * 9
    assert all("content" in p.terms for p in seen[3:])


def test_a_fit_by_the_clock_ends_about_in_time(studio: Path, tmp_path: Path):
    recipe = tiny_recipe(steps=1)
    seen = run(recipe, tiny_options(studio, tmp_path, seconds=2.0))
    left = Checkpoint.load(tmp_path)
    assert len(seen) == left.step > 1
    assert seen[-1].done == 1
    assert all(progress.done < 1 for progress in seen[:-1])
    # The last step may begin just before the end.
    assert 2.0 <= left.elapsed < 5.0


def test_broken_photographs_are_counted(studio: Path, tmp_path: Path):
    photos = write_photographs(tmp_path / "photos", 4)
    (photos / "broken.jpg").write_text("no picture")
    recipe = tiny_recipe(steps=6, validation=0)
    seen = run(recipe, tiny_options(studio, tmp_path / "run", data=photos))
    assert seen[-1].broken == 1


def test_every_style_is_fitted_in_its_turn(studio: Path, tmp_path: Path):
    recipe = tiny_recipe(batch=1, identities=0, steps=4)
    options = tiny_options(studio, tmp_path)
    run(recipe, options, interrupt_at=1)
    first = weights(tmp_path)["embeddings"]
    run(recipe, replace(options, resume=True))
    last = weights(tmp_path)["embeddings"]
    assert (last != first).any(1).tolist() == [False, True, True]


def test_events_and_sheets_appear(studio: Path, tmp_path: Path):
    run(tiny_recipe(steps=4), tiny_options(studio, tmp_path, preview_every=2))
    sheets = {path.name for path in tmp_path.glob("*.png")}
    assert sheets == {"sheet.png", "sheet_000002.png", "sheet_000004.png"}
    # One file, whole: nothing was written after it was closed.
    (events,) = (tmp_path / "events").iterdir()
    found = EventAccumulator(str(events)).Reload()
    for name in ("content", "style", "total"):
        steps = [event.step for event in found.Scalars(f"loss/{name}")]
        assert steps == [1, 2, 3, 4]
    assert "data/images per second" in found.Tags()["scalars"]
    shares = [event.value for event in found.Scalars("data/waiting")]
    assert all(0 <= share < 1 for share in shares)
    assert len(shares) == 4
    assert [image.step for image in found.Images("validation")] == [2, 4, 4]


def test_a_place_that_cannot_be_written_is_an_error_before_the_fit(
    studio: Path, tmp_path: Path
):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="choose another folder with --out"):
        fit(tiny_recipe(), tiny_options(studio, tmp_path / "file" / "run"))


def test_an_unknown_layer_or_painting_is_an_error_before_the_fit(
    studio: Path, tmp_path: Path
):
    wrong = tiny_recipe(content_layers={"relu9_1": 1.0})
    with pytest.raises(SettingsError, match="no layer relu9_1"):
        fit(wrong, tiny_options(studio, tmp_path))
    with pytest.raises(SettingsError, match="the folder of paintings with --styles"):
        fit(tiny_recipe(), tiny_options(studio, tmp_path, styles=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_bfloat16_fits_too(studio: Path, tmp_path: Path):
    options = tiny_options(studio, tmp_path, precision="bfloat16")
    seen = run(tiny_recipe(steps=2), options)
    assert all(math.isfinite(p.terms["total"]) for p in seen)
    assert all(value.dtype == torch.float32 for value in weights(tmp_path).values())


def test_the_optimizer_is_given_that_rate(studio: Path, tmp_path: Path):
    recipe = tiny_recipe(steps=4, warmup=4, embedding_rate=10.0)
    run(recipe, tiny_options(studio, tmp_path), interrupt_at=3)
    net, embeddings = Checkpoint.load(tmp_path).optimizer["param_groups"]
    assert net["lr"] == learning_rate(recipe, 2, 0.5)
    assert embeddings["lr"] == 10 * net["lr"]
    assert len(embeddings["params"]) == 1


@pytest.mark.weights
def test_the_first_light_recipe_falls_on_real_paintings(
    real_data: Path, tmp_path: Path
):
    recipe = load_recipe("first-light")
    recipe = replace(recipe, steps=80, sketch=0, warmup=5, crop=128, batch=2)
    options = FitOptions(
        data=real_data / "photos",
        styles=real_data / "styles",
        out=tmp_path,
        vgg_weights=real_data / "vgg" / "vgg19.safetensors",
        workers=0,
    )
    totals = [progress.terms["total"] for progress in run(recipe, options)]
    assert sum(totals[-8:]) < 0.8 * sum(totals[:8])


def test_the_context_is_the_picture_reflected_and_cut_off_again():
    torch.manual_seed(0)
    painter = Painter("swift", 1, 8).eval()
    rows = torch.tensor([1])
    x = torch.rand(1, 3, 40, 48)
    around = np.pad(x.numpy(), ((0, 0), (0, 0), (24, 24), (24, 24)), mode="reflect")
    with torch.no_grad():
        within = paint_within(painter, x, rows, 24)
        whole = painter(torch.from_numpy(around), rows)
    torch.testing.assert_close(within, whole[..., 24:-24, 24:-24])
    assert within.shape == x.shape
