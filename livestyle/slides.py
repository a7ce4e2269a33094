"""The slide show: another style every so many seconds."""

from __future__ import annotations

from livestyle.controls import Controls

SECONDS = 10.0  # of each style, when nothing else was asked for
FADE = 1.5  # seconds of a change: nobody waits for it, so it may be soft


class SlideShow:
    """Changes the style by the frames' own time, so that a painted file has it too.

    Args:
        controls: read at every frame; `sliding` says whether it runs.
        seconds: how long each style stays.
    """

    def __init__(self, controls: Controls, seconds: float = SECONDS) -> None:
        self.controls = controls
        self.seconds = seconds
        self._index: int | None = None
        self._since = 0.0

    def turn(self, now: float) -> None:
        """Goes on to the next style when its time has come.

        A style that a person chose meanwhile has its whole time from then on. While
        nothing is painted the show waits.

        Args:
            now: seconds, when the frame to come was captured.
        """
        controls = self.controls
        if not controls.sliding or not controls.stylizing:
            self._index = None
        elif controls.index != self._index or now < self._since:
            self._index, self._since = controls.index, now
        elif now - self._since >= self.seconds:
            controls.step_style(+1)
            controls.fade = min(FADE, self.seconds / 2)
            self._index, self._since = controls.index, now
