"""libxcb by ctypes: what is used of it, with results and arguments."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_uint8, c_uint16, c_uint32, c_void_p

from livestyle.errors import DisplayError


class Screen(ctypes.Structure):
    """The beginning of `xcb_screen_t`; the size is in pixels."""

    _fields_ = (
        ("root", c_uint32),
        ("not_needed", c_uint32 * 4),
        ("width", c_uint16),
        ("height", c_uint16),
    )


class Screens(ctypes.Structure):
    """`xcb_screen_iterator_t`."""

    _fields_ = (("data", POINTER(Screen)), ("rem", c_int), ("index", c_int))


class Cookie(ctypes.Structure):
    """What every request gives, and its reply is asked for with."""

    _fields_ = (("sequence", c_uint32),)


# Each function's result and arguments; the first of them is the connection.
SIGNATURES = {
    "xcb_connect": (c_void_p, (c_char_p, POINTER(c_int))),
    "xcb_connection_has_error": (c_int, (c_void_p,)),
    "xcb_disconnect": (None, (c_void_p,)),
    "xcb_flush": (c_int, (c_void_p,)),
    "xcb_get_setup": (c_void_p, (c_void_p,)),
    "xcb_setup_roots_iterator": (Screens, (c_void_p,)),
    "xcb_screen_next": (None, (POINTER(Screens),)),
    "xcb_intern_atom": (Cookie, (c_void_p, c_uint8, c_uint16, c_char_p)),
    "xcb_intern_atom_reply": (POINTER(c_uint32), (c_void_p, Cookie, c_void_p)),
    "xcb_get_property": (Cookie, (c_void_p, c_uint8, *(c_uint32,) * 5)),
    "xcb_get_property_reply": (c_void_p, (c_void_p, Cookie, c_void_p)),
    "xcb_get_property_value": (c_void_p, (c_void_p,)),
    "xcb_get_property_value_length": (c_int, (c_void_p,)),
    "xcb_query_tree": (Cookie, (c_void_p, c_uint32)),
    "xcb_query_tree_reply": (c_void_p, (c_void_p, Cookie, c_void_p)),
    "xcb_query_tree_children": (POINTER(c_uint32), (c_void_p,)),
    "xcb_query_tree_children_length": (c_int, (c_void_p,)),
    "xcb_change_window_attributes": (
        Cookie,
        (c_void_p, c_uint32, c_uint32, POINTER(c_uint32)),
    ),
    "xcb_get_keyboard_mapping": (Cookie, (c_void_p, c_uint8, c_uint8)),
    "xcb_get_keyboard_mapping_reply": (c_void_p, (c_void_p, Cookie, c_void_p)),
    "xcb_get_keyboard_mapping_keysyms": (POINTER(c_uint32), (c_void_p,)),
    "xcb_get_keyboard_mapping_keysyms_length": (c_int, (c_void_p,)),
    "xcb_send_event": (Cookie, (c_void_p, c_uint8, c_uint32, c_uint32, c_char_p)),
    "xcb_poll_for_event": (POINTER(c_uint32), (c_void_p,)),
}


def load() -> ctypes.CDLL:
    """The library with its signatures.

    Raises:
        DisplayError: it is not installed.
    """
    try:
        library = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        raise DisplayError(
            f"the library for X displays does not load ({error})",
            hint="Install libxcb1 (Debian, Ubuntu) or libxcb, or use --no-window.",
        ) from error
    for name, (result, arguments) in SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def free(reply: object) -> None:
    """Gives back what libxcb allocated; nothing where it gave nothing."""
    give_back = ctypes.CDLL(None).free
    give_back.restype, give_back.argtypes = None, (c_void_p,)
    give_back(reply)
