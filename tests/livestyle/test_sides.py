from dataclasses import replace

import numpy as np

from livestyle.frame import Frame
from livestyle.sides import recorded

CONTENT = np.random.default_rng(0).integers(0, 256, (6, 9, 3), np.uint8)
PAINTED = Frame(255 - CONTENT, 3, 1.5, CONTENT)


def test_the_painting_is_recorded_as_it_is_and_nothing_else_kept() -> None:
    frame = recorded("painted", PAINTED)
    assert frame.pixels is PAINTED.pixels
    assert frame.content is None


def test_the_original_is_what_the_painting_was_painted_from() -> None:
    frame = recorded("original", PAINTED)
    assert frame.pixels is CONTENT
    assert (frame.index, frame.captured) == (3, 1.5)


def test_both_stand_side_by_side_the_camera_on_the_left() -> None:
    pixels = recorded("both", PAINTED).pixels
    assert pixels.shape == (6, 18, 3)
    assert (pixels[:, :9] == CONTENT).all()
    assert (pixels[:, 9:] == PAINTED.pixels).all()
    assert pixels.flags.c_contiguous


def test_what_was_not_painted_is_its_own_original() -> None:
    plain = replace(PAINTED, content=None)
    assert recorded("original", plain).pixels is plain.pixels
    assert (recorded("both", plain).pixels[:, :9] == plain.pixels).all()
