import re
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import pytest

from livestyle.frame import Pixels
from tests.training.test_variants_graph import photos
from training.variants.gate import (
    FLICKER,
    QUIET,
    SHADE,
    Likeness,
    compare,
    psnr,
    shade_of,
)


def grey(height: int = 128, width: int = 128) -> Pixels:
    """A soft slope, as on a wall."""
    slope = np.linspace(90, 160, width)[None, :, None]
    return np.ascontiguousarray(slope * np.ones((height, 1, 3)), np.uint8)


def same(frame: Pixels) -> Pixels:
    """What paints nothing."""
    return frame


def brighter(frame: Pixels, by: float, part: slice = slice(None)) -> Pixels:
    changed = frame.astype(float)
    changed[part, part] += by
    return changed.round().clip(0, 255).astype(np.uint8)


def noisy(frame: Pixels, levels: float) -> Pixels:
    """With noise of its own for each frame."""
    rng = np.random.default_rng(int(frame.astype(int).sum()))
    added = frame + rng.normal(0, levels, frame.shape)
    return added.round().clip(0, 255).astype(np.uint8)


def contrasty(frame: Pixels) -> Pixels:
    """A painter that raises every difference from the local mean ten times."""
    mean = cv2.blur(frame.astype(np.float32), (9, 9))
    return np.asarray((mean + 10 * (frame - mean)).clip(0, 255), np.uint8)


def test_psnr_is_that_of_its_formula():
    one, other = grey(), brighter(grey(), 5)
    assert psnr(one, other) == pytest.approx(20 * np.log10(255 / 5))
    assert psnr(one, one) == 99


def test_a_shade_is_the_mean_error_of_a_block_and_not_its_grain():
    one = grey()
    assert shade_of(one, one) == 0
    assert shade_of(one, brighter(one, 3)) == pytest.approx(3)
    assert shade_of(one, brighter(one, 8, slice(32, 48))) == pytest.approx(8)
    assert shade_of(one, noisy(one, 5)) < 2.5
    # A colour alone counts half, where it is not its brightness.
    blue = one.copy()
    blue[..., 0] += 10
    assert shade_of(one, blue) == pytest.approx(5)


def test_a_painter_is_like_itself():
    found = compare(contrasty, contrasty, photos(2))
    assert found.seen() == found.differs() == ""
    assert (found.psnr, found.shade, found.grid, found.grain) == (99, 0, 0, 0)
    assert found.flicker == pytest.approx(1)


def test_what_noise_does_as_well_is_not_seen_in_a_painter_that_raises_it():
    def change(frame: Pixels) -> Pixels:
        # As int8 does: something small inside, which the painter then raises.
        return contrasty(noisy(frame, 0.3))

    found = compare(contrasty, change, [noisy(grey(), 4)])
    assert found.psnr < QUIET
    assert found.seen() == ""
    assert found.differs() != ""


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (partial(noisy, levels=4), "dB, .* too few"),
        (partial(brighter, by=SHADE + 1, part=slice(64, 80)), "a block is 9.0 levels"),
    ],
)
def test_what_can_be_seen_on_a_flat_wall_is_found(
    change: Callable[[Pixels], Pixels], fault: str
):
    found = compare(same, change, [grey()])
    assert re.search(fault, found.seen())


def test_a_weave_is_found_though_it_is_faint():
    def woven(frame: Pixels) -> Pixels:
        changed = frame.astype(int)
        changed[::2, ::2] += 2
        return changed.clip(0, 255).astype(np.uint8)

    found = compare(same, woven, photos(2, 128, 128))
    assert found.psnr > QUIET
    assert "a grid of" in found.seen()


def test_fine_dirt_is_found():
    def dirty(frame: Pixels) -> Pixels:
        return noisy(frame, 6)

    assert "grain of" in compare(same, dirty, photos(2, 128, 128)).seen()


def test_flicker_is_found_in_a_painter_that_changes_by_itself():
    def restless(frame: Pixels) -> Pixels:
        return noisy(frame, 4)

    found = compare(same, restless, [grey()])
    assert found.flicker > FLICKER
    assert "it flickers" in found.seen()


def test_every_fault_is_told():
    likeness = Likeness(30.0, 35.0, -1.0, 9.0, -1.0, 0.2, 0.8, 1.5)
    said = "30.0 dB, 1.0 too few, a block is 9.0 levels off, a grid of 0.20 decades"
    assert likeness.seen().startswith(said)
    assert likeness.seen().count(",") == 5
    assert likeness.differs() == "30.0 dB, 40 are needed"
