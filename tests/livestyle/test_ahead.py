"""A frame is painted while the one before it is shown."""

import threading
import time
from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from livestyle.ahead import SLOW, Ahead
from livestyle.app import App
from livestyle.errors import PaintError
from livestyle.frame import Frame
from livestyle.settings import Settings
from tests.livestyle.app_run import no_news


def frame(index: int = 0) -> Frame:
    return Frame(np.zeros((32, 32, 3), np.uint8), index, time.monotonic())


def test_beginning_comes_back_while_the_frame_is_painted():
    let_go = Event()

    def paint(given: Frame) -> Frame:
        assert let_go.wait(10)
        return given

    ahead, first = Ahead(paint, beside=True), frame()
    ahead.begin(first)
    assert ahead.frame is first
    let_go.set()
    assert ahead.take() is first
    assert ahead.frame is None
    assert 0 < ahead.seconds < 10
    ahead.close()


def test_all_frames_are_painted_on_one_thread_that_ends_with_the_run():
    painted_by = []

    def paint(given: Frame) -> Frame:
        painted_by.append(threading.current_thread())
        return given

    ahead = Ahead(paint, beside=True)
    for index in range(3):
        ahead.begin(frame(index))
        ahead.take()
    assert {thread.name for thread in painted_by} == {"painting"}
    assert len(set(painted_by)) == 1
    ahead.close()
    assert not painted_by[0].is_alive()


@pytest.mark.parametrize("beside", [True, False])
def test_what_fails_is_raised_by_the_take_and_the_next_frame_is_painted(beside: bool):
    def paint(given: Frame) -> Frame:
        if given.index == 0:
            raise PaintError("no memory", hint="Less.")
        return given

    ahead = Ahead(paint, beside)
    ahead.begin(frame(0))
    with pytest.raises(PaintError, match="no memory"):
        ahead.take()
    ahead.begin(frame(1))
    painted = ahead.take()
    assert painted is not None
    assert painted.index == 1
    ahead.close()


def test_a_file_is_painted_by_who_asks():
    painted_by = []

    def paint(given: Frame) -> Frame:
        painted_by.append(threading.current_thread())
        return given

    ahead = Ahead(paint, beside=False)
    ahead.begin(frame())
    assert painted_by == [threading.current_thread()]
    ahead.take()
    assert not ahead.pays


class Watched:
    """A live run of a camera that is faster than the painter, seen from its screen.

    Args:
        seconds: of a painting.
    """

    def __init__(self, settings: Settings, seconds: float) -> None:
        live = replace(settings, source="demo", fps=200.0, quality="full", seconds=20.0)
        self.app = App(live, no_news)
        self.early: list[bool] = []  # of each new picture: was the next one begun?
        self.fresh: list[bool] = []  # of each turn: was there a new picture?
        stylize, show = self.app.stylize, self.app._show

        def slowly(given: Frame) -> Frame:
            time.sleep(seconds)
            return stylize(given)

        def watched(shown: Frame | None, *, fresh: bool) -> None:
            show(shown, fresh=fresh)
            self.shown = shown
            self.fresh.append(fresh)
            if fresh:
                self.early.append(self.app._ahead.frame is not None)
            self.look()

        self.app.stylize = slowly  # type: ignore[assignment]
        self.app._show = watched  # type: ignore[method-assign]

    def look(self) -> None:
        if len(self.early) == 8:
            self.app.controls.quit()


def test_the_next_frame_is_begun_before_a_picture_is_shown(settings: Settings):
    watched = Watched(settings, 0.02)
    watched.app.run()
    assert any(watched.early)
    stats = watched.app.stats()
    gone = stats["frames_shown"] + stats["frames_dropped"]
    assert 0 <= stats["frames_captured"] - gone <= 1  # one waits


def test_a_slow_painter_begins_nothing_early_so_that_keys_are_obeyed_at_once(
    settings: Settings,
):
    watched = Watched(settings, SLOW)
    watched.app.run()
    assert not any(watched.early)


def test_views_that_need_what_was_painted_last_wait_for_it(settings: Settings):
    watched = Watched(settings, 0.02)
    watched.app.controls.view = "wipe"
    watched.app.run()
    assert not any(watched.early)


def test_a_freeze_shows_nothing_more_though_the_next_frame_was_begun(
    settings: Settings,
):
    watched = Watched(settings, 0.02)
    controls = watched.app.controls

    def freeze() -> None:
        if watched.app._ahead.frame is not None and not controls.paused:
            controls.paused = True
            watched.fresh.clear()
        elif len(watched.fresh) == 5 and controls.paused:
            controls.quit()

    watched.look = freeze  # type: ignore[method-assign]
    watched.app.run()
    assert watched.fresh == [False] * 5
    shown = watched.shown
    assert shown is not None
    assert shown.content is not None
    assert (shown.pixels == 255 - shown.content).all()  # a comparison fits together
    assert watched.app.stats()["frames_paused"] >= 1
