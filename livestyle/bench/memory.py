"""How much memory a process needs, as its system counts it."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")

HOW = (
    "the peak resident set of a process that opens the painter and paints, less its "
    "resident set before; a GPU's own memory is not in it"
)


class Growth:
    """The growth of this process's resident set since it was made.

    Linux tells the peak since any moment. macOS tells that of the whole life only, so
    that what was needed before hides a smaller need afterwards.
    """

    def __init__(self) -> None:
        self._before = self._resident()

    def megabytes(self) -> float | None:
        """The greatest growth so far in MB, None where the system does not say."""
        peak = self._peak()
        if self._before is None or peak is None:
            return None
        return round(max(0, peak - self._before) / 1e6, 1)

    def _resident(self) -> int | None:
        """Bytes now; the count of the peak begins anew, where that can be."""
        if not STATUS.exists():
            return self._peak()
        with suppress(OSError):  # where it is forbidden, the peak is that of its life
            CLEAR.write_text("5")
        return _field("VmRSS")

    def _peak(self) -> int | None:
        if STATUS.exists():
            return _field("VmHWM")
        if sys.platform == "win32":
            return None
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else 1024 * peak


def _field(name: str) -> int | None:
    """A line of Linux's status of this process, in bytes."""
    for line in STATUS.read_text().splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return 1024 * int(value.split()[0])
    return None
