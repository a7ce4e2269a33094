"""Keys that are typed while nobody asks for them, as during a long painting."""

import subprocess
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from livestyle.frame import Frame
from livestyle.keysyms import Press, keysym
from livestyle.sinks.window import Window
from tests.livestyle.probe import tool
from tests.livestyle.program import wait_until
from tests.livestyle.screen import Screen

GREY = Frame(np.full((120, 160, 3), 90, np.uint8), 0, 0.0)


def typed(window: Window, last: str) -> list[str]:
    """The keys that the window gives until one of that name comes."""
    given: list[str] = []

    def came() -> bool:
        window.write(GREY)
        while key := window.read_key(20):
            given.append(key)
        return last in given

    wait_until(came, f"{last} never comes after {given}", 10)
    return given


@pytest.fixture
def window(on_screen: Screen) -> Iterator[Window]:
    with closing(Window()) as window:
        see(window, on_screen)
        yield window


def see(window: Window, on_screen: Screen) -> None:
    """Waits for the window, which then has the keyboard."""

    def shown() -> bool:
        window.write(GREY)
        window.read_key(20)
        return bool(on_screen.picture()[:100, :100].any())

    wait_until(shown, "no window", 10)
    on_screen.focus(on_screen.windows()[-1])


@pytest.mark.parametrize(
    "keys",
    [
        ["1", "2"],
        ["1", "1", "q"],
        ["b", "right", "+", "?", "KP_1", "a", "a", "escape"],
    ],
)
def test_all_keys_that_were_typed_between_two_pictures_arrive_in_their_order(
    window: Window, on_screen: Screen, keys: list[str]
):
    on_screen.key(*keys)
    names = [key.removeprefix("KP_") for key in keys]
    assert typed(window, last=keys[-1]) == names
    on_screen.key("z")
    assert typed(window, last="z") == ["z"]  # and none of them twice


def test_a_held_key_counts_again_only_where_that_is_wanted(on_screen: Screen):
    with closing(Window(repeating={"right"})) as window:
        see(window, on_screen)
        on_screen.hold("f", 0.9)
        on_screen.hold("Right", 0.9)
        on_screen.key("f", "z")
        names = typed(window, last="z")
    assert names[0] == "f"
    assert names[-2:] == ["f", "z"]
    assert set(names[1:-2]) == {"right"}
    assert len(names) > 5


def test_a_key_that_is_typed_with_control_means_nothing_and_is_not_kept(
    window: Window, on_screen: Screen
):
    on_screen.key("ctrl+q", "x", "ctrl+q", "y")
    assert typed(window, last="y") == ["x", "y"]


def test_a_key_before_one_without_a_name_counts(window: Window, on_screen: Screen):
    on_screen.key("1", "F5")
    assert typed(window, last="1") == ["1"]


def test_keys_mean_what_they_mean_in_the_layout_that_the_keyboard_is_in(
    window: Window, on_screen: Screen
):
    command = [tool("setxkbmap"), "-display", on_screen.name, "-layout"]
    by_number = ("38", "24")  # on an English keyboard A, Q, on a French one Q, A
    try:
        on_screen.key(*by_number)
        assert typed(window, last="q") == ["a", "q"]
        subprocess.run([*command, "fr,us"], check=True)
        on_screen.key(*by_number)
        assert typed(window, last="a") == ["q", "a"]
        # These letters are on the second layout alone, which xdotool changes to.
        subprocess.run([*command, "ru,us"], check=True)
        on_screen.key("x", "c")
        assert typed(window, last="c") == ["x", "c"]
    finally:
        subprocess.run([*command, "us"], check=True)


A_ON_US_AND_FR = (0x61, 0x41, 0x71, 0x51)  # the key is Q on the second layout
ONE_ON_US_AND_FR = (0x31, 0x21, 0x26, 0x31)
KEYPAD_1 = (0xFF9C, 0xFFB1)


@pytest.mark.parametrize(
    ("keysyms", "state", "layout", "meant"),
    [
        (A_ON_US_AND_FR, 0, 0, "a"),
        (A_ON_US_AND_FR, 0, 1, "q"),
        (A_ON_US_AND_FR, 1, 1, "Q"),
        (ONE_ON_US_AND_FR, 0, 0, "1"),
        (ONE_ON_US_AND_FR, 0, 1, "&"),
        (ONE_ON_US_AND_FR, 1, 1, "1"),
        (KEYPAD_1, 0x10, 0, "1"),
        (KEYPAD_1, 0x11, 0, "\uff9c"),
        (KEYPAD_1, 0x10, 1, "1"),
        ((0x20, 0), 1, 0, " "),
        ((0xFFAB, 0xFFAB), 0, 0, "+"),
        ((), 0, 1, "\0"),
    ],
)
def test_a_press_means_what_its_layout_says(
    keysyms: tuple[int, ...], state: int, layout: int, meant: str
):
    assert chr(keysym(Press(10, state), keysyms, layout)) == meant
