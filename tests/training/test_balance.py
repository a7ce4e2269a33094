"""Weights of the style term that move until of all paintings as much is left."""

import pytest
import torch
from torch import Tensor

from training.balance import BEGUN, LEAST, MOST, Balance
from training.ranks import Ranks

BOTH = torch.tensor([0, 1])


def shown(balance: Balance, style: list[float], times: int = 1) -> Tensor:
    """The weights after each painting's photograph was seen so often."""
    for _ in range(times):
        balance.note(BOTH, torch.tensor(style))
        balance.move(Ranks())
    return balance(BOTH)


def begun(tints: list[float], weights: tuple[float, ...] = (1.0, 1.0)) -> Balance:
    """One that knows what the style terms were after the sketch."""
    balance = Balance(weights)
    shown(balance, tints, times=BEGUN)
    assert balance(BOTH).tolist() == list(weights)
    return balance


def test_a_painting_of_whose_style_more_is_left_gets_a_stronger_one():
    weights = shown(begun([0.5, 1.0]), [0.4, 0.2], times=40)
    assert weights[0] > 1.01
    assert weights[1] < 0.99


def test_what_counts_is_the_share_that_is_left_and_not_how_much():
    weights = shown(begun([0.5, 1.0]), [0.2, 0.4], times=200)
    assert weights.tolist() == pytest.approx([1, 1], abs=1e-3)


def test_weights_go_no_further_than_they_may():
    weights = shown(begun([1.0, 1.0]), [1.0, 0.01], times=500)
    assert weights.tolist() == pytest.approx([MOST, LEAST])


def test_styles_that_answer_to_their_weights_end_alike():
    """As painters do: of a heavier style less is left."""
    balance = begun([1.0, 1.0])
    style = torch.zeros(2)
    for _ in range(4000):
        style = torch.tensor([0.45, 0.35]) - 0.2 * balance(BOTH).log()
        balance.note(BOTH, style)
        balance.move(Ranks())
    assert style[0].item() == pytest.approx(style[1].item(), rel=0.02)


def test_nothing_moves_before_every_painting_was_seen():
    balance = Balance([1.0, 1.0, 1.0])
    assert shown(balance, [0.1, 0.9], times=9).tolist() == [1.0, 1.0]


def test_the_tint_is_what_the_first_photographs_had():
    balance = begun([0.5, 1.0])
    shown(balance, [0.1, 0.1], times=30)
    torch.testing.assert_close(balance.tint, torch.tensor([0.5, 1.0]))


def test_the_recipes_own_weights_are_kept_as_factors():
    own, other = begun([0.5, 0.5], (2.0, 3.0)), begun([0.5, 0.5])
    weights = shown(own, [0.4, 0.2], times=9) / shown(other, [0.4, 0.2], times=9)
    assert weights.tolist() == pytest.approx([2, 3])


@pytest.mark.parametrize("weights", [[1.0, 1.0], [1.0]])
def test_it_stands_still_where_it_is_not_wanted_or_there_is_one(weights: list[float]):
    balance = Balance(weights, moving=len(weights) == 1)
    for style in (0.5, 0.1):
        for _ in range(2 * BEGUN):
            balance.note(torch.tensor([0]), torch.tensor([style]))
            balance.move(Ranks())
    assert balance(torch.tensor([0])).item() == 1.0
    assert not balance.recent


def test_a_loss_that_is_only_looked_at_moves_nothing():
    balance = begun([0.5, 0.5])
    with torch.no_grad():
        assert shown(balance, [0.4, 0.2], times=9).tolist() == [1.0, 1.0]
