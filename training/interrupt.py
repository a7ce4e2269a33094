"""Ctrl-C between steps, never within one."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType


class Deferred:
    """While open, Ctrl-C waits for the next `let`; a second one does not wait.

    Signals reach the main thread alone: in others this does nothing.
    """

    def __init__(self) -> None:
        self.came = False
        self._before: object = None

    def __enter__(self) -> Deferred:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if callable(self._before) or isinstance(self._before, signal.Handlers):
            signal.signal(signal.SIGINT, self._before)
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
