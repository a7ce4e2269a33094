"""What a person asks for once: photos, and movies of the last seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass

from livestyle.notes import Notes

COUNTDOWN = 3.0  # seconds from the wish for a photo to the photo


@dataclass
class Asked(Notes):
    """Wishes that are counted until somebody has fulfilled them.

    Attributes:
        photo_at: when a photo was asked for, in seconds of `clock`, None for none.
        snapshots: how many snapshots were asked for and not yet taken.
        replays: how many times the last seconds were asked for since they were saved.
        gifs: how many times they were asked for as a GIF.
    """

    photo_at: float | None = None
    snapshots: int = 0
    replays: int = 0
    gifs: int = 0

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

    def ask_replay(self) -> None:
        """Asks for the seconds that have just passed as a movie."""
        self.replays += 1
        self.say("saving the last seconds")

    def ask_gif(self) -> None:
        """Asks for the last three seconds as an animated GIF."""
        self.gifs += 1
        self.say("making a GIF")
