"""Keys of an X keyboard: what went down, and what that means in its layouts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LAYOUTS = (0, 1)  # those that a keyboard has beside each other
CONTROL = 0x4
_SHIFT, _NUM_LOCK = 0x1, 0x10
_KEYPAD = range(0xFF80, 0xFFBE)
_KEYPAD_CHARACTERS = range(0xFFAA, 0xFFBE)  # 0x2A "*" to 0x3D "=", 128 below an 0xFF00


@dataclass(frozen=True)
class Press:
    """A key that went down.

    Attributes:
        keycode: the key's number.
        state: the modifiers that were held, a bit each.
        repeated: whether it had been down before: the keyboard repeats what is held.
    """

    keycode: int
    state: int
    repeated: bool = False


def keysym(press: Press, keysyms: Sequence[int], layout: int) -> int:
    """What a press means, as one of X11's keysyms, 0 for nothing.

    Args:
        press: the key and its modifiers.
        keysyms: of this key, plain and with shift, one layout after the other.
        layout: which of them the keyboard is in.
    """
    plain, shifted = _pair(keysyms, layout)
    shift = bool(press.state & _SHIFT)
    if shifted in _KEYPAD:
        shift ^= bool(press.state & _NUM_LOCK)
    meant = (shifted if shift else plain) or plain
    return meant - 0xFF80 if meant in _KEYPAD_CHARACTERS else meant


def _pair(keysyms: Sequence[int], layout: int) -> tuple[int, int]:
    """A key that a layout does not have is the first one's."""
    plain, shifted = (*keysyms[2 * layout : 2 * layout + 2], 0, 0)[:2]
    if layout and not (plain or shifted):
        return _pair(keysyms, 0)
    return plain, shifted
