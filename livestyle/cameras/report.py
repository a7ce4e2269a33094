"""What a camera was asked for and what it gives, said once its rate was counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from livestyle.latest import RATE_WINDOW, Latest
from livestyle.sources.camera import Camera
from livestyle.sources.source import Source

SETTLE = 0.5  # seconds in which exposure is found and rates are wild


class CameraReport:
    """One line about a camera in the first seconds of a run, and figures for its end.

    Args:
        source: of the run; where it is no camera nothing is said.
        say: takes the line.
    """

    def __init__(self, source: Source, say: Callable[[str], object]) -> None:
        inside = source.inside if isinstance(source, Latest) else source
        self._latest = source if isinstance(source, Latest) else None
        self._camera = inside if isinstance(inside, Camera) else None
        self._say = say
        self._due = time.monotonic() + SETTLE + RATE_WINDOW
        self._fps: float | None = None

    def look(self, *, last: bool = False) -> None:
        """Says the line when the rate was counted for long enough.

        Args:
            last: the run ends: what was counted has to do.
        """
        if self._camera is None or self._latest is None or self._fps is not None:
            return
        if self._latest.resting and not last:
            self._due = time.monotonic() + SETTLE + RATE_WINDOW  # count when it is back
        elif last or time.monotonic() >= self._due:
            self._fps = round(self._latest.captured_fps, 1)
            self._say(self._line(self._camera))

    def figures(self) -> dict[str, Any] | None:
        """What was asked, what was got and what was counted; None for no camera."""
        camera = self._camera
        if camera is None or camera.answer is None:
            return None
        wish = camera.wish
        size = None if wish.size_wh is None else "{}x{}".format(*wish.size_wh)
        return {
            "asked": {"size": size, "fps": wish.fps, "format": wish.format},
            "got": camera.answer.as_json(),
            "measured_fps": self._fps,
        }

    def _line(self, camera: Camera) -> str:
        if camera.answer is None:
            return f"{camera.name} gave no picture"
        asked = f", asked for {camera.wish}" if str(camera.wish) else ""
        stated = camera.answer.stated_fps
        says = f" (it says {stated:g})" if stated else ""
        return (
            f"{camera.name} gives {camera.answer.told(self._fps or 0.0)}{says}{asked}"
        )
