"""The one table of keys: the window, the help panel, the README and tests read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from livestyle.controls import Controls


@dataclass(frozen=True)
class Command:
    """Something that keys do.

    Attributes:
        keys: names as the window gives them: the character itself in lower case, or
            "space", "escape", "left", "right", "up", "down".
        name: one or two words. Commands of one name share a row in printed tables.
        help: what it does, for a person.
        action: changes the controls.
    """

    keys: tuple[str, ...]
    name: str
    help: str
    action: Callable[[Controls], None]


def _digit(number: int) -> Command:
    return Command(
        (str(number),),
        "style",
        "choose a style by its number",
        lambda controls: controls.choose_style(number - 1),
    )


def _switch(keys: Iterable[str], name: str, help: str, switch: str) -> Command:
    return Command(tuple(keys), name, help, lambda controls: controls.toggle(switch))


COMMANDS: tuple[Command, ...] = (
    *(_digit(number) for number in range(1, 10)),
    Command(("n", "right"), "next", "next style", lambda c: c.step_style(+1)),
    Command(("p", "left"), "previous", "previous style", lambda c: c.step_style(-1)),
    Command(
        # A keyboard without a keypad has "+" on shift: its key alone sends "=".
        ("+", "=", "up"),
        "stronger",
        "more of the style",
        lambda c: c.change_strength(+0.1),
    ),
    Command(
        ("-", "down"),
        "weaker",
        "less; at 0 the camera's picture",
        lambda c: c.change_strength(-0.1),
    ),
    _switch(["space"], "stylize", "style on or off", "stylizing"),
    _switch(["m"], "mirror", "swap left and right", "mirror"),
    _switch(["o"], "overlay", "status line on or off", "overlay"),
    # Some window systems report "?" without its shift.
    _switch(["h", "?", "/"], "help", "these keys", "help"),
    Command(("s",), "snapshot", "save the picture", Controls.ask_snapshot),
    Command(("z",), "replay", "save the last seconds as a movie", Controls.ask_replay),
    Command(("i",), "gif", "save the last 3 seconds as a GIF", Controls.ask_gif),
    _switch(["r"], "record", "start or stop a recording", "recording"),
    Command(
        ("e",),
        "cut",
        "pause the recording: what comes is not in it",
        Controls.pause_recording,
    ),
    Command(
        ("d",),
        "what",
        "record the painting, the camera's picture or both",
        Controls.step_record_what,
    ),
    _switch(["f"], "fullscreen", "fill the screen", "fullscreen"),
    _switch(["k"], "pause", "freeze the picture", "paused"),
    Command(("q", "escape"), "quit", "finish and leave", Controls.quit),
)

_BY_KEY = {key: command for command in COMMANDS for key in command.keys}


def press(key: str | None, controls: Controls) -> None:
    """Does what a key is bound to; None and keys that mean nothing are ignored."""
    if key in _BY_KEY:
        _BY_KEY[key].action(controls)


def rows() -> list[tuple[tuple[str, ...], str]]:
    """The keys and the help of each printed row, in the order of the table."""
    grouped: dict[tuple[str, str], tuple[str, ...]] = {}
    for command in COMMANDS:
        label = (command.name, command.help)
        grouped[label] = grouped.get(label, ()) + command.keys
    return [(_span(keys), help) for (_, help), keys in grouped.items()]


def markdown() -> str:
    """The table for the README, with a line feed at the end of every line."""
    lines = ["| Key | What it does |", "|---|---|"]
    for keys, help in rows():
        lines.append(f"| {' '.join(f'`{key}`' for key in keys)} | {help} |")
    return "\n".join(lines) + "\n"


def plain() -> str:
    """The table for a terminal, keys and help in two columns."""
    table = [("  ".join(keys), help) for keys, help in rows()]
    width = max(len(keys) for keys, _ in table)
    return "".join(f"{keys:<{width}}   {help}\n" for keys, help in table)


def _span(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The digits as one range, other keys as they are."""
    return (f"{keys[0]}-{keys[-1]}",) if "".join(keys).isdigit() else keys
