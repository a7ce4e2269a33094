"""Where frames stand in a movie, whatever the rate at which they came."""

from __future__ import annotations

from collections import deque
from statistics import median_low

from livestyle.sinks.encoder import TICK


class MovieTimes:
    """Turns moments of capture into places in the movie, in ticks.

    Args:
        fps_hint: frames/s, for the length of the first frame.

    Attributes:
        end: where the movie ends by now, in ticks.
    """

    # A clock that goes back further than this was set anew, as by a clip that begins
    # again; frames that are merely out of order follow one another closely.
    RESTART = 0.5
    # One that goes on further jumped: an MP4 cannot hold a pause of many hours.
    LONGEST_PAUSE = 3600.0
    # How long the last frame is shown is a guess from as many intervals before it, and
    # no guess is longer than this many seconds.
    RECENT = 9
    LONGEST_GUESS = 1.0

    def __init__(self, fps_hint: float) -> None:
        self.fps_hint = fps_hint if 1 <= fps_hint <= 1000 else 30.0
        self.end = 0
        self._intervals: deque[int] = deque(maxlen=self.RECENT)
        self._last: int | None = None
        self._origin = 0.0
        self._captured = 0.0

    def place(self, captured: float) -> tuple[int, int]:
        """Where a frame goes and how long it is shown if no other follows.

        Args:
            captured: seconds, from any origin.

        Returns:
            Ticks since the first frame, always increasing, and ticks of duration: the
            median of recent intervals, so that a stall before it is not repeated.
        """
        if self._last is None:
            self._origin = captured
            at = 0
        else:
            passed = captured - self._captured
            if not -self.RESTART <= passed <= self.LONGEST_PAUSE:
                self._origin = captured - self.end * float(TICK)
            at = max(round((captured - self._origin) / float(TICK)), self._last + 1)
            self._intervals.append(at - self._last)
        self._captured, self._last = captured, at
        self.end = at + self._usual()
        return at, self.end - at

    def seconds(self, moment: float) -> float:
        """Where a moment is in the movie, by the clock of the moments of capture."""
        return moment - self._origin

    def moment(self, ticks: int) -> float:
        """The moment of a place in the movie."""
        return self._origin + ticks * float(TICK)

    def finish(self, ended: float | None) -> int:
        """Where the movie ends, in ticks.

        Args:
            ended: the moment until which the last frame is shown, by the same clock as
                the moments of capture; None, or one that is not within `LONGEST_PAUSE`
                after that frame, leaves the usual duration.
        """
        if self._last is not None and ended is not None:
            passed = ended - self._captured
            if 0 < passed <= self.LONGEST_PAUSE:
                place = round((ended - self._origin) / float(TICK))
                self.end = max(place, self._last + 1)
        return self.end

    def _usual(self) -> int:
        """How long a frame is shown, as far as those before it can tell."""
        if not self._intervals:
            return round(1 / (self.fps_hint * TICK))
        return min(median_low(self._intervals), round(self.LONGEST_GUESS / TICK))
