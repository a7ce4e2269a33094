"""What OpenCV cannot tell about an X display, asked of libxcb.

Qt, which makes OpenCV's windows on Linux, ends the whole process when the display does
not answer. It connects through libxcb too, so where this connects, Qt will.
"""

from __future__ import annotations

import ctypes
import os
import struct
from ctypes import POINTER, c_char_p, c_int, c_uint8, c_uint16, c_uint32, c_void_p
from functools import cache

from livestyle.errors import DisplayError

ADVICE = "Run where there is a screen, or with --no-window."

# Numbers of the X protocol.
_WM_NAME, _ANY_TYPE = 39, 0
_EVENT_MASK, _STRUCTURE_NOTIFY = 0x800, 0x20000
_KEYS = slice(2, 10)  # the words of an answer that have a bit for each key
_EXPOSE, _DESTROY_NOTIFY, _MAP_NOTIFY = 12, 17, 19


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
        self._xcb = _load()
        number = c_int()
        self._connection = self._xcb.xcb_connect(name.encode(), number)
        if self._xcb.xcb_connection_has_error(self._connection):
            self.close()
            raise DisplayError(f"the display '{name}' does not answer", hint=ADVICE)
        screen = self._screen(number.value)
        self._root = int(screen.root)
        self.size_wh = (int(screen.width), int(screen.height))
        self._before = self._children()
        self._window = 0
        self._keymap: _Cookie | None = None  # what was asked for with the last picture

    def has_window_manager(self) -> bool:
        """Whether anybody there fulfils a wish for full screen."""
        atom = self._atom(b"_NET_SUPPORTING_WM_CHECK")
        return atom != 0 and self._property(self._root, atom) != b""

    def adopt(self, title: str) -> None:
        """Looks after a window that was made after this connection.

        Without a window manager it is a child of the root; elsewhere it is not found.
        """
        wanted = title.encode()
        for window in self._children() - self._before:
            if self._property(window, _WM_NAME) == wanted:
                self._window = window
                mask = c_uint32(_STRUCTURE_NOTIFY)
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
        gone = False
        while event := self._xcb.xcb_poll_for_event(self._connection):
            kind, window = event[0] & 0x7F, event[2]
            gone = gone or (kind == _DESTROY_NOTIFY and window == self._window)
            _free(event)
        return gone

    def has_key_down(self) -> bool:
        """Whether a key was down at the call before this one.

        The answer to each question is read with the next one: nobody waits for it.
        """
        asked, self._keymap = self._keymap, self._xcb.xcb_query_keymap(self._connection)
        self._xcb.xcb_flush(self._connection)
        if asked is None:
            return False
        reply = self._xcb.xcb_query_keymap_reply(self._connection, asked, None)
        down = bool(reply) and any(reply[_KEYS])
        _free(reply)
        return down

    def close(self) -> None:
        """Ends the connection. Safe to call twice."""
        if self._connection:
            self._xcb.xcb_disconnect(self._connection)
            self._connection = None

    def _screen(self, number: int) -> _Screen:
        roots = self._xcb.xcb_setup_roots_iterator(
            self._xcb.xcb_get_setup(self._connection)
        )
        for _ in range(number):
            self._xcb.xcb_screen_next(roots)
        screen: _Screen = roots.data.contents
        return screen

    def _atom(self, name: bytes) -> int:
        cookie = self._xcb.xcb_intern_atom(self._connection, True, len(name), name)
        reply = self._xcb.xcb_intern_atom_reply(self._connection, cookie, None)
        atom = int(reply[2]) if reply else 0
        _free(reply)
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
        _free(reply)
        return value

    def _children(self) -> set[int]:
        cookie = self._xcb.xcb_query_tree(self._connection, self._root)
        reply = self._xcb.xcb_query_tree_reply(self._connection, cookie, None)
        if not reply:
            return set()
        count = self._xcb.xcb_query_tree_children_length(reply)
        children = self._xcb.xcb_query_tree_children(reply)[:count]
        _free(reply)
        return set(children)


class _Screen(ctypes.Structure):
    _fields_ = (
        ("root", c_uint32),
        ("not_needed", c_uint32 * 4),
        ("width", c_uint16),
        ("height", c_uint16),
    )


class _Screens(ctypes.Structure):
    _fields_ = (("data", POINTER(_Screen)), ("rem", c_int), ("index", c_int))


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", c_uint32),)


# Each function's result and arguments; the first of them is the connection.
_SIGNATURES = {
    "xcb_connect": (c_void_p, (c_char_p, POINTER(c_int))),
    "xcb_connection_has_error": (c_int, (c_void_p,)),
    "xcb_disconnect": (None, (c_void_p,)),
    "xcb_flush": (c_int, (c_void_p,)),
    "xcb_get_setup": (c_void_p, (c_void_p,)),
    "xcb_setup_roots_iterator": (_Screens, (c_void_p,)),
    "xcb_screen_next": (None, (POINTER(_Screens),)),
    "xcb_intern_atom": (_Cookie, (c_void_p, c_uint8, c_uint16, c_char_p)),
    "xcb_intern_atom_reply": (POINTER(c_uint32), (c_void_p, _Cookie, c_void_p)),
    "xcb_get_property": (_Cookie, (c_void_p, c_uint8, *(c_uint32,) * 5)),
    "xcb_get_property_reply": (c_void_p, (c_void_p, _Cookie, c_void_p)),
    "xcb_get_property_value": (c_void_p, (c_void_p,)),
    "xcb_get_property_value_length": (c_int, (c_void_p,)),
    "xcb_query_tree": (_Cookie, (c_void_p, c_uint32)),
    "xcb_query_tree_reply": (c_void_p, (c_void_p, _Cookie, c_void_p)),
    "xcb_query_tree_children": (POINTER(c_uint32), (c_void_p,)),
    "xcb_query_tree_children_length": (c_int, (c_void_p,)),
    "xcb_change_window_attributes": (
        _Cookie,
        (c_void_p, c_uint32, c_uint32, POINTER(c_uint32)),
    ),
    "xcb_query_keymap": (_Cookie, (c_void_p,)),
    "xcb_query_keymap_reply": (POINTER(c_uint32), (c_void_p, _Cookie, c_void_p)),
    "xcb_send_event": (_Cookie, (c_void_p, c_uint8, c_uint32, c_uint32, c_char_p)),
    "xcb_poll_for_event": (POINTER(c_uint32), (c_void_p,)),
}


def _load() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        raise DisplayError(
            f"the library for X displays does not load ({error})",
            hint="Install libxcb1 (Debian, Ubuntu) or libxcb, or use --no-window.",
        ) from error
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


@cache
def _c() -> ctypes.CDLL:
    library = ctypes.CDLL(None)
    library.free.restype, library.free.argtypes = None, (c_void_p,)
    return library


def _free(reply: object) -> None:
    """Gives back what libxcb allocated; nothing where it gave nothing."""
    _c().free(reply)
