"""What a person can change while the picture runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

# What the note says when a switch goes off and on.
_SWITCHES = {
    "stylizing": ("camera picture", "stylized"),
    "mirror": ("mirror off", "mirror on"),
    "overlay": ("", ""),
    "help": ("", ""),
    "fullscreen": ("window", "full screen"),
    "paused": ("running", "paused"),
    "recording": ("recording stopped", "recording"),
}


@dataclass
class Controls:
    """The wishes of the person at the keys; the main loop reads and fulfils them.

    Only the main thread touches it.

    Attributes:
        styles: the names that can be chosen, in the order of the digits; not empty.
        index: which of them is chosen.
        strength: from 0.0 (the camera's picture) to 1.0 (fully painted).
        stylizing: False shows the camera's picture without forgetting the strength.
        mirror: swap left and right, as in a mirror.
        overlay: show the status line and notes over the picture.
        help: show the table of keys.
        fullscreen: fill the screen.
        paused: keep the shown picture.
        recording: a recording is wanted.
        snapshots: how many snapshots were asked for and not yet taken.
        quitting: leave the main loop.
        note: what the last key did, in a few words, else "".
        noted: when, in seconds of `clock`.
        clock: where `noted` takes its time from.
    """

    styles: tuple[str, ...]
    index: int = 0
    strength: float = 1.0
    stylizing: bool = True
    mirror: bool = False
    overlay: bool = True
    help: bool = False
    fullscreen: bool = False
    paused: bool = False
    recording: bool = False
    snapshots: int = 0
    quitting: bool = False
    note: str = ""
    noted: float = 0.0
    clock: Callable[[], float] = field(
        default=time.monotonic, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if not 0 <= self.index < len(self.styles):
            raise ValueError(f"style {self.index} of {len(self.styles)}")
        if not 0.0 <= self.strength <= 1.0:
            raise ValueError(f"strength {self.strength} is not between 0 and 1")

    @property
    def style(self) -> str:
        """The name of the chosen style."""
        return self.styles[self.index]

    def say(self, note: str) -> None:
        """Leaves a short message for the overlay."""
        self.note = note
        self.noted = self.clock()

    def recent_note(self, within: float = 2.0) -> str:
        """The note, if it was left at most `within` seconds ago, else ""."""
        return self.note if self.clock() - self.noted <= within else ""

    def step_style(self, step: int) -> None:
        """Chooses the style `step` places on; after the last comes the first."""
        self.choose_style((self.index + step) % len(self.styles))

    def choose_style(self, index: int) -> None:
        """Chooses a style by its place, from 0, and shows it even if stylizing was off.

        A place beyond the list changes nothing but the note.
        """
        if not 0 <= index < len(self.styles):
            self.say(f"no style {index + 1}")
            return
        self.index = index
        self.stylizing = True
        self.say(self.style)

    def relist(self, styles: tuple[str, ...]) -> None:
        """Changes what can be chosen; what is chosen stays, or gives way to the first.

        Args:
            styles: the names, not empty.
        """
        chosen = self.style
        self.styles = styles
        self.index = styles.index(chosen) if chosen in styles else 0

    def change_strength(self, delta: float) -> None:
        """Adds to the strength, kept in whole tenths between exactly 0 and 1."""
        self.strength = round(min(1.0, max(0.0, self.strength + delta)), 1)
        self.say(f"strength {self.strength:.1f}")

    def toggle(self, name: str) -> None:
        """Turns a switch ("mirror", "paused", ...) on or off.

        Raises:
            ValueError: there is no switch of that name.
        """
        if name not in _SWITCHES:
            raise ValueError(f"no switch '{name}' among {', '.join(_SWITCHES)}")
        on = not getattr(self, name)
        setattr(self, name, on)
        self.say(_SWITCHES[name][on])

    def ask_snapshot(self) -> None:
        """Asks for the picture that is on the screen as a file."""
        self.snapshots += 1
        self.say("snapshot")

    def quit(self) -> None:
        """Asks the main loop to end."""
        self.quitting = True
