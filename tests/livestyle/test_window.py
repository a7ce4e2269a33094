import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import cv2
import numpy as np
import pytest

from livestyle.commands import COMMANDS, press
from livestyle.controls import Controls
from livestyle.errors import DisplayError
from livestyle.frame import Frame, Pixels
from livestyle.mouse import Mouse
from livestyle.overlay import Overlay, Status
from livestyle.sinks.window import Window
from tests.livestyle.screen import Screen

KEYS = [key for command in COMMANDS for key in command.keys]

# A program that shows orange until a key or the end of its window tells it to quit.
PROGRAM = """
import numpy as np
from livestyle.frame import Frame
from livestyle.sinks.window import Window
window, key, index = Window(), None, 0
while key != "escape":
    window.write(Frame(np.full((480, 640, 3), (30, 120, 220), np.uint8), index, 0.0))
    key, index = window.read_key(10), index + 1
window.write(Frame(np.zeros((480, 640, 3), np.uint8), index, 0.0))
print(key, window.read_key(), flush=True)
"""


def card() -> Frame:
    """Four quarters: blue, green, red, white."""
    pixels = np.zeros((480, 640, 3), np.uint8)
    pixels[:240, :320] = (255, 0, 0)
    pixels[:240, 320:] = (0, 255, 0)
    pixels[240:, :320] = (0, 0, 255)
    pixels[240:, 320:] = 255
    return Frame(pixels, 0, 0.0)


def black_screen_with(picture: Pixels) -> Pixels:
    """A screen of 1280x800 with a picture in its upper left corner.

    Its last rows are left out: the pointer rests there.
    """
    screen = np.zeros((780, 1280, 3), np.uint8)
    screen[: picture.shape[0], : picture.shape[1]] = picture
    return screen


def shows(window: Window, screen: Screen, what: Callable[[Pixels], object]) -> bool:
    """Whether the screen comes to look so within 2 s of showing the card."""
    for _ in range(100):
        window.write(card())
        window.read_key(20)
        if what(screen.picture()[:780]):
            return True
    return False


def is_card(seen: Pixels) -> bool:
    return np.array_equal(seen, black_screen_with(card().pixels))


def key_from(window: Window, frame: Frame) -> str | None:
    """The next key, or None if there is none for 2 s."""
    for _ in range(100):
        window.write(frame)
        if key := window.read_key(20):
            return key
    return None


@pytest.fixture
def window(on_screen: Screen) -> Iterator[Window]:
    with closing(Window()) as window:
        assert shows(window, on_screen, is_card)
        on_screen.focus(on_screen.windows()[-1])
        yield window


def test_the_picture_is_on_the_screen_in_its_colours_and_size(on_screen: Screen):
    with closing(Window()) as window:
        assert shows(window, on_screen, is_card)


def test_every_key_of_the_table_arrives_under_its_name(
    window: Window, on_screen: Screen
):
    arrived = []
    for key in KEYS:
        on_screen.key(key)
        arrived.append(key_from(window, card()))
    assert arrived == KEYS


def test_capital_letters_and_the_keypad_arrive_too(window: Window, on_screen: Screen):
    arrived = []
    for key in ("Q", "KP_1", "KP_Add", "KP_Subtract"):
        on_screen.key(key)
        arrived.append(key_from(window, card()))
    assert arrived == ["q", "1", "+", "-"]


def test_the_overlay_comes_and_goes_with_its_key(on_screen: Screen):
    controls, overlay = Controls(("great-wave",)), Overlay()
    status = Status("great-wave", 1.0, "CPU", 30.0)

    def decorate(frame: Frame) -> Pixels:
        return overlay.draw(frame.pixels, status, controls)

    def drawn(seen: Pixels) -> bool:
        return np.array_equal(seen, black_screen_with(decorate(card())))

    with closing(Window(decorate=decorate)) as window:
        assert shows(window, on_screen, drawn)
        assert not is_card(on_screen.picture()[:780])
        on_screen.focus(on_screen.windows()[-1])
        on_screen.key("o")
        press(key_from(window, card()), controls)
        assert shows(window, on_screen, is_card)
        on_screen.key("h")
        press(key_from(window, card()), controls)
        assert shows(window, on_screen, drawn)
        assert not is_card(on_screen.picture()[:780])


def is_card_on_the_whole_screen(seen: Pixels) -> bool:
    """4:3 on 16:10 leaves 107 columns of black on either side."""
    middle = seen[:, 107:-107]
    return (
        not seen[:, :106].any()
        and not seen[:, -106:].any()
        and bool(middle.any(axis=2).all())
        and quarters(middle) == quarters(card().pixels)
    )


