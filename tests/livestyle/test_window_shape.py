"""Keys of all systems, and bars around a picture: what needs no screen."""

import pytest

from livestyle.sinks.keys import key_name
from livestyle.sinks.window import boxed
from tests.livestyle.test_window import card


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (-1, None),
        (0x25_0000, "left"),
        (0x26_0000, "up"),
        (0xF703, "right"),
        (0xF701, "down"),
        (0x10_FF51, "left"),
        (0x10_0071, "q"),
        (0x1_0051, "q"),
        (0xFF50, None),
        (13, None),
        (32, "space"),
        (27, "escape"),
    ],
)
def test_codes_of_all_systems_have_one_name(code: int, name: str | None):
    assert key_name(code) == name


@pytest.mark.parametrize(
    ("size_wh", "shape"),
    [
        ((640, 480), (480, 640, 3)),
        ((1280, 960), (480, 640, 3)),
        ((1280, 480), (480, 1280, 3)),
        ((320, 480), (960, 640, 3)),
        ((-1, -1), (480, 640, 3)),
        ((1, 4000), (3840, 640, 3)),
    ],
)
def test_bars_are_added_only_where_they_are_missing(
    size_wh: tuple[int, int], shape: tuple[int, int, int]
):
    box = boxed(card().pixels, size_wh)
    assert box.shape == shape
    top, left = (shape[0] - 480) // 2, (shape[1] - 640) // 2
    assert (box[top : top + 480, left : left + 640] == card().pixels).all()
    assert int(box.sum()) == int(card().pixels.sum())
