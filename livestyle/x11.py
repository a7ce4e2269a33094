"""What OpenCV cannot tell about an X display, asked of libxcb.

Qt, which makes OpenCV's windows on Linux, ends the whole process when the display does
not answer. It connects through libxcb too, so where this connects, Qt will.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable, Iterator
from ctypes import c_int, c_uint32

from livestyle.errors import DisplayError
from livestyle.keysyms import Press
from livestyle.xcb import Screen, free, load

ADVICE = "Run where there is a screen, or with --no-window."

# Numbers of the X protocol.
_WM_NAME, _ANY_TYPE = 39, 0
_EVENT_MASK, _KEYS, _STRUCTURE_NOTIFY = 0x800, 0x3, 0x20000
_KEY_PRESS, _KEY_RELEASE = 2, 3
_EXPOSE, _DESTROY_NOTIFY, _MAP_NOTIFY, _MAPPING_NOTIFY = 12, 17, 19, 34

# A window manager puts a window into a frame, at times with one more in between.
_FRAMES = 2


class XDisplay:
    """A connection of our own to the display that Qt will use.

    Attributes:
        size_wh: width and height of the screen in pixels.

    Raises:
        DisplayError: there is no such display, or it refuses us.
    """

    def __init__(self) -> None:
        name = os.environ.get("DISPLAY", "")
        if not name:
            raise DisplayError("there is no display: DISPLAY is not set", hint=ADVICE)
        self._xcb = load()
        number = c_int()
        self._connection = self._xcb.xcb_connect(name.encode(), number)
        if self._xcb.xcb_connection_has_error(self._connection):
            self.close()
            raise DisplayError(f"the display '{name}' does not answer", hint=ADVICE)
        screen = self._screen(number.value)
        self._root = int(screen.root)
        self.size_wh = (int(screen.width), int(screen.height))
        self._before = self._children(self._root)
        self._window = 0
        self._gone = False
        self._pressed: list[Press] = []
        self._down: set[int] = set()
        self._released = (0, 0)  # which key was, and when
        self._keysyms: dict[int, tuple[int, ...]] = {}

    def has_window_manager(self) -> bool:
        """Whether anybody there fulfils a wish for full screen."""
        atom = self._atom(b"_NET_SUPPORTING_WM_CHECK")
        return atom != 0 and self._property(self._root, atom) != b""

    def adopt(self, title: str, *, watched: bool = True) -> None:
        """Looks after a window that was made after this connection.

        Args:
            title: of the window.
            watched: whether `is_gone` is to tell of it; its keys always are told.
        """
        wanted = title.encode()
        mask = c_uint32(_KEYS | (_STRUCTURE_NOTIFY if watched else 0))
        made = self._children(self._root) - self._before
        for window in self._within(made, _FRAMES):
            if self._property(window, _WM_NAME) == wanted:
                self._window = window
                self._xcb.xcb_change_window_attributes(
                    self._connection, window, _EVENT_MASK, mask
                )
                self._xcb.xcb_flush(self._connection)

    def announce(self) -> None:
        """Tells the program once more that the adopted window has come up.

        Without a window manager one Qt program in thirty misses the first telling, and
        would never paint. Telling it twice does no harm.
        """
        if not self._window:
            return
        mapped = struct.pack(
            "=BxHIIB19x", _MAP_NOTIFY, 0, self._window, self._window, 0
        )
        exposed = struct.pack(
            "=BxHIHHHHH14x", _EXPOSE, 0, self._window, 0, 0, *self.size_wh, 0
        )
        for event in (mapped, exposed):
            self._xcb.xcb_send_event(self._connection, False, self._window, 0, event)
        self._xcb.xcb_flush(self._connection)

    def is_gone(self) -> bool:
        """Whether the adopted window was destroyed, which Qt does not notice."""
        self._receive()
        return self._gone

    def presses(self, *, all: bool = False) -> list[Press]:
        """The keys that went down in the adopted window since the last call, in order.

        Args:
            all: make sure that none is missing which the window may have heard of.
        """
        if all:
            # What happened before an answer has come with it.
            self._atom(b"WM_NAME")
        self._receive()
        pressed, self._pressed = self._pressed, []
        return pressed

    def keysyms(self, keycode: int) -> tuple[int, ...]:
        """What a key means: plain and with shift, in the first layout, then the second.

        Args:
            keycode: of a `Press`.
        """
        if keycode not in self._keysyms:
            self._keysyms[keycode] = self._mapping(keycode)
        return self._keysyms[keycode]

    def close(self) -> None:
        """Ends the connection. Safe to call twice."""
        if self._connection:
            self._xcb.xcb_disconnect(self._connection)
            self._connection = None

    def _receive(self) -> None:
        """Takes what the display has told meanwhile."""
        while event := self._xcb.xcb_poll_for_event(self._connection):
            kind = event[0] & 0x7F
            keycode, moment = event[0] >> 8 & 0xFF, event[1]
            if kind == _KEY_PRESS:
                # A held key is released and pressed again at one moment.
                held = (keycode, moment) == self._released
                self._pressed.append(Press(keycode, event[7] & 0xFFFF, held))
                self._down.add(keycode)
            elif kind == _KEY_RELEASE and keycode in self._down:
                self._released = keycode, moment
                self._down.remove(keycode)
            elif kind == _MAPPING_NOTIFY:
                self._keysyms.clear()
            elif kind == _DESTROY_NOTIFY and event[2] == self._window:
                self._gone = True
            free(event)

    def _mapping(self, keycode: int) -> tuple[int, ...]:
        cookie = self._xcb.xcb_get_keyboard_mapping(self._connection, keycode, 1)
        reply = self._xcb.xcb_get_keyboard_mapping_reply(self._connection, cookie, None)
        if not reply:
            return ()
        count = self._xcb.xcb_get_keyboard_mapping_keysyms_length(reply)
        keysyms = self._xcb.xcb_get_keyboard_mapping_keysyms(reply)[:count]
        free(reply)
        return tuple(keysyms)

    def _screen(self, number: int) -> Screen:
        roots = self._xcb.xcb_setup_roots_iterator(
            self._xcb.xcb_get_setup(self._connection)
        )
        for _ in range(number):
            self._xcb.xcb_screen_next(roots)
        screen: Screen = roots.data.contents
        return screen

    def _atom(self, name: bytes) -> int:
        cookie = self._xcb.xcb_intern_atom(self._connection, True, len(name), name)
        reply = self._xcb.xcb_intern_atom_reply(self._connection, cookie, None)
        atom = int(reply[2]) if reply else 0
        free(reply)
        return atom

    def _property(self, window: int, atom: int) -> bytes:
        cookie = self._xcb.xcb_get_property(
            self._connection, False, window, atom, _ANY_TYPE, 0, 64
        )
        reply = self._xcb.xcb_get_property_reply(self._connection, cookie, None)
        if not reply:
            return b""
        value = ctypes.string_at(
            self._xcb.xcb_get_property_value(reply),
            self._xcb.xcb_get_property_value_length(reply),
        )
        free(reply)
        return value

    def _within(self, windows: Iterable[int], depth: int) -> Iterator[int]:
        """Windows and what is in them, the outer before the inner ones."""
        for window in windows:
            yield window
            if depth:
                yield from self._within(self._children(window), depth - 1)

    def _children(self, window: int) -> set[int]:
        cookie = self._xcb.xcb_query_tree(self._connection, window)
        reply = self._xcb.xcb_query_tree_reply(self._connection, cookie, None)
        if not reply:
            return set()
        count = self._xcb.xcb_query_tree_children_length(reply)
        children = self._xcb.xcb_query_tree_children(reply)[:count]
        free(reply)
        return set(children)
