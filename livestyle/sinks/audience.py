"""Who watches the virtual camera: the programs that have its device open to read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from livestyle.sources.device import programs_using

# Seconds between two looks, each of which goes through all open files of a person: that
# somebody comes is to be noticed soon, that somebody goes may be noticed later.
WITHOUT, WITH = 1.0, 5.0
JOIN = 3.0  # seconds to wait for a look that does not end


class Audience:
    """Looks for readers of a file, in a thread named "audience".

    Linux alone tells, and of the processes of one's own only; of those not either that
    have forbidden it, as sandboxes may.

    Args:
        device: the file's path; "" while there is none yet.
    """

    def __init__(self, device: Callable[[], str]) -> None:
        self._device = device
        self._programs: list[str] | None = None
        self._closed = Event()
        self._thread = Thread(target=self._look, name="audience", daemon=True)
        self._thread.start()

    @property
    def watching(self) -> bool:
        """Whether somebody reads, or may do so, as nobody has looked yet."""
        return self._programs is None or bool(self._programs)

    @property
    def programs(self) -> list[str]:
        """Those that read: "zoom (process 4711)"."""
        return self._programs or []

    def close(self) -> None:
        """Ends the thread."""
        self._closed.set()
        self._thread.join(JOIN)

    def _look(self) -> None:
        while not self._closed.wait(WITH if self._programs else WITHOUT):
            if path := self._device():
                self._programs = programs_using(Path(path), reading=True)
