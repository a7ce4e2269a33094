import math

import pytest
import torch
from torch import Tensor

from training.repetition import RepetitionLoss


def noise(seed: int, side: int = 192) -> Tensor:
    """A texture without any order, RGB of shape (3, side, side)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(3, side, side, generator=generator)


# Large enough for its mean spectrum to be a good one.
PAINTING = noise(2, 480)


def wallpaper(period: int, side: int = 192) -> Tensor:
    times = -(-side // period)
    return noise(3, period).repeat(1, times, times)[:, :side, :side]


def loss_of(picture: Tensor, painting: Tensor) -> float:
    loss = RepetitionLoss([painting])
    return loss(picture[None], torch.tensor([0])).item()


def test_a_texture_of_the_paintings_own_kind_costs_next_to_nothing():
    assert loss_of(noise(1), PAINTING) < 0.05


@pytest.mark.parametrize("period", [6, 8, 16, 24])
def test_wallpaper_of_any_period_is_caught(period: int):
    assert loss_of(wallpaper(period), PAINTING) > 1


def test_wallpaper_is_caught_wherever_its_motif_begins():
    shifted = wallpaper(24).roll((5, 11), (1, 2))
    assert loss_of(shifted, PAINTING) == pytest.approx(
        loss_of(wallpaper(24), PAINTING), rel=0.2
    )


def test_wallpaper_on_half_of_the_picture_costs_in_between():
    half = noise(1)
    half[:, :, 96:] = wallpaper(24)[:, :, 96:]
    whole, none = loss_of(wallpaper(24), PAINTING), loss_of(noise(1), PAINTING)
    assert none + 0.1 < loss_of(half, PAINTING) < whole - 0.1


def test_a_painting_that_repeats_allows_its_pastiche_to_repeat():
    assert loss_of(wallpaper(24), wallpaper(24, 480)) < 0.05


def test_a_flat_picture_costs_nothing():
    assert loss_of(torch.full((3, 192, 192), 0.4), PAINTING) == 0


def test_contrast_and_brightness_do_not_matter_while_the_texture_is_seen():
    strong = loss_of(wallpaper(24), PAINTING)
    assert loss_of(0.3 + 0.6 * wallpaper(24), PAINTING) == pytest.approx(
        strong, rel=0.1
    )


def test_the_value_is_the_logarithm_of_the_peakiness_that_the_definition_gives():
    # One window, one wave on a white painting: all power in few of the frequencies.
    side = torch.arange(96)
    wave = 0.5 + 0.5 * torch.sin(2 * math.pi * 12 * side / 96)
    picture = wave.expand(3, 96, 96)
    loss = RepetitionLoss([PAINTING])
    hann = torch.hann_window(96, periodic=False)
    centred = picture[0] - picture[0].mean()
    power = torch.fft.rfft2(centred * hann[:, None] * hann).abs() ** 2
    weighed = power[loss.band] / loss.spectra[0] + 0.01
    peakiness = (weighed**2).mean() / weighed.mean() ** 2
    expected = peakiness.log() - loss.tolerated[0]
    assert loss(picture[None], torch.tensor([0])).item() == pytest.approx(
        expected.item(), rel=1e-3
    )


def test_each_sample_is_held_against_its_own_painting():
    loss = RepetitionLoss([PAINTING, wallpaper(24, 480)])
    both = loss(wallpaper(24).expand(2, -1, -1, -1), torch.tensor([0, 1]))
    assert both[0] > 1
    assert both[1] < 0.05


def test_following_the_gradient_breaks_the_wallpaper_up():
    loss = RepetitionLoss([PAINTING])
    picture = (wallpaper(24) + 0.05 * noise(4))[None].requires_grad_()
    before = loss(picture, torch.tensor([0]))
    before.backward()
    assert picture.grad is not None
    assert picture.grad.isfinite().all()
    moved = picture.detach() - 0.05 * picture.grad / picture.grad.std()
    assert loss(moved, torch.tensor([0])) < before


def test_a_blank_painting_does_not_divide_by_nothing():
    assert math.isfinite(loss_of(noise(1), torch.zeros(3, 96, 96)))
