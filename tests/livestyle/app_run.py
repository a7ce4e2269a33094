"""Runs of the app that are watched to their end."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest

from livestyle.app import App
from livestyle.frame import Frame
from livestyle.settings import Settings


def no_news(line: str) -> None:
    pytest.fail(f"it said: {line}")


@dataclass
class Ran:
    """A run that is over.

    Attributes:
        shown: the painted frames.
        painted_at: when each of them was ready; it was shown before the next one was.
        began, ended: when the run did.
    """

    app: App
    stats: dict[str, Any]
    shown: list[Frame]
    painted_at: list[float]
    began: float
    ended: float

    @property
    def shown_before(self) -> list[float]:
        """No frame was shown later than this."""
        return [*self.painted_at[1:], self.ended]


def ran(settings: Settings, dawdle: Callable[[App], object] = id) -> Ran:
    """Runs it to its end and keeps the painted frames.

    Args:
        settings: of the run.
        dawdle: is called in each painting, which takes longer by that.
    """
    app, shown, painted_at = App(settings, no_news), list[Frame](), list[float]()
    stylize = app.stylize

    def noted(frame: Frame) -> Frame:
        shown.append(stylize(frame))
        dawdle(app)
        painted_at.append(monotonic())
        return shown[-1]

    app.stylize = noted  # type: ignore[assignment]
    began = monotonic()
    app.run()
    ended = monotonic()
    return Ran(app, app.stats(), shown, painted_at, began, ended)
