from collections import Counter
from dataclasses import replace

import pytest

from livestyle.commands import (
    COMMANDS,
    GESTURES,
    Command,
    Gesture,
    markdown,
    plain,
    point,
    press,
    rows,
)
from livestyle.controls import Controls
from livestyle.mouse import Mouse

KEYS = [(key, command) for command in COMMANDS for key in command.keys]


def middle() -> Controls:
    """Controls that every command can change, in both directions."""
    styles = tuple(f"style-{number}" for number in range(1, 12))
    return Controls(
        styles,
        index=10,
        second=2,
        strength=0.5,
        recording=True,
        clock=lambda: 0.0,
    )


def test_each_key_is_bound_once():
    counted = Counter(key for key, _ in KEYS)
    assert max(counted.values()) == 1


@pytest.mark.parametrize(("key", "command"), KEYS, ids=[key for key, _ in KEYS])
def test_each_key_changes_the_controls_as_its_command_does(key: str, command: Command):
    pressed, acted = middle(), middle()
    press(key, pressed)
    command.action(acted)
    assert pressed == acted
    pressed.note = middle().note
    assert pressed != middle()


def test_digits_choose_styles_in_their_order():
    controls = middle()
    for digit in "1234567890":
        press(digit, controls)
        assert controls.style == f"style-{int(digit) or 10}"


def test_no_key_and_unknown_keys_change_nothing():
    controls = middle()
    for key in (None, ";", "Q", "", "1-9"):
        press(key, controls)
    assert controls == middle()


def test_every_wish_of_a_person_has_a_key():
    assert [command.name for command in COMMANDS[10:]] == [
        "next",
        "previous",
        "stronger",
        "weaker",
        "stylize",
        "blend",
        "more blend",
        "less blend",
        "colours",
        "strokes",
        "quality",
        "wipe",
        "beside",
        "wall",
        "slide show",
        "mirror",
        "overlay",
        "help",
        "snapshot",
        "replay",
        "gif",
        "photo",
        "record",
        "cut",
        "what",
        "fullscreen",
        "pause",
        "release",
        "quit",
    ]


@pytest.mark.parametrize("gesture", GESTURES, ids=[g.kind for g in GESTURES])
def test_each_gesture_changes_the_controls_as_the_table_says(gesture: Gesture):
    pointed, acted = middle(), middle()
    for controls in (pointed, acted):
        controls.show("wipe")
    before = replace(acted)
    point(Mouse(gesture.kind, 0.25, 0.75), pointed)
    gesture.action(acted, 0.25, 0.75)
    assert pointed == acted
    assert pointed != before


def test_the_mouse_does_all_that_it_can_do():
    assert {gesture.kind for gesture in GESTURES} == {"click", "drag"}


@pytest.mark.parametrize("table", [markdown(), plain()], ids=["markdown", "plain"])
def test_printed_tables_show_every_key_and_every_help(table: str):
    lines = table.splitlines()[-len(rows()) :]
    assert table.endswith("\n")
    for line, (keys, help) in zip(lines, rows(), strict=True):
        assert help in line
        assert all(key in line for key in keys)
    shown = {key for keys, _ in rows() for key in keys}
    keyboard = {key for key, _ in KEYS if not key.isdigit()} | {"0-9"}
    assert shown == keyboard | {gesture.kind for gesture in GESTURES}
