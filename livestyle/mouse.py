"""What the mouse does in the window, in shares of the picture that is shown."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import cv2


@dataclass(frozen=True)
class Mouse:
    """One thing that the mouse did.

    Attributes:
        kind: "click", when the left button goes down within the picture, or "drag",
            when the mouse moves with the button held.
        x: from 0.0 at the picture's left edge to 1.0 at its right one.
        y: from 0.0 at its upper edge to 1.0 at its lower one.
    """

    kind: str
    x: float
    y: float


class Pointer:
    """Takes OpenCV's mouse events and keeps what they mean until somebody asks."""

    def __init__(self) -> None:
        self._waiting: deque[Mouse] = deque()
        self._box = (0, 0, 0, 0)
        self._held = False

    def frame(self, left: int, top: int, width: int, height: int) -> None:
        """Says where the picture is within what the window shows, in its pixels."""
        self._box = (left, top, width, height)

    def see(self, event: int, x: int, y: int, flags: int, _: object = None) -> None:
        """The callback for `cv2.setMouseCallback`."""
        left, top, width, height = self._box
        if not width or not height:
            return
        across, down = (x + 0.5 - left) / width, (y + 0.5 - top) / height
        if event == cv2.EVENT_LBUTTONDOWN:
            self._held = 0 <= across < 1 and 0 <= down < 1
            if self._held:
                self._waiting.append(Mouse("click", across, down))
        elif event == cv2.EVENT_LBUTTONUP:
            self._held = False
        elif event == cv2.EVENT_MOUSEMOVE and self._held:
            # A button that was let go outside of the window told nobody.
            self._held = bool(flags & cv2.EVENT_FLAG_LBUTTON)
            if self._held:
                self._drag(Mouse("drag", _within(across), _within(down)))

    def next(self) -> Mouse | None:
        """What the mouse did, the oldest first, None when there is nothing more."""
        return self._waiting.popleft() if self._waiting else None

    def _drag(self, drag: Mouse) -> None:
        """Of a way only its end counts, however many steps it had."""
        if self._waiting and self._waiting[-1].kind == "drag":
            self._waiting.pop()
        self._waiting.append(drag)


def _within(share: float) -> float:
    return min(1.0, max(0.0, share))
