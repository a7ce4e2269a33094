"""The size at which a live picture is painted: a fixed one, or as the speed allows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from livestyle.controls import Controls
from livestyle.frame import Frame
from livestyle.governor import Governor
from livestyle.latest import Latest
from livestyle.model import Painter
from livestyle.readers import fixed_quality
from livestyle.settings import Settings
from livestyle.sources.source import Source

STANDS = 1.0  # seconds after which a picture counts as standing still


class Quality:
    """Sets `controls.quality` after each frame of a live source.

    A file loses no frame however slowly it is painted, so it is always painted at its
    full size. Strokes of a chosen size are a look that somebody wants: they stay.

    Args:
        settings: what was asked for.
        controls: the size is set there; a key switches between automatic and fixed.
        source: of the run; its rate is the most that can be reached.
        clock: seconds, never going back.
    """

    def __init__(
        self,
        settings: Settings,
        controls: Controls,
        source: Source,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._controls = controls
        self._source = source
        self._clock = clock
        self._asked, self._target = settings.quality, settings.target_fps
        self._governor = Governor(clock)
        self._painted_by: object = None
        self._before = clock()
        self._seconds: dict[float, float] = {}  # by the size of painting
        fixed = fixed_quality(settings.quality)
        self._fixed = fixed or 1.0
        if source.live:
            controls.adaptive, controls.quality = fixed is None, self._fixed

    def note(self, painter: Painter, frame: Frame, paint: float, loop: float) -> None:
        """Takes in how long a frame took, and sets the size for the next one.

        Args:
            painter: what painted it.
            frame: the painted one.
            paint: seconds that its painting took.
            loop: seconds from when it was taken until it was shown.
        """
        controls, now = self._controls, self._clock()
        passed, self._before = min(now - self._before, loop + STANDS), now
        if not self._source.live or not controls.stylizing or not controls.strength:
            return
        share = controls.share
        self._seconds[share] = self._seconds.get(share, 0.0) + passed
        if not controls.adaptive:
            controls.quality = self._fixed
            return
        # The wall takes what time is left; at another size frames tell of that one.
        as_set = controls.working == 1 and controls.quality == self._governor.share
        if as_set and controls.view != "wall":
            self._watch(painter, frame)
            self._governor.note(paint, loop, 1 / self._rate())
        controls.quality = self._governor.share

    def figures(self) -> dict[str, Any]:
        """For `--stats`: what was asked for, and the share of time at each size."""
        whole = sum(self._seconds.values()) or 1.0
        sizes = sorted(self._seconds.items(), reverse=True)
        return {
            "asked": self._asked,
            "target_fps": self._target,
            "changes": self._governor.changes,
            "time_at": {f"{share:g}": round(s / whole, 3) for share, s in sizes},
        }

    def _watch(self, painter: Painter, frame: Frame) -> None:
        """Another painter, provider or size of picture has a speed of its own."""
        by = (painter.card.name, painter.provider.name, frame.width, frame.height)
        if by != self._painted_by:
            self._painted_by = by
            self._governor.forget()

    def _rate(self) -> float:
        """The frames/s to hold: in the dark a camera gives fewer than it says."""
        given = self._source.captured_fps if isinstance(self._source, Latest) else 0.0
        return min(self._target, given or self._source.fps or self._target)
