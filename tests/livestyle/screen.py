"""A screen that exists only in memory, with keys to press and a picture to look at."""

from __future__ import annotations

import ctypes
import os
import shutil
import struct
import subprocess
import time
from ctypes import c_char_p, c_uint8, c_uint16, c_uint32, c_void_p
from pathlib import Path

import numpy as np

from livestyle.frame import Pixels

# What xdotool calls the keys that `livestyle.commands` names otherwise.
_XDOTOOL = {
    "+": "plus",
    "-": "minus",
    "=": "equal",
    "?": "question",
    "/": "slash",
    ".": "period",
    ",": "comma",
    "escape": "Escape",
    "left": "Left",
    "right": "Right",
    "up": "Up",
    "down": "Down",
}


def missing() -> list[str]:
    """The programs that a screen needs and that are not installed."""
    return [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]


class Screen:
    """An Xvfb on a free display. There is no window manager: give windows the focus.

    Attributes:
        name: the value for DISPLAY, as ":7".
        environ: the environment for a program that is to appear on this screen.
    """

    def __init__(self, folder: Path, size_wh: tuple[int, int] = (1280, 800)) -> None:
        width, height = size_wh
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0"]
        command += [f"{width}x{height}x24", "-fbdir", str(folder)]
        command += ["-nolisten", "tcp", "-noreset"]
        self._server = subprocess.Popen(
            command,
            pass_fds=[writing],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        if not number:
            self.close()
            raise RuntimeError(f"Xvfb did not start: {' '.join(command)}")
        self.name = f":{number}"
        self.environ = {**os.environ, "DISPLAY": self.name}
        self._memory = folder / "Xvfb_screen0"
        self._corner = (width - 1, height - 1)
        self._park_pointer()

    def windows(self, title: str = "livestyle") -> list[int]:
        """The windows of exactly that title, each an X id."""
        found = self._xdotool(
            "search", "--onlyvisible", "--name", f"^{title}$", check=False
        )
        return [int(line) for line in found.split()]

    def wait_for_window(self, title: str = "livestyle", seconds: float = 20) -> int:
        """The window of another process, as soon as it has shown a picture.

        The screen must have been black before.
        """
        found = self._xdotool(
            "search", "--sync", "--onlyvisible", "--name", f"^{title}$", seconds=seconds
        )
        latest = time.monotonic() + seconds
        while not self.picture()[:-20].any():
            if time.monotonic() > latest:
                raise TimeoutError(f"{title} has shown nothing for {seconds} s")
            time.sleep(0.02)
        return int(found.split()[-1])

    def focus(self, window: int) -> None:
        """Lets the window have the keys that follow."""
        self._xdotool("windowfocus", "--sync", str(window))

    def key(self, *names: str) -> None:
        """Presses and releases keys, named as in `livestyle.commands`, at once."""
        # Within one moment of the display's, the same key would be one that is held.
        self._xdotool("key", "--delay", "3", *(_XDOTOOL.get(n, n) for n in names))

    def hold(self, key: str, seconds: float) -> None:
        """Keeps a key down, which the display repeats after 0.66 s."""
        self._xdotool("keydown", key, "sleep", str(seconds), "keyup", key)

    def drag(self, *points: tuple[int, int]) -> None:
        """Moves the pointer to the first point, and with the button held to the rest.

        Points are pixels of the screen: column, row. Afterwards the pointer rests in
        the corner, where it hides nothing.
        """
        for number, (x, y) in enumerate(points):
            self._xdotool("mousemove", "--sync", str(x), str(y))
            if number == 0:
                self._xdotool("mousedown", "1")
        self._xdotool("mouseup", "1")
        self._park_pointer()

    def click(self, x: int, y: int) -> None:
        """Presses and releases the left button at a pixel of the screen."""
        self.drag((x, y))

    def destroy(self, window: int) -> None:
        """Takes a window away without asking the program that it belongs to."""
        self._xdotool("windowclose", str(window))

    def press_close_button(self, window: int) -> None:
        """Sends what a window manager sends when somebody clicks on the cross."""
        x = ctypes.CDLL("libxcb.so.1")
        x.xcb_connect.restype = c_void_p
        x.xcb_connect.argtypes = [c_char_p, c_void_p]
        x.xcb_send_event.argtypes = [c_void_p, c_uint8, c_uint32, c_uint32, c_char_p]
        x.xcb_disconnect.argtypes = [c_void_p]
        connection = x.xcb_connect(self.name.encode(), None)
        protocols = _atom(x, connection, b"WM_PROTOCOLS")
        delete = _atom(x, connection, b"WM_DELETE_WINDOW")
        event = struct.pack("=BBHII5I", 33, 32, 0, window, protocols, delete, *[0] * 4)
        x.xcb_send_event(connection, False, window, 0, event)
        # An answer to a later request: the server has seen the event before we leave.
        _atom(x, connection, b"WM_PROTOCOLS")
        x.xcb_disconnect(connection)

    def picture(self) -> Pixels:
        """What is on the screen now: BGR uint8, shape (height, width, 3).

        Xvfb keeps its screen in a file of the format "X window dump": a header of
        big-endian words, a table of colours, then the rows.
        """
        dump = self._memory.read_bytes()
        header = struct.unpack(">25I", dump[:100])
        width, height, stride = header[4], header[5], header[12]
        start = header[0] + 12 * header[19]
        rows = np.frombuffer(dump, np.uint8, stride * height, start)
        return rows.reshape(height, stride // 4, 4)[:, :width, :3].copy()

    def close(self) -> None:
        """Ends the X server."""
        self._server.terminate()
        self._server.wait(10)

    def _park_pointer(self) -> None:
        self._xdotool("mousemove", *map(str, self._corner))

    def _xdotool(self, *words: str, check: bool = True, seconds: float = 20) -> str:
        done = subprocess.run(
            ["xdotool", *words],
            env=self.environ,
            stdout=subprocess.PIPE,
            check=check,
            text=True,
            timeout=seconds,
        )
        return done.stdout


def _atom(x: ctypes.CDLL, connection: int, name: bytes) -> int:
    x.xcb_intern_atom.restype = c_uint32
    x.xcb_intern_atom.argtypes = [c_void_p, c_uint8, c_uint16, c_char_p]
    x.xcb_intern_atom_reply.restype = ctypes.POINTER(c_uint32)
    x.xcb_intern_atom_reply.argtypes = [c_void_p, c_uint32, c_void_p]
    cookie = x.xcb_intern_atom(connection, False, len(name), name)
    return int(x.xcb_intern_atom_reply(connection, cookie, None)[2])
