"""Cuts the time in which a recording is paused out of it."""

from __future__ import annotations


class Pauses:
    """Moves moments of capture together, so that pauses leave no gap.

    A pause lasts from the first frame that is left out to the first that is not, by the
    frames' own clock: the frames before and after it are then one interval apart, and a
    clock that was set anew meanwhile does no harm. Where none comes while it lasts, as
    of a camera that is lost, it lasts from the wish for it to the wish to go on.
    """

    def __init__(self) -> None:
        self._cut = 0.0
        self._since: float | None = None
        self._wished: float | None = None  # when, of a pause without a frame so far

    def wish(self, paused: bool, now: float) -> None:
        """Notes what is wished for at this moment, by the clock of the frames."""
        if not paused and self._wished is not None:
            self._cut += now - self._wished
            self._wished = None
        elif paused and self._wished is None and self._since is None:
            self._wished = now

    def skip(self, captured: float) -> None:
        """Notes the moment of a frame that is left out."""
        if self._since is None:
            self._since = captured
        self._wished = None

    def resume(self, captured: float) -> float:
        """The moment of a frame that is recorded, without the pauses before it."""
        if self._since is not None:
            self._cut += captured - self._since
            self._since = None
        return captured - self._cut

    def end(self, at: float | None) -> float | None:
        """The moment at which a recording ended, or at which its last pause began."""
        began = self._wished if self._since is None else self._since
        moment = at if began is None else began
        return None if moment is None else moment - self._cut
