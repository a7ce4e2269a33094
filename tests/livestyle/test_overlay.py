import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from livestyle.controls import Controls
from livestyle.frame import Pixels
from livestyle.overlay import Overlay, Status, _help, status_line, text_size
from livestyle.plate import Plate, recording_plate, table_plate, text_plate

STATUS = Status(
    "great-wave",
    1.0,
    "CPU",
    shown_fps=29.84,
    captured_fps=30.0,
    latency_p50_ms=41.2,
    latency_p95_ms=55.0,
    dropped=3,
)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def grey(width: int = 640, height: int = 480) -> Pixels:
    return np.full((height, width, 3), 128, np.uint8)


def controls(**wishes: bool) -> Controls:
    # A note that was left at 0 is long forgotten.
    return Controls(("great-wave",), clock=lambda: 100.0, **wishes)


def changed(drawn: Pixels, before: Pixels) -> tuple[int, int, int, int]:
    """First and last row, first and last column that differ."""
    rows, columns = np.nonzero((drawn != before).any(axis=2))
    return rows.min(), rows.max(), columns.min(), columns.max()


def red(pixels: Pixels) -> Pixels:
    blue, green, red = np.moveaxis(pixels.astype(int), 2, 0)
    return (red > 120) & (blue < 90) & (green < 90)


def test_the_status_line_tells_all_that_is_known():
    assert status_line(STATUS) == (
        "great-wave 100 %  CPU  29.8 fps (camera 30.0)  latency 41/55 ms  dropped 3"
    )


def test_the_status_line_is_silent_about_what_is_unknown():
    status = Status("the-scream", 0.3, "CUDA", 24.0)
    assert status_line(status) == "the-scream 30 %  CUDA  24.0 fps"


def test_the_status_line_says_off_and_paused():
    line = status_line(replace(STATUS, stylizing=False, paused=True))
    assert line.startswith("great-wave off  ")
    assert line.endswith("  paused")


def test_the_frame_itself_stays_as_it_is():
    picture = grey()
    drawn = Overlay().draw(picture, STATUS, controls(help=True))
    assert (picture == 128).all()
    assert drawn.shape == picture.shape
    assert drawn.dtype == np.uint8
    assert not np.shares_memory(drawn, picture)


def test_a_hidden_overlay_leaves_the_picture_alone():
    status = replace(STATUS, warning="stream lost", recording_seconds=3.0)
    wishes = controls(overlay=False)
    wishes.say("mirror on")
    assert (Overlay().draw(grey(), status, wishes) == grey()).all()


@pytest.mark.parametrize("size_wh", [(640, 480), (1280, 720), (1920, 1080), (480, 640)])
def test_the_status_keeps_to_the_bottom_edge_and_off_the_face(size_wh: tuple[int, int]):
    width, height = size_wh
    drawn = Overlay().draw(grey(*size_wh), STATUS, controls())
    top, bottom, left, right = changed(drawn, grey(*size_wh))
    assert top > 0.85 * height
    assert bottom < height
    assert 0 < left < right < width


def test_letters_have_strong_contrast_on_black_and_on_white_pictures():
    for shade in (0, 255):
        picture = np.full((480, 640, 3), shade, np.uint8)
        block = Overlay().draw(picture, STATUS, controls())[452:470, 12:500].astype(int)
        assert block.max() - np.median(block) > 120


def test_letters_grow_with_the_picture():
    assert [text_size(height) for height in (240, 480, 720, 1080)] == [10, 15, 22, 34]


def test_letters_of_two_pictures_side_by_side_are_as_large_as_wide_pictures_have_them():
    assert text_size(480, 640) == text_size(480) == 15
    assert text_size(480, 1280) == text_size(720, 1280) == 22


def test_recording_shows_a_red_dot_at_the_top():
    drawn = Overlay().draw(grey(), replace(STATUS, recording_seconds=72.9), controls())
    rows, columns = np.nonzero(red(drawn))
    assert 80 < rows.size < 200
    assert rows.max() < 40
    assert columns.max() < 40
    assert not red(Overlay().draw(grey(), STATUS, controls())).any()


