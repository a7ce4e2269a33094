import numpy as np
import pytest
import torch

from tests.training.studio import photograph
from training.grid import CELL, GridLoss

SIDE = 192


def noise(seed: int = 0) -> torch.Tensor:
    """Brown noise as photographs have it, (2, 3, SIDE, SIDE), 0.2..0.8."""
    rng = np.random.default_rng(seed)
    y = np.fft.fftfreq(SIDE)[:, None]
    x = np.fft.fftfreq(SIDE)[None]
    fall = 1 / np.maximum(np.hypot(y, x), 1 / SIDE)
    white = rng.standard_normal((6, SIDE, SIDE))
    brown = np.fft.ifft2(np.fft.fft2(white) * fall).real
    brown /= np.abs(brown).max((1, 2), keepdims=True)
    return torch.from_numpy(brown.reshape(2, 3, SIDE, SIDE) * 0.3 + 0.5).float()


def beads(period: int, *, alternate: bool = False) -> torch.Tensor:
    """Dots 3 px wide, one a cell, (SIDE, SIDE); every other one dark if asked for."""
    y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    dots = ((y % period < 3) & (x % period < 3)).float()
    if alternate:
        dots = dots * (1 - 2 * ((y // period + x // period) % 2))
    return dots


def test_noise_and_photographs_have_next_to_none():
    photos = [photograph(i, SIDE, SIDE).transpose(2, 0, 1).copy() for i in range(4)]
    batch = torch.from_numpy(np.stack(photos)).float() / 255
    assert GridLoss()(batch).item() < 0.05
    assert GridLoss()(noise()).item() < 0.1


@pytest.mark.parametrize("alternate", [False, True])
def test_beads_in_every_cell_stand_out_by_far(alternate: bool):
    clean = noise()
    woven = clean + 0.1 * beads(CELL, alternate=alternate)
    assert GridLoss()(woven) > GridLoss()(clean) + 0.3


def test_beads_of_another_period_are_not_the_grids():
    clean = noise()
    other = GridLoss()(clean + 0.1 * beads(11))
    own = GridLoss()(clean + 0.1 * beads(CELL))
    assert other < 0.3 * own


def test_a_checkerboard_of_single_pixels_stands_out():
    clean = noise()
    board = torch.arange(SIDE) % 2
    assert GridLoss()(clean + 0.02 * board) > GridLoss()(clean) + 0.05
    assert GridLoss()(clean + 0.02 * board[:, None]) > GridLoss()(clean) + 0.05


def test_a_blank_picture_is_a_number_and_so_is_its_slope():
    blank = torch.full((1, 3, SIDE, SIDE), 0.5, requires_grad=True)
    loss = GridLoss()(blank)
    loss.backward()
    assert loss.isfinite()
    assert blank.grad is not None
    assert blank.grad.isfinite().all()


def test_going_down_its_slope_takes_the_beads_away():
    picture = (noise() + 0.1 * beads(CELL)).requires_grad_()
    before = GridLoss()(picture).item()
    optimizer = torch.optim.Adam([picture], lr=5e-3)
    for _ in range(30):
        optimizer.zero_grad()
        GridLoss()(picture).backward()
        optimizer.step()
    assert GridLoss()(picture).item() < 0.5 * before


@pytest.mark.parametrize("side", [96, 104, 256])
def test_any_crop_of_whole_cells_will_do(side: int):
    assert GridLoss()(torch.rand(1, 3, side, side)).isfinite()
