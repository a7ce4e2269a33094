import numpy as np
import pytest

from livestyle.frame import Frame
from livestyle.sides import recorded

ORIGINAL = np.random.default_rng(0).integers(0, 256, (6, 9, 3), np.uint8)
CAMERA = Frame(ORIGINAL, 3, 1.5)
PAINTED = CAMERA.with_pixels(255 - ORIGINAL)
MIRRORED = CAMERA.with_pixels(255 - ORIGINAL[:, ::-1])


def test_the_painting_is_recorded_as_it_is() -> None:
    assert recorded("painted", PAINTED, CAMERA, mirror=False) is PAINTED


@pytest.mark.parametrize("mirror", [False, True])
def test_the_original_is_mirrored_as_the_painting_is(mirror: bool) -> None:
    painted = MIRRORED if mirror else PAINTED
    frame = recorded("original", painted, CAMERA, mirror=mirror)
    assert (frame.pixels == 255 - painted.pixels).all()
    assert (frame.index, frame.captured) == (3, 1.5)


@pytest.mark.parametrize("mirror", [False, True])
def test_both_stand_side_by_side_the_camera_on_the_left(mirror: bool) -> None:
    painted = MIRRORED if mirror else PAINTED
    pixels = recorded("both", painted, CAMERA, mirror=mirror).pixels
    assert pixels.shape == (6, 18, 3)
    assert (pixels[:, :9] == 255 - painted.pixels).all()
    assert (pixels[:, 9:] == painted.pixels).all()
    assert pixels.flags.c_contiguous
