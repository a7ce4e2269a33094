"""Cuts the time in which a recording is paused out of it."""

from __future__ import annotations

from collections.abc import Iterator


class Pauses:
    """Moves moments of capture together, so that pauses leave no gap.

    A pause lasts from the first frame that is left out to the first that is not, by the
    frames' own clock: the frames before and after it are then one interval apart, and a
    clock that was set anew meanwhile does no harm. Where none comes while it lasts, as
    of a camera that is lost, it lasts from the wish for it to the wish to go on.
    """

    def __init__(self) -> None:
        self._cut = 0.0
        self._cuts: list[tuple[float, float]] = []  # one after the other
        self._since: float | None = None
        self._wished: float | None = None  # when, of a pause without a frame so far

    def wish(self, paused: bool, now: float) -> None:
        """Notes what is wished for at this moment, by the clock of the frames."""
        if not paused and self._wished is not None:
            self._end(self._wished, now)
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
            self._end(self._since, captured)
            self._since = None
        return captured - self._cut

    def _end(self, since: float, until: float) -> None:
        self._cut += until - since
        self._cuts.append((since, until))

    def kept(self, start: float, end: float) -> Iterator[tuple[float, float, float]]:
        """What is left of a stretch of time when pauses that ended are cut out.

        Args:
            start: by the clock of the frames.
            end: likewise.

        Yields:
            Where each part begins and ends, and the moment of its beginning without
            the pauses before it.
        """
        cut = 0.0
        for since, until in self._cuts:
            if since >= end:
                break
            if start < since:
                yield start, since, start - cut
            start = max(start, until)
            cut += until - since
        if start < end:
            yield start, end, start - cut

    def moved(self, moment: float) -> float:
        """A moment without the pauses before it; of one in a pause, its beginning."""
        return moment - sum(
            min(moment, until) - since for since, until in self._cuts if since < moment
        )

    def end(self, at: float | None) -> float | None:
        """The moment at which a recording ended, or at which its last pause began."""
        began = self._wished if self._since is None else self._since
        moment = at if began is None else began
        return None if moment is None else moment - self._cut
