import numpy as np
import pytest

from livestyle.frame import Pixels
from tests.training.motion import panned, passing, texture
from training.evaluation.warping import Motion, find_motion, warping_error


def differing(before: Pixels, after: Pixels) -> float:
    return float(np.abs(before.astype(int) - after.astype(int)).mean())


def test_what_moves_along_is_no_error():
    before, after = panned(2, step=5)
    error = warping_error(before, after, find_motion(before, after))
    assert differing(before, after) > 15
    assert error is not None
    assert error < 1


def test_the_motion_leads_back_to_where_a_pixel_was():
    before, after = panned(2, step=5)
    back = find_motion(before, after).back[20:-20, 20:-20]
    assert np.abs(back - (5, 0)).max() < 0.5


@pytest.mark.parametrize("added", [4, 20])
def test_added_flicker_raises_the_error_by_what_was_added(added: int):
    before, after = (frame // 2 for frame in panned(2))
    motion = find_motion(before, after)
    calm = warping_error(before, after, motion)
    flickering = warping_error(before, after + np.uint8(added), motion)
    assert calm is not None
    assert flickering == pytest.approx(added, abs=calm + 0.1)


def test_what_was_hidden_does_not_count():
    before, after = passing(60), passing(70)
    motion = find_motion(before, after)
    # The square goes right, and uncovers 10 px at its left.
    uncovered = motion.seen[44:76, 61:69]
    assert uncovered.mean() < 0.2
    assert motion.seen[:, :50].mean() > 0.95
    assert motion.seen[45:75, 80:100].mean() > 0.95
    everything = Motion(motion.back, np.ones_like(motion.seen))
    masked = warping_error(before, after, motion)
    unmasked = warping_error(before, after, everything)
    assert masked is not None
    assert unmasked is not None
    assert masked < unmasked / 2


def test_what_comes_into_the_picture_does_not_count():
    before, after = panned(2, step=8)
    assert not find_motion(before, after).seen[:, -7:].any()


def test_nothing_to_compare_is_no_error_of_0():
    frame = texture(0)
    hidden = Motion(
        np.zeros((*frame.shape[:2], 2), np.float32), np.zeros(frame.shape[:2], bool)
    )
    assert warping_error(frame, frame, hidden) is None
