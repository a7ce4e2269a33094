"""The one table of keys and mouse: window, help panel, README and tests read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from livestyle.controls import Controls
from livestyle.mouse import Mouse


@dataclass(frozen=True)
class Command:
    """Something that keys do.

    Attributes:
        keys: names as the window gives them: the character itself in lower case, or
            "space", "escape", "left", "right", "up", "down".
        name: one or two words. Commands of one name share a row in printed tables.
        help: what it does, for a person.
        action: changes the controls.
        repeats: whether it happens again and again while the key is held.
    """

    keys: tuple[str, ...]
    name: str
    help: str
    action: Callable[[Controls], None]
    repeats: bool = False


@dataclass(frozen=True)
class Gesture:
    """Something that the mouse does.

    Attributes:
        kind: "click" or "drag".
        help: what it does, for a person.
        action: changes the controls for a point of the picture, x and y from 0 to 1.
    """

    kind: str
    help: str
    action: Callable[[Controls, float, float], None]


def _digit(number: int) -> Command:
    return Command(
        (str(number),),
        "style",
        "style by its number; 1 2 is the 12th, 0 the 10th",
        lambda controls: controls.type_digit(number),
    )


def _step(key: str, arrow: str, name: str, by: int) -> Command:
    def action(controls: Controls) -> None:
        controls.step_style(by)

    return Command((key, arrow), name, f"{name} style", action, repeats=True)


def _switch(keys: Iterable[str], name: str, help: str, switch: str) -> Command:
    return Command(tuple(keys), name, help, lambda controls: controls.toggle(switch))


def _view(key: str, view: str, help: str) -> Command:
    return Command((key,), view, help, lambda controls: controls.show(view))


COMMANDS: tuple[Command, ...] = (
    *(_digit(number) for number in (*range(1, 10), 0)),
    _step("n", "right", "next", +1),
    _step("p", "left", "previous", -1),
    Command(
        # A keyboard without a keypad has "+" on shift: its key alone sends "=".
        ("+", "=", "up"),
        "stronger",
        "more of the style",
        lambda c: c.change_strength(+0.1),
        repeats=True,
    ),
    Command(
        ("-", "down"),
        "weaker",
        "less; at 0 the camera's picture",
        lambda c: c.change_strength(-0.1),
        repeats=True,
    ),
    _switch(["space"], "stylize", "style on or off", "stylizing"),
    Command(
        ("b",),
        "blend",
        "blend in the next style, or the one after",
        Controls.step_blend,
    ),
    Command(
        (".", "l"),
        "more blend",
        "more of the second style",
        lambda c: c.change_weight(+0.1),
        repeats=True,
    ),
    Command(
        (",", "j"),
        "less blend",
        "less of it; at 0 no blend",
        lambda c: c.change_weight(-0.1),
        repeats=True,
    ),
    _switch(["c"], "colours", "keep the camera's colours", "keep_colours"),
    Command(
        ("x",), "strokes", "larger strokes, then the finest", Controls.step_strokes
    ),
    _switch(
        ["u"], "quality", "let the size follow the speed, or keep it fixed", "adaptive"
    ),
    _view("w", "wipe", "before and after, with a line to drag"),
    _view("v", "beside", "before and after side by side"),
    _view("g", "wall", "all styles at once, to choose from"),
    Command(
        ("a",), "slide show", "another style every few seconds", Controls.toggle_slides
    ),
    _switch(["m"], "mirror", "swap left and right", "mirror"),
    _switch(["o"], "overlay", "status line on or off", "overlay"),
    # Some window systems report "?" without its shift.
    _switch(["h", "?", "/"], "help", "these keys", "help"),
    Command(("s",), "snapshot", "save the picture", Controls.ask_snapshot),
    Command(("z",), "replay", "save the last seconds", Controls.ask_replay),
    Command(("i",), "gif", "save the last 3 seconds as a GIF", Controls.ask_gif),
    Command(("t",), "photo", "3, 2, 1, and save the picture", Controls.ask_photo),
    _switch(["r"], "record", "start or stop a recording", "recording"),
    Command(("e",), "cut", "pause the recording", Controls.pause_recording),
    Command(
        ("d",), "what", "record painting, camera or both", Controls.step_record_what
    ),
    _switch(["f"], "fullscreen", "fill the screen", "fullscreen"),
    _switch(["k"], "pause", "freeze the picture", "paused"),
    _switch(["y"], "release", "let go of the camera, or take it again", "released"),
    Command(("q", "escape"), "quit", "finish and leave", Controls.quit),
)

GESTURES: tuple[Gesture, ...] = (
    Gesture("click", "take a style from the wall; put the line there", Controls.click),
    Gesture("drag", "move the line between before and after", Controls.drag),
)

REPEATING = frozenset(key for c in COMMANDS if c.repeats for key in c.keys)
_BY_KEY = {key: command for command in COMMANDS for key in command.keys}
_BY_KIND = {gesture.kind: gesture for gesture in GESTURES}


def press(key: str | None, controls: Controls) -> None:
    """Does what a key is bound to; None and keys that mean nothing are ignored."""
    if key in _BY_KEY:
        _BY_KEY[key].action(controls)


def point(mouse: Mouse, controls: Controls) -> None:
    """Does what the mouse does at this point of the picture."""
    _BY_KIND[mouse.kind].action(controls, mouse.x, mouse.y)


def rows() -> list[tuple[tuple[str, ...], str]]:
    """The keys, or what the mouse does, and the help of each printed row."""
    grouped: dict[tuple[str, str], tuple[str, ...]] = {}
    for command in COMMANDS:
        label = (command.name, command.help)
        grouped[label] = grouped.get(label, ()) + command.keys
    keyboard = [(_span(keys), help) for (_, help), keys in grouped.items()]
    return keyboard + [((gesture.kind,), gesture.help) for gesture in GESTURES]


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
    return ("0-9",) if "".join(keys).isdigit() else keys
