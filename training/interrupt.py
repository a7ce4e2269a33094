"""Ctrl-C and SIGTERM between steps, never within one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType

_Handler = Callable[[int, FrameType | None], object] | int | None


class Deferred:
    """While open, Ctrl-C waits for the next `let`; a second one does not wait.

    SIGTERM counts as Ctrl-C. Signals reach the main thread alone: in others this does
    nothing.
    """

    def __init__(self) -> None:
        self.came = False
        self._before: dict[signal.Signals, _Handler] = {}

    def __enter__(self) -> Deferred:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if error is None:
            self.let()

    def let(self) -> None:
        """Raises what was kept back.

        Raises:
            KeyboardInterrupt: Ctrl-C came since the last call.
        """
        if self.came:
            self.came = False
            raise KeyboardInterrupt

    def _note(self, _: int, __: FrameType | None) -> None:
        if self.came:
            raise KeyboardInterrupt
        self.came = True