def test_the_recording_counts_on_while_other_figures_are_held():
    overlay = Overlay(clock=lambda: 0.0)
    shown = [
        overlay.draw(grey(), replace(STATUS, recording_seconds=seconds), controls())
        for seconds in (12.0, 12.9, 13.0)
    ]
    assert (shown[0] == shown[1]).all()
    assert (shown[1] != shown[2]).any()


def test_a_warning_is_a_red_banner_at_the_top():
    drawn = Overlay().draw(grey(), replace(STATUS, warning="stream lost"), controls())
    rows = np.nonzero(red(drawn))[0]
    assert rows.size > 1000
    assert rows.max() < 40


def test_a_note_stands_above_the_status_line_and_fades():
    clock = Clock()
    wishes = Controls(("great-wave",), clock=clock)
    without = changed(Overlay().draw(grey(), STATUS, controls()), grey())
    wishes.say("strength 0.7")
    within = changed(Overlay().draw(grey(), STATUS, wishes), grey())
    assert without[0] - 50 < within[0] < without[0]
    clock.now += 3
    assert changed(Overlay().draw(grey(), STATUS, wishes), grey()) == without


@pytest.mark.parametrize("size_wh", [(640, 480), (320, 240), (1280, 720), (480, 640)])
def test_help_is_a_panel_in_the_middle_that_fits(size_wh: tuple[int, int]):
    width, height = size_wh
    drawn = Overlay().draw(grey(*size_wh), STATUS, controls(help=True, overlay=False))
    top, bottom, left, right = changed(drawn, grey(*size_wh))
    assert top > 0
    assert left > 0
    assert abs(top - (height - 1 - bottom)) <= 1
    assert abs(left - (width - 1 - right)) <= 1


def test_figures_are_held_for_half_a_second_but_words_are_not():
    clock = Clock()
    overlay = Overlay(clock)
    first = overlay.draw(grey(), STATUS, controls())
    faster = replace(STATUS, shown_fps=12.3)
    assert (overlay.draw(grey(), faster, controls()) == first).all()
    weaker = overlay.draw(grey(), replace(faster, strength=0.9), controls())
    assert (weaker != first).any()
    overlay = Overlay(clock)
    overlay.draw(grey(), STATUS, controls())
    clock.now += 0.6
    assert (overlay.draw(grey(), faster, controls()) != first).any()


RENDERINGS = (text_plate, recording_plate, table_plate, _help)


def test_the_same_text_is_rendered_once():
    for rendering in RENDERINGS:
        rendering.cache_clear()
    overlay, busy = Overlay(), replace(STATUS, warning="lost", recording_seconds=1.2)
    wishes = controls(help=True)
    overlay.draw(grey(), busy, wishes)
    once = [rendering.cache_info().misses for rendering in RENDERINGS]
    for _ in range(10):
        overlay.draw(grey(), busy, wishes)
    assert [rendering.cache_info().misses for rendering in RENDERINGS] == once
    assert once[:2] == [2, 1]  # the status and the warning; the recording


def test_drawing_is_quicker_than_covering_the_whole_picture():
    overlay, picture, wishes = Overlay(), grey(1280, 720), controls()
    status = replace(STATUS, recording_seconds=1.0)
    cover = Plate(picture, picture)
    drawing = quickest(lambda: overlay.draw(picture, status, wishes))
    assert drawing < quickest(lambda: cover.onto(picture, 0, 0))


def quickest(work: Callable[[], object]) -> float:
    """Seconds; of many times the best, because other programs share the machine."""
    work()
    taken = []
    for _ in range(50):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


@pytest.mark.parametrize("size_wh", [(1, 1), (32, 32), (200, 40), (40, 200)])
def test_tiny_pictures_cut_the_overlay_off(size_wh: tuple[int, int]):
    status = replace(STATUS, warning="stream lost", recording_seconds=1.0)
    drawn = Overlay().draw(grey(*size_wh), status, controls(help=True))
    assert drawn.shape == grey(*size_wh).shape


def test_letters_that_the_font_lacks_are_replaced():
    status = replace(STATUS, style="Der Blaue Reiter von Münter 神奈川")
    plain = replace(STATUS, style="Der Blaue Reiter von Munter ???")
    drawn = [Overlay().draw(grey(), each, controls()) for each in (status, plain)]
    assert (drawn[0] == drawn[1]).all()
