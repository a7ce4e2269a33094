import numpy as np
import pytest

from livestyle.compare import beside, wipe
from livestyle.controls import Controls

BEFORE = np.full((60, 80, 3), (10, 120, 200), np.uint8)
AFTER = np.full((60, 80, 3), (200, 40, 90), np.uint8)


def shares(picture: np.ndarray) -> tuple[int, int]:
    """How many columns of the lowest row are before, how many after."""
    row = picture[-1]
    return (
        int((row == BEFORE[0, 0]).all(axis=1).sum()),
        int((row == AFTER[0, 0]).all(axis=1).sum()),
    )


@pytest.mark.parametrize("line", [0.0, 0.25, 0.5, 0.9, 1.0])
def test_a_wipe_is_before_on_the_left_of_its_line_and_after_on_the_right(line: float):
    left, right = shares(wipe(BEFORE, AFTER, line))
    assert left == pytest.approx(80 * line, abs=3)
    assert right == pytest.approx(80 * (1 - line), abs=3)


def test_the_line_is_light_between_dark_so_that_it_is_seen_on_every_picture():
    for shade in (0, 255):
        flat = np.full((60, 80, 3), shade, np.uint8)
        around = wipe(flat, flat, 0.5)[-1, 35:46].max(axis=1)
        assert around.max() > 200
        assert around.min() < 60


def test_the_handle_is_in_the_middle_of_the_line():
    picture = wipe(BEFORE, AFTER, 0.5)
    assert shares(picture[:31])[0] < shares(picture)[0] - 2


def test_side_by_side_both_pictures_are_whole():
    picture = beside(BEFORE, AFTER)
    assert picture.shape == (60, 160, 3)
    assert (picture[:, :78] == BEFORE[:, :78]).all()
    assert (picture[:, 82:] == AFTER[:, 2:]).all()
    assert (picture[:, 79:81] < 30).all()


@pytest.mark.parametrize("size", [(1, 1), (32, 32), (8, 200)])
def test_tiny_pictures_can_be_compared_too(size: tuple[int, int]):
    flat = np.zeros((*size, 3), np.uint8)
    assert wipe(flat, flat, 0.5).shape == flat.shape
    assert beside(flat, flat).shape == (size[0], 2 * size[1], 3)


def test_the_pictures_that_are_compared_stay_as_they_are():
    before, after = BEFORE.copy(), AFTER.copy()
    wipe(before, after, 0.3)
    beside(before, after)
    assert (before == BEFORE).all()
    assert (after == AFTER).all()


def test_a_view_goes_away_with_the_key_that_brought_it():
    controls = Controls(("great-wave",))
    seen = []
    for view in ("wipe", "wipe", "beside", "wall", "wall"):
        controls.show(view)
        seen.append(controls.view)
    assert seen == ["wipe", "painting", "beside", "wall", "painting"]
    with pytest.raises(ValueError, match="no view 'window'"):
        controls.show("window")


def test_the_mouse_moves_the_line_while_there_is_one():
    controls = Controls(("great-wave",))
    controls.drag(0.2, 0.5)
    assert controls.line == 0.5
    controls.show("wipe")
    controls.drag(0.2, 0.5)
    assert controls.line == 0.2
    controls.click(0.7, 0.1)
    assert controls.line == 0.7
