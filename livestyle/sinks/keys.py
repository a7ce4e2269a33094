"""Keys in the order in which they were typed, by the names that `commands` uses."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Container, Iterable

import cv2

from livestyle.keysyms import CONTROL, LAYOUTS, Press, keysym
from livestyle.qt import find_pump
from livestyle.x11 import XDisplay

# OpenCV sleeps whenever it is asked. Where the display tells of keys, it is asked when
# there is one; and so often, in seconds, for those that the display may not tell of.
_ASKING = 0.5

# What `waitKeyEx` gives for keys without a character: X11's keysyms (Qt and GTK, also
# from the keypad without NumLock), Windows' virtual keys, macOS' function keys.
_NAMES = {
    **dict.fromkeys((0xFF51, 0xFF96, 0x250000, 0xF702), "left"),
    **dict.fromkeys((0xFF52, 0xFF97, 0x260000, 0xF700), "up"),
    **dict.fromkeys((0xFF53, 0xFF98, 0x270000, 0xF703), "right"),
    **dict.fromkeys((0xFF54, 0xFF99, 0x280000, 0xF701), "down"),
    **dict.fromkeys((0x1B, 0xFF1B), "escape"),
    0x20: "space",
}


class Keys:
    """What is typed in the windows of OpenCV.

    Of all keys that came while nobody asked, as during a painting, OpenCV's Qt tells
    the newest alone. The X display tells them all, but not in which of its layouts the
    keyboard is: that is found by the key that both tell of.

    Args:
        display: of X11, None where there is none; OpenCV's word alone counts then.
        repeating: the names of keys that count again and again while they are held.
            Without a display, all of them do.
    """

    def __init__(
        self, display: XDisplay | None, repeating: Container[str] = ()
    ) -> None:
        self._display = display
        self._repeating = repeating
        self._pressed: list[Press] = []  # what OpenCV has yet to tell of
        self._last: str | None = None  # given, and told of by both
        self._untold = 0  # those of them that OpenCV has been asked for once
        self._typed: deque[str] = deque()
        # Where a display tells of its keys, the window can be drawn without OpenCV.
        self._pump = find_pump() if display is not None else None
        self._asked = 0.0

    def next(self, wait_ms: int) -> str | None:
        """The key that was typed first of those not yet given, None without one.

        The window draws itself in here, unless there is a key to give already.

        Args:
            wait_ms: how long to wait for a key at most, at least 1.
        """
        if not self._typed:
            self._ask(max(1, wait_ms))
        return self._typed.popleft() if self._typed else None

    def _ask(self, wait_ms: int) -> None:
        if self._display is not None:
            self._hear(self._display.presses())
        heard = len(self._pressed)
        now = time.monotonic()
        if self._pump and wait_ms == 1 and not heard and now - self._asked < _ASKING:
            self._pump()  # a key that comes within waits in OpenCV for the next call
            return
        self._asked = now
        code = cv2.waitKeyEx(wait_ms)
        if code == -1:
            # What Qt has been asked for twice it keeps for itself; at the first time it
            # may not have seen it yet.
            del self._pressed[: self._untold]
            self._untold = len(self._pressed)
            return
        self._untold = 0
        if self._display is not None:
            self._hear(self._display.presses(all=True))
        told = key_name(code)
        self._typed.extend(self._up_to(told, heard))

    def _hear(self, pressed: Iterable[Press]) -> None:
        # OpenCV leaves out what is typed with control as well.
        self._pressed += [press for press in pressed if not press.state & CONTROL]

    def _up_to(self, told: str | None, heard: int) -> list[str]:
        """The keys that went down up to the one that OpenCV tells of.

        Args:
            told: its name, None for a key without one.
            heard: how many of those that went down were there before OpenCV was asked:
                it tells of the last of them or of a later one.
        """
        for end in range(max(1, heard), len(self._pressed) + 1):
            presses = self._pressed[:end]
            layouts = [n for n in LAYOUTS if self._name(presses[-1], n) == told]
            if layouts:
                del self._pressed[:end]
                self._last = told
                return [n for press in presses for n in self._sure(press, layouts)]
        # Of several in one moment OpenCV may tell one that has been given already.
        late = not self._pressed and told == self._last
        self._pressed.clear()
        self._last = None
        return [] if told is None or late else [told]

    def _sure(self, press: Press, layouts: Iterable[int]) -> set[str]:
        """The name of a key, if it counts and has the same one in all these layouts."""
        names = {self._name(press, layout) for layout in layouts}
        if len(names) > 1:
            return set()
        held = press.repeated
        return {n for n in names if n and not (held and n not in self._repeating)}

    def _name(self, press: Press, layout: int) -> str | None:
        assert self._display is not None  # who else told of a press
        return key_name(keysym(press, self._display.keysyms(press.keycode), layout))


def key_name(code: int) -> str | None:
    """The name of a key for what `cv2.waitKeyEx` returned; None for none or unknown."""
    if code in _NAMES:
        return _NAMES[code]
    # GTK tells shift, NumLock and their like in the bits above.
    code &= 0xFFFF
    if code in _NAMES:
        return _NAMES[code]
    return chr(code).lower() if 0x20 < code < 0x7F else None
