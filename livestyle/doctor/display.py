"""Whether a window really comes up."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from livestyle.apart import TrialError, apart
from livestyle.doctor import pip
from livestyle.doctor.finding import Finding
from livestyle.doctor.installation import NEEDED, installed

ELSE = "or use --no-window."


def check_display() -> Iterator[Finding]:
    """Opens a window for a moment, in a process of its own."""
    there = session()
    try:
        yield _judged(apart("livestyle.doctor.window_trial"), there)
    except TrialError as error:
        fix = f"Set QT_DEBUG_PLUGINS=1 to see what Qt misses, {ELSE}"
        yield Finding("display", _bad(there), f"no window on {there}: {error}", fix)


def session() -> str:
    """Which display there is: "X11 display :0", "Wayland with XWayland :0", "none"."""
    if sys.platform == "win32":
        return "the desktop of Windows"
    if sys.platform == "darwin":
        return "the desktop of macOS"
    x11, wayland = (os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY"))
    if wayland:
        return f"Wayland with XWayland {x11}" if x11 else "Wayland without XWayland"
    return f"X11 display {x11}" if x11 else "none"


def _judged(answer: Mapping[str, Any], there: str) -> Finding:
    figures = {"session": there, **answer}
    if "ms" in answer:
        text = (
            f"a window of {answer['framework']} is up in {answer['ms']} ms on {there}"
        )
        return Finding("display", "ok", text, "", figures)
    fix = answer["hint"]
    if not answer["framework"]:
        fix = _with_windows()
    elif there == "Wayland without XWayland":
        fix = f"Install XWayland (sudo apt-get install xwayland), log in again, {ELSE}"
    return Finding("display", _bad(there), answer["error"], fix, figures)


def _bad(there: str) -> Any:
    """Without any display nobody expects a window; with one, it is what is wanted."""
    return "warning" if there == "none" else "error"


def _with_windows() -> str:
    """Puts the OpenCV that has windows in the place of those that have none."""
    found = [name for name in NEEDED["cv2"][0] if name in installed()]
    removed = f"{pip.uninstall(*found)} && " if found else ""
    return f"{removed}{pip.install('opencv-python>=5')}"
