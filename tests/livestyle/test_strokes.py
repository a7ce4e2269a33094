import cv2
import numpy as np
import pytest

from livestyle.contract import Embedding
from livestyle.controls import WORKING, Controls
from livestyle.frame import Pixels
from livestyle.overlay import Status, status_line
from livestyle.strokes import Strokes, working_size

STYLE = np.zeros(2, np.float32)


class Negative:
    """Paints negatives, and knows the sizes it was asked for."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int]] = []

    def __call__(self, pixels: Pixels, _: Embedding) -> Pixels:
        self.sizes.append((pixels.shape[1], pixels.shape[0]))
        return 255 - pixels


def soft_noise(height: int, width: int, blur: float = 4) -> Pixels:
    """Blots of a few pixels, which survive being made small."""
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    soft = cv2.GaussianBlur(noise, (0, 0), blur)
    return np.asarray(cv2.normalize(soft, None, 20, 235, cv2.NORM_MINMAX), np.uint8)


@pytest.mark.parametrize(
    ("working", "size"),
    [(0.5, (80, 60)), (0.75, (120, 90)), (1.0, (160, 120)), (1.5, (240, 180))],
)
def test_larger_strokes_are_painted_smaller_and_come_back_at_the_pictures_size(
    working: float, size: tuple[int, int]
):
    negative, content = Negative(), soft_noise(120, 160)
    shown = Strokes(negative).paint(content, STYLE, working)
    assert negative.sizes == [size]
    assert (shown.shape, shown.dtype) == (content.shape, np.uint8)
    assert np.abs(shown.astype(int) - (255 - content)).mean() < 2


def test_at_the_pictures_own_size_nothing_is_resampled():
    content = soft_noise(45, 61)
    assert (Strokes(Negative()).paint(content, STYLE, 1.0) == 255 - content).all()


def test_what_comes_from_the_painter_lies_where_the_camera_saw_it():
    content = np.zeros((120, 160, 3), np.uint8)
    content[40:80, 60:100] = 255
    for working in WORKING:
        shown = 255 - Strokes(Negative()).paint(content, STYLE, working)
        rows, columns = np.nonzero(shown[:, :, 0] > 127)
        assert (rows.min(), rows.max() + 1) == (40, 80)
        assert (columns.min(), columns.max() + 1) == (60, 100)


def test_an_edge_is_sharper_than_an_ordinary_enlargement_makes_it():
    content = soft_noise(120, 160, blur=1.5)
    small = cv2.resize(content, (80, 60), interpolation=cv2.INTER_LINEAR)
    plain = 255 - cv2.resize(small, (160, 120), interpolation=cv2.INTER_CUBIC)
    shown = Strokes(Negative()).paint(content, STYLE, 0.5)
    wanted = 255 - content.astype(int)
    assert np.abs(shown - wanted).mean() < 0.85 * np.abs(plain - wanted).mean()


def test_the_content_is_only_read():
    content = soft_noise(45, 61)
    content.flags.writeable = False
    strokes = Strokes(Negative())
    first = strokes.paint(content, STYLE, 0.5)
    before = first.copy()
    strokes.paint(np.zeros_like(content), STYLE, 0.5)
    assert (first == before).all(), "a painting changes with the one after it"


@pytest.mark.parametrize(
    ("size", "share", "expected"),
    [
        ((640, 480), 0.75, (480, 360)),
        ((48, 36), 0.5, (43, 32)),
        ((32, 32), 0.5, (32, 32)),
        ((8192, 100), 1.5, (8192, 100)),
        ((6000, 4000), 1.5, (8192, 5461)),
    ],
)
def test_no_side_becomes_one_that_cannot_be_painted(
    size: tuple[int, int], share: float, expected: tuple[int, int]
):
    assert working_size(*size, share) == expected


def test_the_key_goes_through_four_sizes_of_strokes():
    controls, seen = Controls(("great-wave",)), []
    for _ in range(5):
        controls.step_strokes()
        seen.append((controls.working, controls.note))
    assert seen == [
        (0.75, "strokes 133 %"),
        (0.5, "strokes 200 %"),
        (1.5, "strokes 67 %"),
        (1.0, "strokes 100 %"),
        (0.75, "strokes 133 %"),
    ]


def test_the_status_line_tells_strokes_that_are_not_as_usual():
    status = Status("great-wave", 1.0, "CPU", 30.0, working=0.5)
    assert status_line(status).startswith("great-wave 100 %  strokes 200 %  CPU")
