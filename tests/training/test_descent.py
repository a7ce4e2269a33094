from itertools import pairwise

import pytest
import torch
from torch import Tensor

from livestyle.errors import SettingsError
from training.descent import Descent, Progress, descend
from training.errors import DivergedError

START = torch.rand(1, 3, 6, 8, generator=torch.Generator().manual_seed(0))
GOAL = torch.rand(1, 3, 6, 8, generator=torch.Generator().manual_seed(1))


def valley(picture: Tensor) -> dict[str, Tensor]:
    """A bowl that is 100 times as steep in one colour as in another."""
    steep = torch.tensor([1.0, 10.0, 100.0]).view(1, 3, 1, 1)
    return {"total": (steep * (picture - GOAL).square()).mean()}


def run(objective=valley, **settings) -> list[Progress]:
    return list(descend(START, objective, Descent(**settings)))


def test_lbfgs_finds_the_bottom_of_a_steep_valley():
    last = run(steps=30)[-1]
    torch.testing.assert_close(last.canvas, GOAL, rtol=0, atol=1e-4)


def test_lbfgs_does_not_care_how_small_the_losses_are():
    """torch compares gradients and curvatures with absolute thresholds."""
    tiny = run(lambda p: {"total": valley(p)["total"] * 1e-12}, steps=12)
    plain = run(steps=12)
    torch.testing.assert_close(tiny[-1].canvas, plain[-1].canvas, rtol=0, atol=1e-3)


def test_adam_takes_smaller_steps_after_each_decay():
    slope = run(
        lambda p: {"total": p.sum()},
        optimizer="adam",
        steps=6,
        rate=0.1,
        decay=0.5,
        decay_every=2,
    )
    moves = [float((b.canvas - a.canvas).abs().mean()) for a, b in pairwise(slope)]
    assert moves == pytest.approx([0.1, 0.1, 0.05, 0.05, 0.025, 0.025], rel=1e-3)


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_each_place_is_computed_once_and_told_as_it_is(optimizer: str):
    calls = 0

    def counted(picture: Tensor) -> dict[str, Tensor]:
        nonlocal calls
        calls += 1
        return valley(picture)

    told = run(counted, optimizer=optimizer, steps=5)
    assert [p.step for p in told] == [0, 1, 2, 3, 4, 5]
    assert told[-1].evaluations == calls
    if optimizer == "adam":
        assert calls == 6
    for progress in told:
        assert progress.terms["total"] == float(valley(progress.canvas)["total"])


def test_the_start_comes_first_and_stays_as_it_was():
    before = START.clone()
    told = run(steps=3)
    assert torch.equal(told[0].canvas, before)
    assert torch.equal(START, before)
    assert not torch.equal(told[0].canvas, told[1].canvas)


def test_the_picture_to_show_stays_in_range():
    told = run(lambda p: {"total": (p - 3).square().mean()}, steps=5)
    assert told[-1].canvas.max() > 2
    assert told[-1].picture.max() == 1
    assert told[-1].picture.shape == (3, 6, 8)


def test_at_the_bottom_it_ends():
    assert len(run(lambda p: {"total": (p * 0).sum()}, steps=50)) == 1
    assert len(run(steps=500)) < 400


def test_a_loss_that_is_no_number_is_told():
    def broken(picture: Tensor) -> dict[str, Tensor]:
        return {"total": picture.sum() / (picture.sum() - picture.sum())}

    with pytest.raises(DivergedError, match="no number any more after step 0"):
        run(broken)


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(SettingsError, match=r"steps is 0\. Give a number above 0"):
        Descent(steps=0)
    with pytest.raises(SettingsError, match="decay-every is -1"):
        Descent(decay_every=-1)
    with pytest.raises(SettingsError, match="rate is nan"):
        Descent(rate=float("nan"))
