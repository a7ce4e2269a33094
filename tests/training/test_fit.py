import math
import os
import signal
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from livestyle.errors import OutputError, SettingsError
from tests.training.studio import tiny_options, tiny_recipe, write_photographs
from training.checkpoint import FILE, Checkpoint
from training.config import Recipe, load_recipe
from training.easel import AVERAGED, DivergedError, Easel, paint_within
from training.fit import Progress, fit
from training.nets import Painter
from training.options import FitOptions
from training.schedule import learning_rate, rows_of, share_done, sketch_steps

CPU = torch.device("cpu")


def run(
    recipe: Recipe, options: FitOptions, *, interrupt_at: int | None = None
) -> list[Progress]:
    """Fits; gives what every step reported, also when it is interrupted by Ctrl-C."""
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if progress.step == interrupt_at:
            raise KeyboardInterrupt

    if interrupt_at is None:
        fit(recipe, options, report)
    else:
        with pytest.raises(KeyboardInterrupt):
            fit(recipe, options, report)
    return seen


def weights(folder: Path) -> dict[str, Any]:
    return Checkpoint.load(folder).painter


def falls(seen: list[Progress], name: str) -> float:
    """What is left of a term, five steps at either end averaged."""
    values = [progress.terms[name] for progress in seen]
    return sum(values[-5:]) / sum(values[:5])


def test_content_and_style_fall_fast_over_30_steps(studio: Path, tmp_path: Path):
    plain = {"repetition_weight": 0.0, "grid_weight": 0.0, "grain_weight": 0.0}
    seen = run(tiny_recipe(steps=30, **plain), tiny_options(studio, tmp_path))
    assert len(seen) == 30
    assert falls(seen, "total") < 0.5
    assert falls(seen, "style") < 0.4


def test_the_loss_falls_with_all_its_terms(studio: Path, tmp_path: Path):
    seen = run(tiny_recipe(steps=30), tiny_options(studio, tmp_path))
    assert falls(seen, "total") < 0.8
    assert falls(seen, "style") < 0.7


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
    terms = {
        "content",
        "style",
        "tv",
        "range",
        "repetition",
        "grid",
        "grain",
        "identity",
    }
    assert all(set(progress.terms) == {*terms, "total"} for progress in seen)
    assert all(progress.images_per_second > 0 for progress in seen)
    assert seen[-1].broken == 0


def test_a_fit_that_was_interrupted_goes_on_with_exactly_the_same_losses(
    studio: Path, tmp_path: Path
):
    recipe = tiny_recipe(steps=8)
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


def test_the_same_recipe_gives_the_same_painter_and_another_seed_another(
    studio: Path, tmp_path: Path
):
    recipe = tiny_recipe(steps=2)
    first, again, other = (
        run(r, tiny_options(studio, tmp_path / str(i)))[-1].terms["total"]
        for i, r in enumerate((recipe, recipe, replace(recipe, seed=1)))
    )
    assert first == again != other


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


def test_a_resumed_fit_keeps_the_precision_it_began_with(studio: Path, tmp_path: Path):
    options = tiny_options(studio, tmp_path, precision="bfloat16")
    run(tiny_recipe(steps=4), options, interrupt_at=1)
    assert Checkpoint.load(tmp_path).precision == "bfloat16"
    resumed = replace(options, resume=True, precision="auto")
    assert Easel(tiny_recipe(steps=4), resumed, CPU).dtype == torch.bfloat16
    asked = replace(options, resume=True, precision="float32")
    assert Easel(tiny_recipe(steps=4), asked, CPU).dtype == torch.float32


def test_a_fit_sketches_first_and_then_paints(studio: Path, tmp_path: Path):
    recipe = tiny_recipe(steps=12, sketch=8)
    seen = run(recipe, tiny_options(studio, tmp_path))
    # A quarter of the steps at most.
    assert [set(p.terms) == {"sketch", "total"} for p in seen] == [True] * 3 + [
        False
    ] * 9
    assert all("content" in p.terms for p in seen[3:])


def test_a_sketch_that_was_interrupted_goes_on_exactly(studio: Path, tmp_path: Path):
    recipe = tiny_recipe(steps=12, sketch=3)
    whole = run(recipe, tiny_options(studio, tmp_path / "whole"))
    parts = tiny_options(studio, tmp_path / "parts")
    pieces: list[Progress] = []
    for stop in (2, 3, 5, None):
        pieces += run(recipe, parts, interrupt_at=stop)
        parts = replace(parts, resume=True)
    assert [p.terms for p in pieces] == [p.terms for p in whole]


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


def test_a_fit_by_the_clock_ends_about_in_time(studio: Path, tmp_path: Path):
    recipe = tiny_recipe(steps=1)
    seen = run(recipe, tiny_options(studio, tmp_path, seconds=2.0))
    left = Checkpoint.load(tmp_path)
    assert len(seen) == left.step > 1
    assert seen[-1].done == 1
    assert all(progress.done < 1 for progress in seen[:-1])
    # The last step may begin just before the end.
    assert 2.0 <= left.elapsed < 5.0


def test_a_fit_by_the_clock_counts_the_time_before_it_was_resumed(
    studio: Path, tmp_path: Path
):
    options = tiny_options(studio, tmp_path, seconds=60.0)
    run(tiny_recipe(), options, interrupt_at=2)
    assert run(tiny_recipe(), replace(options, resume=True, seconds=0.01)) == []


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


def test_the_optimizer_is_given_that_rate(studio: Path, tmp_path: Path):
    recipe = tiny_recipe(steps=4, warmup=4)
    run(recipe, tiny_options(studio, tmp_path), interrupt_at=3)
    (group,) = Checkpoint.load(tmp_path).optimizer["param_groups"]
    assert group["lr"] == learning_rate(recipe, 2, 0.5)


@pytest.mark.weights
def test_the_first_light_recipe_falls_on_real_paintings(
    real_data: Path, tmp_path: Path
):
    recipe = load_recipe("first-light")
    recipe = replace(recipe, steps=20, sketch=0, warmup=5, crop=128, batch=2)
    options = FitOptions(
        data=real_data / "photos",
        styles=real_data / "styles",
        out=tmp_path,
        vgg_weights=real_data / "vgg" / "vgg19.safetensors",
        workers=0,
    )
    totals = [progress.terms["total"] for progress in run(recipe, options)]
    assert sum(totals[-4:]) < 0.8 * sum(totals[:4])


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
