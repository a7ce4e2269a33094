"""Short messages over the picture, each about what was done last."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Notes:
    """The newest message, which is shown for a moment.

    Attributes:
        note: what the last key did, in a few words, else "".
        noted: when, in seconds of `clock`.
        clock: where `noted` takes its time from.
    """

    note: str = ""
    noted: float = 0.0
    clock: Callable[[], float] = field(
        default=time.monotonic, repr=False, compare=False
    )

    def say(self, note: str) -> None:
        """Leaves a short message for the overlay."""
        self.note = note
        self.noted = self.clock()

    def recent_note(self, within: float = 2.0) -> str:
        """The note, if it was left at most `within` seconds ago, else ""."""
        return self.note if self.clock() - self.noted <= within else ""
