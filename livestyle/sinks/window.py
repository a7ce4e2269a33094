"""The window on the screen, with the keys and the mouse that are used in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Container
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np

from livestyle.errors import DisplayError
from livestyle.frame import Frame, Pixels
from livestyle.mouse import Mouse, Pointer
from livestyle.sinks.keys import Keys
from livestyle.x11 import ADVICE, XDisplay

# For so many first frames a bare X display says that the window is there.
_ANNOUNCEMENTS = 30

# A window squeezed to a line must not ask for endless black bars.
_LONGEST_BARS = 8


class Window:
    """A sink that shows frames, resizable, with black bars where the shapes differ.

    It belongs to the thread that made it, which must be the main one.

    Args:
        title: what is written on the window's frame.
        size_wh: the first width and height in pixels; None takes those of the first
            picture.
        decorate: turns a frame into what is shown, for example with the overlay on
            it. It must not write to the frame's pixels.
        repeating: the names of keys that count again and again while they are held.

    Raises:
        DisplayError: there is no screen to show it on.
    """

    def __init__(
        self,
        title: str = "livestyle",
        size_wh: tuple[int, int] | None = None,
        decorate: Callable[[Frame], Pixels] | None = None,
        repeating: Container[str] = (),
    ) -> None:
        self._title = title
        self._decorate = decorate or (lambda frame: frame.pixels)
        self._size_wh = size_wh
        self._fullscreen = False
        self._rect_before = (0, 0, 0, 0)
        self._pointer = Pointer()
        self._closed = False
        self._leaving = False
        self._display = _connect()
        self._managed = self._display is None or self._display.has_window_manager()
        self._unannounced = 0 if self._managed else _ANNOUNCEMENTS
        self._open()
        self._keys = Keys(self._display, repeating)

    def write(self, frame: Frame) -> None:
        """Shows a frame. Once the window is closed this does nothing."""
        if self._is_closed():
            return
        if self._size_wh is None:
            self._size_wh = (frame.width, frame.height)
            cv2.resizeWindow(self._title, self._size_wh)
        picture = self._decorate(frame)
        shown = boxed(picture, self._rect()[2:])
        height, width = picture.shape[:2]
        left, top = (shown.shape[1] - width) // 2, (shown.shape[0] - height) // 2
        self._pointer.frame(left, top, width, height)
        cv2.imshow(self._title, shown)
        if self._display is not None and self._unannounced > 0:
            self._unannounced -= 1
            self._display.announce()

    def read_key(self, wait_ms: int = 1) -> str | None:
        """The next key that was pressed, by the names that `commands` uses.

        The window draws itself in here only, so call it after every `write`, and until
        there are no more keys.

        Args:
            wait_ms: how long to wait for a key at most, at least 1.

        Returns:
            None without a key; "escape", once, when the person has closed the window.
        """
        key = None if self._closed else self._keys.next(wait_ms)
        if self._is_closed() and self._leaving:
            self._leaving = False
            return "escape"
        return key

    def read_mouse(self) -> Mouse | None:
        """What the mouse did until the last `read_key`, None when that was all."""
        return self._pointer.next()

    def fullscreen(self, on: bool) -> None:
        """Fills the screen, or goes back to a window. Cheap if nothing changes."""
        if on == self._fullscreen or self._is_closed():
            return
        self._fullscreen = on
        if self._display is None or self._managed:
            state = cv2.WINDOW_FULLSCREEN if on else cv2.WINDOW_NORMAL
            cv2.setWindowProperty(self._title, cv2.WND_PROP_FULLSCREEN, state)
        elif on:
            self._rect_before = self._rect()
            self._place(0, 0, *self._display.size_wh)
        else:
            self._place(*self._rect_before)

    def close(self) -> None:
        """Takes the window from the screen. Safe to call twice."""
        if not self._closed:
            self._closed = True
            # A window that the person has closed is unknown by now.
            with suppress(cv2.error):
                cv2.destroyWindow(self._title)
        if self._display is not None:
            self._display.close()
            self._display = None

    def _open(self) -> None:
        kind = cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL
        try:
            cv2.namedWindow(self._title, kind)
            cv2.setMouseCallback(self._title, self._pointer.see)
        except cv2.error as error:
            raise DisplayError(
                f"OpenCV cannot make a window ({' '.join(str(error).split())})",
                hint=ADVICE,
            ) from error
        if self._size_wh is not None:
            cv2.resizeWindow(self._title, self._size_wh)
        if self._display is not None:
            # With a window manager Qt itself hears of the window's end.
            self._display.adopt(self._title, watched=not self._managed)

    def _is_closed(self) -> bool:
        """Notices that somebody has closed the window, before OpenCV makes it anew."""
        if not self._closed and not self._is_visible():
            self._leaving = True
            self.close()
        return self._closed

    def _is_visible(self) -> bool:
        if self._display is not None and self._display.is_gone():
            return False
        try:
            return cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) >= 1
        except cv2.error:
            # With its last window OpenCV 5 puts away what would answer.
            return False

    def _rect(self) -> tuple[int, int, int, int]:
        left, top, width, height = cv2.getWindowImageRect(self._title)
        return left, top, width, height

    def _place(self, left: int, top: int, width: int, height: int) -> None:
        cv2.moveWindow(self._title, left, top)
        cv2.resizeWindow(self._title, width, height)


def boxed(picture: Pixels, size_wh: tuple[int, int]) -> Pixels:
    """The picture between black bars, in the shape of a window of that size.

    Args:
        picture: BGR uint8, shape (H, W, 3).
        size_wh: only its proportion counts; with a side of 0 or less there are no bars.

    Returns:
        At least as high and wide as the picture; the same array if nothing is missing.
    """
    height, width = picture.shape[:2]
    if min(size_wh) <= 0:
        return picture
    wide = min(round(height * size_wh[0] / size_wh[1]), _LONGEST_BARS * width) - width
    high = min(round(width * size_wh[1] / size_wh[0]), _LONGEST_BARS * height) - height
    if wide <= 0 and high <= 0:
        return picture
    wide, high = max(0, wide), max(0, high)
    box = np.zeros((height + high, width + wide, 3), np.uint8)
    top, left = high // 2, wide // 2
    box[top : top + height, left : left + width] = picture
    return box


def _connect() -> XDisplay | None:
    """Makes sure that a window can come up.

    Returns:
        The display, where it is one of X11 under Qt; otherwise None, and OpenCV raises
        an error by itself if no window comes up.
    """
    framework = cv2.currentUIFramework()
    if not framework:
        raise DisplayError(
            "this build of OpenCV has no windows",
            hint="Put opencv-python in the place of opencv-python-headless, "
            "or use --no-window.",
        )
    linux_qt = framework.startswith("QT") and sys.platform == "linux"
    return XDisplay() if linux_qt and _qt_platform() == "xcb" else None


def _qt_platform() -> str:
    """The plug-in through which Qt will reach a screen.

    A desktop on Wayland may ask every Qt program for a plug-in that the Qt in OpenCV's
    wheel does not bring along, which would end the process. That Qt always has the one
    for X11, and on Wayland XWayland answers it.
    """
    folder = Path(os.environ.get("QT_QPA_PLATFORM_PLUGIN_PATH", "."), "platforms")
    there = {file.stem.removeprefix("libq") for file in folder.glob("libq*.so")}
    wished = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if "xcb" in there and wished not in there:
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        return "xcb"
    only_wayland = "WAYLAND_DISPLAY" in os.environ and "DISPLAY" not in os.environ
    return wished or ("wayland" if only_wayland else "xcb")
