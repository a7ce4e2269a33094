from collections import Counter

import pytest

from livestyle.commands import COMMANDS, Command, markdown, plain, press, rows
from livestyle.controls import Controls

KEYS = [(key, command) for command in COMMANDS for key in command.keys]


def middle() -> Controls:
    """Controls that every command can change, in both directions."""
    styles = tuple(f"style-{number}" for number in range(1, 11))
    return Controls(styles, index=9, strength=0.5, recording=True, clock=lambda: 0.0)


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
    for digit in "123456789":
        press(digit, controls)
        assert controls.style == f"style-{digit}"


def test_no_key_and_unknown_keys_change_nothing():
    controls = middle()
    for key in (None, "w", "Q", "", "1-9"):
        press(key, controls)
    assert controls == middle()


def test_every_wish_of_a_person_has_a_key():
    assert [command.name for command in COMMANDS[9:]] == [
        "next",
        "previous",
        "stronger",
        "weaker",
        "stylize",
        "mirror",
        "overlay",
        "help",
        "snapshot",
        "replay",
        "gif",
        "record",
        "cut",
        "what",
        "fullscreen",
        "pause",
        "quit",
    ]


@pytest.mark.parametrize("table", [markdown(), plain()], ids=["markdown", "plain"])
def test_printed_tables_show_every_key_and_every_help(table: str):
    lines = table.splitlines()[-len(rows()) :]
    assert table.endswith("\n")
    for line, (keys, help) in zip(lines, rows(), strict=True):
        assert help in line
        assert all(key in line for key in keys)
    shown = {key for keys, _ in rows() for key in keys}
    assert shown == {key for key, _ in KEYS if not key.isdigit()} | {"1-9"}
