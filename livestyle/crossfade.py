"""The way from one painter to another, between which no embedding leads."""

from __future__ import annotations

import cv2

from livestyle.frame import Pixels


class Crossfade:
    """Fades the last picture of one painter into the pictures of the next one.

    It keeps no copy of a picture, and makes none: what was painted last is only read,
    and what has just been painted is mixed in its own place.
    """

    def __init__(self) -> None:
        self._last: Pixels | None = None  # what was painted last
        self._before: Pixels | None = None  # what it fades from
        self._since = self._fade = 0.0

    def begin(self, since: float, fade: float) -> None:
        """Another painter paints from now on; without a picture it just begins.

        Args:
            since: seconds, when the last picture was captured.
            fade: seconds that the change takes.
        """
        self._before, self._since, self._fade = self._last, since, fade

    def end(self) -> None:
        """Nothing is painted at this moment, so there is nothing to fade from."""
        self._last = self._before = None

    def over(self, pastiche: Pixels, now: float) -> Pixels:
        """Lays what is left of the picture before over one that was just painted.

        Args:
            pastiche: BGR uint8, shape (H, W, 3); changed in place, so that nobody else
                may have it yet. One of another size than the picture before ends the
                fade.
            now: seconds, when it was captured, on the clock of `begin`.

        Returns:
            The pastiche.
        """
        before = self._before
        if before is not None:
            passed = now - self._since
            # A clock that was set back (a file that starts over) ends it too.
            if not 0 <= passed < self._fade or before.shape != pastiche.shape:
                self._before = None
            else:
                done = passed / self._fade
                cv2.addWeighted(before, 1 - done, pastiche, done, 0, dst=pastiche)
        self._last = pastiche
        return pastiche
