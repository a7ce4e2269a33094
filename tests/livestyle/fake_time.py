"""Time that passes only while somebody waits for it, or when a test says so."""

from __future__ import annotations

from threading import Event
from types import ModuleType

import pytest


class FakeTime:
    """Takes the place of modules' `time` and `Event`; all read the same hands.

    Attributes:
        now: seconds; a test may turn it on.
        asleep: seconds that the machine has slept, in which `now` stood still.
    """

    CLOCK_BOOTTIME = 7

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *modules: ModuleType) -> None:
        self.now = 1000.0
        self.asleep = 0.0
        for module in modules:
            monkeypatch.setattr(module, "time", self)
            if hasattr(module, "Event"):
                monkeypatch.setattr(module, "Event", lambda: _Alarm(self))

    def monotonic(self) -> float:
        """What `time.monotonic` gives."""
        return self.now

    def clock_gettime(self, clock: int) -> float:
        """The time since the machine was started, as Linux has it."""
        assert clock == self.CLOCK_BOOTTIME
        return self.now + self.asleep


class _Alarm(Event):
    def __init__(self, time: FakeTime) -> None:
        super().__init__()
        self._time = time

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is None:
            return super().wait()
        if not self.is_set():
            self._time.now += max(0.0, timeout)
        return self.is_set()
