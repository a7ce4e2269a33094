"""What a person can change while the picture runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from livestyle.asked import Asked
from livestyle.chosen import Chosen
from livestyle.digits import Digits
from livestyle.grid import Grid

# What the note says when a switch goes off and on.
_SWITCHES = {
    "stylizing": ("camera picture", "stylized"),
    "mirror": ("mirror off", "mirror on"),
    "overlay": ("", ""),
    "help": ("", ""),
    "fullscreen": ("window", "full screen"),
    "paused": ("running", "paused"),
    "released": ("the camera is taken again", "the camera is released"),
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


@dataclass
class Controls(Asked, Chosen):
    """The wishes of the person at the keys; the main loop reads and fulfils them.

    Only the main thread changes it. A painting that goes on beside reads it: what may
    change meanwhile is read once for a frame.

    Attributes:
        mirror: swap left and right, as in a mirror.
        overlay: show the status line and notes over the picture.
        help: show the table of keys.
        fullscreen: fill the screen.
        paused: keep the shown picture.
        released: let go of the camera, and keep the shown picture.
        recording: a recording is wanted.
        recording_paused: what is shown now is not recorded.
        record_what: what recordings show that begin now, one of `RECORDED`.
        keep_colours: give the painting the camera's colours.
        working: the size at which is painted for the sake of the strokes, as a share of
            the picture's.
        quality: the share at which is painted for the sake of the speed.
        adaptive: that one follows the machine's speed.
        view: what the window shows: "painting", "wipe", "beside" or "wall".
        line: where the wipe's line is, from 0.0 (left) to 1.0 (right).
        sliding: the slide show is on.
        quitting: leave the main loop.
        digits: what was typed of a number of two digits.
    """

    mirror: bool = False
    overlay: bool = True
    help: bool = False
    fullscreen: bool = False
    paused: bool = False
    released: bool = False
    recording: bool = False
    recording_paused: bool = False
    record_what: str = "painted"
    keep_colours: bool = False
    working: float = 1.0
    quality: float = 1.0
    adaptive: bool = False
    view: str = "painting"
    line: float = 0.5
    sliding: bool = False
    quitting: bool = False
    digits: Digits = field(default_factory=Digits, repr=False)

    @property
    def share(self) -> float:
        """The size at which is painted: that of chosen strokes goes before the speed's.

        A stroke that somebody chose is a look, which shall not change by itself.
        """
        return self.quality if self.working == 1 else self.working

    def type_digit(self, digit: int) -> None:
        """Chooses the style of a number, which may have two digits."""
        number = self.digits.number(digit, len(self.styles), self.clock())
        self.pick_style(number - 1)

    def pick_style(self, index: int) -> None:
        """Chooses a style as on the wall, which is left with it."""
        self.choose_style(index)
        if self.view == "wall" and self.index == index:
            self.view = "painting"

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

    def quit(self) -> None:
        """Asks the main loop to end."""
        self.quitting = True
