"""What a person can change while the picture runs."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from livestyle.digits import Digits
from livestyle.grid import Grid
from livestyle.mix import FADE

# What the note says when a switch goes off and on.
_SWITCHES = {
    "stylizing": ("camera picture", "stylized"),
    "mirror": ("mirror off", "mirror on"),
    "overlay": ("", ""),
    "help": ("", ""),
    "fullscreen": ("window", "full screen"),
    "paused": ("running", "paused"),
    "recording": ("recording stopped", "recording"),
    "recording_paused": ("recording goes on", "recording paused"),
    "adaptive": ("fixed quality", "automatic quality"),
    "keep_colours": ("the painting's colours", "the camera's colours"),
}

# What a recording shows, and what the note says of it.
RECORDED = {
    "painted": "the painting",
    "original": "the camera's picture",
    "both": "camera and painting",
}
# What the window can show, and what the note says of it.
_VIEWS = {
    "painting": "the painting alone",
    "wipe": "camera | painting: drag the line",
    "beside": "camera and painting",
    "wall": "all styles: click on one, or type its number",
}
# The sizes at which can be painted, as shares of the picture's, from the usual one on
# to larger strokes and round.
WORKING = (1.0, 0.75, 0.5, 1.5)
COUNTDOWN = 3.0  # seconds from the wish for a photo to the photo


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
        recording_paused: what is shown now is not recorded.
        record_what: what recordings show that begin now, one of `RECORDED`.
        second: which style is blended into the chosen one, None for none.
        weight: how much of the blend is the second style, 0.0 to 1.0.
        keep_colours: give the painting the camera's colours.
        working: the size at which is painted for the sake of the strokes, as a share of
            the picture's.
        quality: the share at which is painted for the sake of the speed.
        adaptive: that one follows the machine's speed.
        view: what the window shows: "painting", "wipe", "beside" or "wall".
        line: where the wipe's line is, from 0.0 (left) to 1.0 (right).
        sliding: the slide show is on.
        fade: seconds that the change takes which was wished for last.
        photo_at: when a photo was asked for, in seconds of `clock`, None for none.
        snapshots: how many snapshots were asked for and not yet taken.
        replays: how many times the last seconds were asked for since they were saved.
        gifs: how many times they were asked for as a GIF.
        quitting: leave the main loop.
        note: what the last key did, in a few words, else "".
        noted: when, in seconds of `clock`.
        digits: what was typed of a number of two digits.
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
    recording_paused: bool = False
    record_what: str = "painted"
    second: int | None = None
    weight: float = 0.5
    keep_colours: bool = False
    working: float = 1.0
    quality: float = 1.0
    adaptive: bool = False
    view: str = "painting"
    line: float = 0.5
    sliding: bool = False
    fade: float = FADE
    photo_at: float | None = None
    snapshots: int = 0
    replays: int = 0
    gifs: int = 0
    quitting: bool = False
    note: str = ""
    noted: float = 0.0
    digits: Digits = field(default_factory=Digits, repr=False)
    clock: Callable[[], float] = field(
        default=time.monotonic, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if not 0 <= self.index < len(self.styles):
            raise ValueError(f"style {self.index} of {len(self.styles)}")
        if not 0.0 <= self.strength <= 1.0:
            raise ValueError(f"strength {self.strength} is not between 0 and 1")
        if not 0.0 <= self.weight <= 1.0:
            raise ValueError(f"weight {self.weight} is not between 0 and 1")

    @property
    def style(self) -> str:
        """The name of the chosen style."""
        return self.styles[self.index]

    @property
    def blended(self) -> str | None:
        """The style that is blended into the chosen one, None without such."""
        if self.second is None or self.second == self.index:
            return None
        return self.styles[self.second]

    @property
    def share(self) -> float:
        """The size at which is painted: that of chosen strokes goes before the speed's.

        A stroke that somebody chose is a look, which shall not change by itself.
        """
        return self.quality if self.working == 1 else self.working

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
        self.fade = FADE
        self.stylizing = True
        self.say(self.style)

    def relist(self, styles: tuple[str, ...]) -> None:
        """Changes what can be chosen; what is chosen stays, or gives way to the first.

        Args:
            styles: the names, not empty.
        """
        chosen, second = self.style, self.blended
        self.styles = styles
        self.index = styles.index(chosen) if chosen in styles else 0
        self.second = styles.index(second) if second in styles else None

    def type_digit(self, digit: int) -> None:
        """Chooses the style of a number, which may have two digits."""
        number = self.digits.number(digit, len(self.styles), self.clock())
        self.pick_style(number - 1)

    def pick_style(self, index: int) -> None:
        """Chooses a style as on the wall, which is left with it."""
        self.choose_style(index)
        if self.view == "wall" and self.index == index:
            self.view = "painting"

    def step_blend(self) -> None:
        """Blends with the next style, then with the one after, at last with none."""
        step = 1 if self.second is None else self.second - self.index + 1
        step %= len(self.styles)
        self.second = (self.index + step) % len(self.styles) if step else None
        self.weight = self.weight or 0.5
        self._say_blend()

    def change_weight(self, delta: float) -> None:
        """Adds to the second style's weight, kept in whole tenths.

        From no blend it is a way up into the next style, and at 0 the blend has ended.
        """
        if self.second is None:
            self.step_blend()
            self.weight = 0.0
        self.weight = round(min(1.0, max(0.0, self.weight + delta)), 1)
        if self.weight == 0 or self.second is None:
            self.second, self.weight = None, 0.5
        self._say_blend()

    def _say_blend(self) -> None:
        self.fade = FADE
        if self.second is None:
            self.say("no blend")
        else:
            self.say(f"{self.styles[self.second]} {100 * self.weight:.0f} %")

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

    def step_strokes(self) -> None:
        """Goes on to larger strokes, after the largest to the finest."""
        place = WORKING.index(self.working) + 1 if self.working in WORKING else 0
        self.working = WORKING[place % len(WORKING)]
        self.say(f"strokes {100 / self.working:.0f} %")

    def show(self, view: str) -> None:
        """Shows the wipe, both pictures or the wall; the second time the painting.

        Raises:
            ValueError: there is no such view.
        """
        if view not in _VIEWS:
            raise ValueError(f"no view '{view}' among {', '.join(_VIEWS)}")
        self.view = "painting" if self.view == view else view
        self.say(_VIEWS[self.view])

    def click(self, x: float, y: float) -> None:
        """Takes a style from the wall, or puts the wipe's line to this place.

        Args:
            x: from 0.0 at the left edge of the picture to 1.0 at its right edge.
            y: from 0.0 at its upper edge to 1.0 at its lower edge.
        """
        if self.view != "wall":
            self.drag(x, y)
        elif (tile := Grid(len(self.styles)).at(x, y)) is not None:
            self.pick_style(tile)

    def drag(self, x: float, _: float) -> None:
        """Takes the wipe's line along."""
        if self.view == "wipe":
            self.line = x

    def toggle_slides(self) -> None:
        """Starts the slide show, at once with the next style, or ends it."""
        self.sliding = not self.sliding
        if self.sliding:
            self.step_style(+1)
        self.say(f"slide show: {self.style}" if self.sliding else "slide show off")

    def ask_photo(self) -> None:
        """Asks for a snapshot in three seconds, or takes the wish back."""
        waiting = self.photo_at is not None
        self.photo_at = None if waiting else self.clock() + COUNTDOWN
        self.say("no photo" if waiting else "photo")

    @property
    def counted(self) -> int | None:
        """What the countdown stands at: 3, 2 or 1; None when there is none."""
        if self.photo_at is None:
            return None
        left = math.ceil(self.photo_at - self.clock())
        return min(max(1, left), math.ceil(COUNTDOWN))

    def count_down(self) -> None:
        """Asks for the snapshot when the countdown has come to its end."""
        if self.photo_at is not None and self.clock() >= self.photo_at:
            self.photo_at = None
            self.ask_snapshot()

    def ask_snapshot(self) -> None:
        """Asks for the picture that is on the screen as a file."""
        self.snapshots += 1
        self.say("snapshot")

    def pause_recording(self) -> None:
        """Pauses the recording, or lets it go on."""
        if self.recording:
            self.toggle("recording_paused")
        else:
            self.say("no recording to pause")

    def step_record_what(self) -> None:
        """Chooses what recordings show; one that runs stays as it is."""
        kinds = list(RECORDED)
        place = (kinds.index(self.record_what) + 1) % len(kinds)
        self.record_what = kinds[place]
        next_one = "the next recording: " if self.recording else "records "
        self.say(next_one + RECORDED[self.record_what])

    def ask_replay(self) -> None:
        """Asks for the seconds that have just passed as a movie."""
        self.replays += 1
        self.say("saving the last seconds")

    def ask_gif(self) -> None:
        """Asks for the last three seconds as an animated GIF."""
        self.gifs += 1
        self.say("making a GIF")

    def quit(self) -> None:
        """Asks the main loop to end."""
        self.quitting = True
