"""What a person has chosen to be painted: a style or a blend, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass

from livestyle.mix import FADE
from livestyle.notes import Notes


@dataclass
class Chosen(Notes):
    """A style among those that there are, a second one, and their shares.

    Attributes:
        styles: the names that can be chosen, in the order of the digits; not empty.
        index: which of them is chosen.
        strength: from 0.0 (the camera's picture) to 1.0 (fully painted).
        stylizing: False shows the camera's picture without forgetting the strength.
        second: which style is blended into the chosen one, None for none.
        weight: how much of the blend is the second style, 0.0 to 1.0.
        fade: seconds that the change takes which was wished for last.
    """

    styles: tuple[str, ...]
    index: int = 0
    strength: float = 1.0
    stylizing: bool = True
    second: int | None = None
    weight: float = 0.5
    fade: float = FADE

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
        second = self.second  # read once: another thread may ask
        return None if second in (None, self.index) else self.styles[second]

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

    def change_strength(self, delta: float) -> None:
        """Adds to the strength, kept in whole tenths between exactly 0 and 1."""
        self.strength = round(min(1.0, max(0.0, self.strength + delta)), 1)
        self.say(f"strength {self.strength:.1f}")

    def _say_blend(self) -> None:
        self.fade = FADE
        if self.second is None:
            self.say("no blend")
        else:
            self.say(f"{self.styles[self.second]} {100 * self.weight:.0f} %")