def quarters(picture: Pixels) -> list[list[int]]:
    """The colours in the middle of the four quarters, the rows in order."""
    height, width = picture.shape[:2]
    rows, columns = (height // 4, 3 * height // 4), (width // 4, 3 * width // 4)
    return [picture[row, column].tolist() for row in rows for column in columns]


def test_fullscreen_fills_the_screen_and_goes_back(window: Window, on_screen: Screen):
    for _ in range(2):
        window.fullscreen(True)
        assert shows(window, on_screen, is_card_on_the_whole_screen)
        window.fullscreen(False)
        assert shows(window, on_screen, is_card)


def test_the_first_size_can_be_chosen_and_black_bars_keep_the_shape(on_screen: Screen):
    barred = np.zeros((480, 800, 3), np.uint8)
    barred[:, 80:720] = card().pixels
    wanted = black_screen_with(barred)
    with closing(Window(size_wh=(800, 480))) as window:
        assert shows(window, on_screen, lambda seen: np.array_equal(seen, wanted))


def test_a_closed_window_is_off_the_screen_and_closing_twice_is_fine(on_screen: Screen):
    window = Window()
    assert shows(window, on_screen, is_card)
    window.close()
    window.close()
    assert shows(window, on_screen, lambda seen: not seen.any())
    assert window.read_key() is None


@pytest.mark.parametrize("end", ["press_close_button", "destroy"])
def test_closing_the_window_with_the_mouse_quits_once(screen: Screen, end: str):
    with run(PROGRAM, screen.environ) as program:
        window = screen.wait_for_window()
        getattr(screen, end)(window)
        out, err = program.communicate(timeout=20)
    assert (program.returncode, out, err) == (0, "escape None\n", "")


@pytest.mark.parametrize(
    ("display", "message"),
    [
        (None, "there is no display: DISPLAY is not set"),
        ("", "there is no display: DISPLAY is not set"),
        (":4242", "the display ':4242' does not answer"),
        ("nonsense", "the display 'nonsense' does not answer"),
        ("127.0.0.1:4242", "the display '127.0.0.1:4242' does not answer"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="only X11 has displays")
def test_a_missing_display_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch, display: str | None, message: str
):
    monkeypatch.delenv("DISPLAY", raising=False)
    if display is not None:
        monkeypatch.setenv("DISPLAY", display)
    with pytest.raises(DisplayError, match="--no-window") as caught:
        Window()
    assert caught.value.message == message


def test_a_desktop_that_asks_qt_for_wayland_gets_a_window_all_the_same(screen: Screen):
    # Only in a process of its own, because Qt reads its settings once.
    environ = {**screen.environ, "QT_QPA_PLATFORM": "wayland"}
    with run(PROGRAM, environ) as program:
        screen.focus(screen.wait_for_window())
        screen.key("escape")
        out, err = program.communicate(timeout=20)
    assert (program.returncode, out, err) == (0, "escape None\n", "")


@contextmanager
def run(program: str, environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env={**environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def test_the_mouse_tells_its_place_in_the_picture_and_nothing_beside_it(
    window: Window, on_screen: Screen
):
    def filled(seen: Pixels) -> bool:
        window.fullscreen(True)
        return is_card_on_the_whole_screen(seen)

    assert shows(window, on_screen, filled)
    on_screen.click(50, 400)  # on the black bar
    on_screen.click(107 + 1066 // 4, 200)
    on_screen.drag((640, 400), (107 + 1066 * 3 // 4, 600))
    told: list[Mouse] = []
    for _ in range(10):
        window.write(card())
        window.read_key(20)
        while (mouse := window.read_mouse()) is not None:
            told.append(mouse)
    assert [mouse.kind for mouse in told] == ["click", "click", "drag"]
    places = [(mouse.x, mouse.y) for mouse in told]
    expected = [(0.25, 0.25), (0.5, 0.5), (0.75, 0.75)]
    assert np.array(places) == pytest.approx(np.array(expected), abs=0.01)


def test_pictures_come_and_keys_arrive_without_the_pause_that_opencv_makes(
    window: Window, on_screen: Screen, monkeypatch: pytest.MonkeyPatch
):
    if window._keys._pump is None:
        pytest.skip("this OpenCV has no Qt")
    waits = []
    wait = cv2.waitKeyEx
    monkeypatch.setattr(cv2, "waitKeyEx", lambda ms: waits.append(ms) or wait(ms))
    assert shows(window, on_screen, is_card)
    waits.clear()
    inverted = replace(card(), pixels=255 - card().pixels)
    shown = [card()] * 49 + [inverted]  # the first one may come by way of OpenCV
    for frame in shown:
        window.write(frame)
        assert window.read_key() is None
    expected = black_screen_with(inverted.pixels)
    until(lambda: np.array_equal(on_screen.picture()[:780], expected))
    assert len(waits) < len(shown) / 2

    on_screen.focus(on_screen.windows()[0])
    on_screen.key("s")
    until(lambda: (window.write(card()), window.read_key())[1] == "s")
    on_screen.click(100, 50)
    until(lambda: (window.write(card()), window.read_key(), window.read_mouse())[2])


def until(reached: Callable[[], object], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
