import numpy as np
import pytest
import torch
from torch import Tensor

from tests.training.test_grid import noise
from training.grain import GrainLoss, fine_power

SIDE = 192


def dither(strength: float, weights: tuple[float, float, float]) -> Tensor:
    """Single pixels up and down at random, in a mix of colours, (1, 3, SIDE, SIDE)."""
    signs = np.random.default_rng(1).choice([-1.0, 1.0], (SIDE, SIDE))
    return (
        strength
        * torch.from_numpy(signs).float()
        * torch.tensor(weights).view(1, 3, 1, 1)
    )


def loss(pictures: Tensor, painting: Tensor) -> float:
    """Of pictures that may be as fine as the painting."""
    style = torch.zeros(len(pictures), dtype=torch.long)
    return GrainLoss([painting])(pictures, style, pictures[:0]).mean().item()


def test_a_picture_as_fine_as_the_painting_has_none():
    painting = noise()[0]
    assert loss(painting[None], painting) == pytest.approx(0, abs=1e-5)
    assert loss(noise(1)[:1], painting) < 0.2


def test_a_smoother_picture_is_not_asked_for_more_detail():
    assert loss(torch.full((1, 3, SIDE, SIDE), 0.5), noise()[0]) == 0


@pytest.mark.parametrize(
    "weights",
    [(1.0, 1.0, 1.0), (-0.6, 0.3, 0.0), (0.0, -0.1, 0.6)],
    ids=["brightness", "red for green", "blue for green"],
)
def test_single_pixels_count_in_every_colour(weights: tuple[float, float, float]):
    # Colours in one tone, as the fine detail of paintings is.
    clean = noise()[:1].mean(1, keepdim=True).expand(1, 3, SIDE, SIDE)
    dithered = clean + dither(0.05, weights)
    assert loss(dithered, clean[0]) > loss(clean, clean[0]) + 0.3


def test_the_coarse_texture_of_a_style_does_not_count():
    y = torch.arange(SIDE)[:, None].expand(SIDE, SIDE)
    strokes = 0.2 * torch.sin(2 * torch.pi * y / 16)
    clean = noise()[:1]
    assert loss(clean + strokes, clean[0]) < loss(clean, clean[0]) + 0.05


def test_the_identity_may_be_as_fine_as_its_photograph():
    smooth, rough = (
        torch.full((3, SIDE, SIDE), 0.5),
        noise()[:1] + dither(0.1, (1.0, 1.0, 1.0)),
    )
    term = GrainLoss([smooth])
    none = torch.zeros(0, dtype=torch.long)
    assert term(rough, none, rough).item() == pytest.approx(0, abs=1e-5)
    assert term(rough, none, smooth[None]).item() > 1


def test_samples_are_judged_by_their_own_paintings():
    smooth, rough = torch.full((3, SIDE, SIDE), 0.5), noise()[0]
    term = GrainLoss([smooth, rough])
    batch = torch.stack([rough, rough])
    as_smooth, as_rough = term(batch, torch.tensor([0, 1]), batch[:0]).tolist()
    assert as_rough == pytest.approx(0, abs=1e-5)
    assert as_smooth > 1


def test_power_does_not_depend_on_the_size_of_the_picture():
    rng = np.random.default_rng(0)
    large = torch.from_numpy(rng.normal(0.5, 0.1, (1, 3, 256, 320))).float()
    small = large[..., :128, :96]
    assert torch.allclose(fine_power(large), fine_power(small), rtol=0.25)
    # White noise has its variance at every frequency.
    weights = torch.tensor([0.299, 0.587, 0.114])
    variance = 0.01 * weights.square().sum()
    assert torch.allclose(fine_power(large)[0, 0], variance.expand(4), rtol=0.1)


def test_going_down_its_slope_takes_the_dither_away():
    clean = noise()[:1]
    picture = (clean + dither(0.1, (0.0, -0.1, 0.6))).requires_grad_()
    term = GrainLoss([clean[0]])
    style = torch.zeros(1, dtype=torch.long)
    optimizer = torch.optim.Adam([picture], lr=5e-3)
    for _ in range(40):
        optimizer.zero_grad()
        term(picture, style, picture[:0]).sum().backward()
        optimizer.step()
    assert loss(picture.detach(), clean[0]) < 0.3 * loss(
        clean + dither(0.1, (0.0, -0.1, 0.6)), clean[0]
    )


def test_a_blank_picture_has_a_slope_that_is_a_number():
    blank = torch.full((1, 3, SIDE, SIDE), 0.5, requires_grad=True)
    GrainLoss([noise()[0]])(blank, torch.tensor([0]), blank[:0]).sum().backward()
    assert blank.grad is not None
    assert blank.grad.isfinite().all()
