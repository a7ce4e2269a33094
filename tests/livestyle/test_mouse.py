import cv2
import pytest

from livestyle.mouse import Mouse, Pointer

DOWN, UP, MOVE = cv2.EVENT_LBUTTONDOWN, cv2.EVENT_LBUTTONUP, cv2.EVENT_MOUSEMOVE
HELD = cv2.EVENT_FLAG_LBUTTON


@pytest.fixture
def pointer() -> Pointer:
    """A picture of 200x100 with 20 rows of black above and below."""
    pointer = Pointer()
    pointer.frame(0, 20, 200, 100)
    return pointer


def told(pointer: Pointer) -> list[Mouse]:
    found = []
    while (mouse := pointer.next()) is not None:
        found.append(mouse)
    return found


def test_a_click_is_a_place_in_the_picture(pointer: Pointer):
    pointer.see(DOWN, 100, 45, HELD)
    pointer.see(UP, 100, 45, 0)
    assert told(pointer) == [Mouse("click", 100.5 / 200, 25.5 / 100)]
    assert told(pointer) == []


def test_a_click_on_the_bars_is_none_and_drags_nothing(pointer: Pointer):
    for y in (19, 120):
        pointer.see(DOWN, 100, y, HELD)
        pointer.see(MOVE, 100, 60, HELD)
    assert told(pointer) == []


def test_of_a_way_the_end_is_told_and_it_stays_in_the_picture(pointer: Pointer):
    pointer.see(DOWN, 100, 70, HELD)
    for x in (90, 50, -30):
        pointer.see(MOVE, x, 200, HELD)
    assert told(pointer)[1:] == [Mouse("drag", 0.0, 1.0)]
    pointer.see(MOVE, 300, 70, HELD)
    assert [mouse.x for mouse in told(pointer)] == [1.0]


def test_moving_without_the_button_drags_nothing(pointer: Pointer):
    pointer.see(MOVE, 50, 50, 0)
    pointer.see(DOWN, 100, 70, HELD)
    pointer.see(UP, 100, 70, 0)
    pointer.see(MOVE, 60, 50, HELD)
    assert [mouse.kind for mouse in told(pointer)] == ["click"]


def test_a_button_that_was_let_go_outside_is_noticed(pointer: Pointer):
    pointer.see(DOWN, 100, 70, HELD)
    pointer.see(MOVE, 60, 50, 0)
    pointer.see(MOVE, 60, 50, HELD)
    assert [mouse.kind for mouse in told(pointer)] == ["click"]


def test_before_the_first_picture_there_is_nothing_to_click_on():
    pointer = Pointer()
    pointer.see(DOWN, 0, 0, HELD)
    assert told(pointer) == []
