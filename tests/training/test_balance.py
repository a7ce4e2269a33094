"""Weights of the style term that move until all paintings give up as much."""

import math

import pytest
import torch
from torch import Tensor

from training.balance import FURTHEST, Balance
from training.ranks import Ranks

BOTH = torch.tensor([0, 1])


def shown(balance: Balance, content: list[float], times: int = 1) -> Tensor:
    """The weights after each painting's photograph was seen so often."""
    for _ in range(times):
        balance.note(BOTH, torch.tensor(content))
        balance.move(Ranks())
    return balance(BOTH)


def test_a_painting_that_gives_up_less_of_the_photograph_gets_a_stronger_style():
    weights = shown(Balance([1.0, 1.0]), [0.4, 0.8], times=3)
    assert weights[0] > 1.01
    assert weights[1] < 0.99


def test_the_mean_of_the_weights_logarithms_stays_where_it_was():
    balance = Balance([1.0, 1.0])
    assert shown(balance, [0.1, 0.8], times=5).log().mean().item() == pytest.approx(
        0, abs=1e-6
    )


def test_weights_go_no_further_than_they_may():
    weights = shown(Balance([1.0, 1.0]), [0.01, 1.0], times=500)
    assert weights.tolist() == pytest.approx([FURTHEST, 1 / FURTHEST])


def test_a_content_that_answers_ends_alike_in_all_paintings():
    """As painters do: the content grows with the weight of the style."""
    balance = Balance([1.0, 1.0])
    content = torch.zeros(2)
    for _ in range(2000):
        content = torch.tensor([0.5, 0.6]) + 0.2 * balance(BOTH).log()
        balance.note(BOTH, content)
        balance.move(Ranks())
    assert content[0].item() == pytest.approx(content[1].item(), rel=0.01)


def test_nothing_moves_before_every_painting_was_seen():
    balance = Balance([1.0, 1.0, 1.0])
    assert shown(balance, [0.1, 0.9], times=9).tolist() == [1.0, 1.0]


def test_the_recipes_own_weights_are_kept_as_factors():
    balance = Balance([2.0, 3.0])
    assert balance(BOTH).tolist() == [2.0, 3.0]
    weights = shown(balance, [0.4, 0.8])
    grown = math.sqrt(weights[0].item() / 2)  # of two, one grows as the other falls
    assert weights.tolist() == pytest.approx([2 * grown**2, 3 / grown**2])


@pytest.mark.parametrize("weights", [[1.0, 1.0], [1.0]])
def test_it_stands_still_where_it_is_not_wanted_or_there_is_one(weights: list[float]):
    balance = Balance(weights, moving=len(weights) == 1)
    balance.note(torch.tensor([0]), torch.tensor([0.3]))
    balance.move(Ranks())
    assert balance(torch.tensor([0])).item() == 1.0
    assert not balance.recent


def test_a_loss_that_is_only_looked_at_moves_nothing():
    balance = Balance([1.0, 1.0])
    with torch.no_grad():
        assert shown(balance, [0.1, 0.9]).tolist() == [1.0, 1.0]
