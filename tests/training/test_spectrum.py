import cv2
import numpy as np
import pytest

from tests.training.motion import texture
from training.evaluation.spectrum import DIRTY, SEEN, grain, lattice, line_spectra


def noise(side: int = 256):
    return np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)


def test_noise_has_no_grid():
    assert abs(lattice(noise())) < 0.1


@pytest.mark.parametrize("period", [2, 4, 8])
def test_a_faint_grid_sticks_out(period: int):
    photo = texture(0, (320, 256)).astype(int)
    y, x = np.mgrid[:256, :320]
    gridded = photo + 6 * ((y % period == 0) | (x % period == 0))[..., None]
    before = lattice(photo.astype(np.uint8), (period,))
    after = lattice(gridded.clip(0, 255).astype(np.uint8), (period,))
    assert after > before + SEEN


def test_a_blank_picture_has_no_grid():
    assert lattice(np.full((128, 128, 3), 90, np.uint8)) == 0


def test_power_is_where_the_waves_are():
    waves = 128 + 90 * np.sin(2 * np.pi * np.arange(128) / 16)
    picture = np.repeat(np.tile(waves, (96, 1))[..., None], 3, 2).astype(np.uint8)
    down, right = line_spectra(picture)
    assert len(down) == len(right) == 96
    assert right[:48].argmax() == 96 // 16
    assert down[:48].argmax() <= 1


def test_single_pixels_of_other_colours_are_grain():
    photo = texture(0, (256, 256)).astype(int)
    dirt = np.random.default_rng(0).integers(-24, 25, (256, 256))
    dirty = photo.copy()
    dirty[..., 0] += dirt
    assert (
        grain(photo.astype(np.uint8))
        < DIRTY
        < grain(dirty.clip(0, 255).astype(np.uint8))
    )


def test_coarse_colours_are_no_grain():
    coarse = np.random.default_rng(0).integers(60, 196, (16, 16, 3), np.uint8)
    smooth = cv2.resize(coarse, (256, 256), interpolation=cv2.INTER_CUBIC)
    assert grain(smooth) < DIRTY / 3
