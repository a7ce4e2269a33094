"""What OpenCV's windows do between two pictures, asked of the Qt that makes them.

A window of Qt draws itself and takes its keys within `cv2.waitKeyEx`, which sleeps two
milliseconds there, however short a wait is asked for: an eighth of a frame's time on a
small machine. Qt itself does the same without a pause.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path

# QCoreApplication::processEvents(QEventLoop::ProcessEventsFlags): in the namespace of
# the Qt in OpenCV's wheels, and in a distribution's Qt.
_NAMES = (
    "_ZN14QtOpenCVPython16QCoreApplication13processEventsENS_6QFlags"
    "INS_10QEventLoop17ProcessEventsFlagEEE",
    "_ZN16QCoreApplication13processEventsE6QFlagsIN10QEventLoop17ProcessEventsFlagEE",
)
_ALL_EVENTS = 0


def find_pump() -> Callable[[], None] | None:
    """What draws the windows and takes their events at once.

    Returns:
        A function for the thread that made the windows; None where this program has
        loaded no Qt that is known.
    """
    for path in _loaded():
        library = ctypes.CDLL(path)
        for name in _NAMES:
            process = getattr(library, name, None)
            if process is not None:
                process.restype, process.argtypes = None, (ctypes.c_int,)
                return lambda: process(_ALL_EVENTS)
    return None


def _loaded() -> list[str]:
    """The paths of the Qt core that Linux has loaded for us."""
    try:
        maps = Path("/proc/self/maps").read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    # The path is the sixth word of a line, and may have spaces of its own.
    paths = {line.split(maxsplit=5)[-1] for line in maps if "/" in line}
    names = {path: Path(path).name for path in sorted(paths)}
    return [p for p, name in names.items() if "libQt" in name and "Core" in name]
