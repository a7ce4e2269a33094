"""Signals that ask a program to end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def polite(stop: Callable[[], object]) -> Iterator[None]:
    """Ctrl-C and SIGTERM call `stop` the first time, so that what is begun is finished.

    The second time they do what they did before. Signals reach the main thread alone:
    in others this changes nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds = [signal.SIGINT, signal.SIGTERM]
    before = {kind: signal.getsignal(kind) for kind in kinds}

    def ask(number: int, _: object) -> None:
        signal.signal(number, before[signal.Signals(number)])
        stop()

    for kind in kinds:
        signal.signal(kind, ask)
    try:
        yield
    finally:
        for kind in kinds:
            signal.signal(kind, before[kind])
