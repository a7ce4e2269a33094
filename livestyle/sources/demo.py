"""A moving scene that needs no camera: a portrait, seen by an unquiet hand."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.errors import SourceError
from livestyle.frame import Frame, Pixels

PORTRAIT = Path(__file__).parent.parent / "assets" / "portrait.jpg"
FACE_XY = (0.44, 0.25)  # the middle of the face, in widths and heights of the portrait
SWAY = 0.035  # how far the hand wanders to either side, in widths of the portrait
TURN = math.radians(2.0)  # how far it tilts to either side
ZOOM = (1.08, 1.32)  # farthest and nearest; at 1 the portrait just fills the view


class Demo:
    """The shipped portrait, panned, tilted and zoomed like a hand-held camera.

    Args:
        size_wh: width and height of every frame, in pixels.
        fps: frames/s; the pace follows a schedule, so it does not drift.

    Raises:
        SourceError: a size or a rate that no picture can have.
    """

    name = "demo"
    live = True
    status = ""

    def __init__(
        self, size_wh: tuple[int, int] = (640, 480), fps: float = 30.0
    ) -> None:
        if not all(1 <= side <= 16384 for side in size_wh):
            raise SourceError(
                f"the demo cannot be {size_wh[0]}x{size_wh[1]} pixels",
                hint="Ask for something like --size 640x480.",
            )
        if not 0 < fps <= 1000:
            raise SourceError(
                f"the demo cannot run at {fps:g} frames/s",
                hint="Ask for a rate above 0 and up to 1000.",
            )
        self.size_wh = size_wh
        self.fps = fps
        self._portrait = _load(PORTRAIT)
        self._began: float | None = None
        self._given = 0
        self._closed = Event()

    def picture_at(self, seconds: float) -> Pixels:
        """The scene at one moment: the same moment always gives the same picture.

        Args:
            seconds: since the scene began.

        Returns:
            Shape (height, width, 3), uint8, without any border.
        """
        return cast(
            Pixels,
            cv2.warpAffine(
                self._portrait,
                self._view(seconds),
                self.size_wh,
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                # Half a pixel outside by rounding shows the edge, not black.
                borderMode=cv2.BORDER_REPLICATE,
            ),
        )

    def __iter__(self) -> Iterator[Frame]:
        """Yields frames when they are due; who is late misses some, as with a camera.

        `captured` is `time.monotonic()` when the picture was due or asked for.
        """
        if self._began is None:
            self._began = time.monotonic()
        start = self._began
        tick = int((time.monotonic() - start) * self.fps)
        while not self._closed.wait(start + tick / self.fps - time.monotonic()):
            captured = time.monotonic()
            self._given += 1
            yield Frame(self.picture_at(tick / self.fps), self._given - 1, captured)
            tick = max(tick + 1, int((time.monotonic() - start) * self.fps))

    def close(self) -> None:
        """Ends the iteration at once."""
        self._closed.set()

    def _view(self, seconds: float) -> NDArray[np.float64]:
        """The affine matrix, shape (2, 3), from a frame's pixels to the portrait's."""
        width, height = self.size_wh
        turn = TURN * _drift(seconds, 7.3, 3.1)
        far, near = ZOOM
        zoom = (far + near) / 2 + (near - far) / 2 * _drift(seconds, 11.0, 4.7)
        scale = self._filling() / zoom
        x, y = self._aim(seconds, scale)
        a, b = scale * math.cos(turn), scale * math.sin(turn)
        to_middle = np.array([[a, -b, x], [b, a, y]])
        to_middle[:, 2] -= to_middle[:, :2] @ [(width - 1) / 2, (height - 1) / 2]
        return to_middle

    def _filling(self) -> float:
        """Portrait pixels per frame pixel with which even a tilted frame is filled."""
        width, height = self.size_wh
        rows, columns = _height_width(self._portrait)
        reach_x = width * math.cos(TURN) + height * math.sin(TURN)
        reach_y = height * math.cos(TURN) + width * math.sin(TURN)
        return min((columns - 1) / reach_x, (rows - 1) / reach_y)

    def _aim(self, seconds: float, scale: float) -> tuple[float, float]:
        """The portrait's point in the middle of the frame: the face, if it can be."""
        rows, columns = _height_width(self._portrait)
        drifts = _drift(seconds, 5.9, 2.3), _drift(seconds, 6.7, 2.9)
        aim = []
        for side, view, face, drift in zip(
            (columns, rows), self.size_wh, FACE_XY, drifts, strict=True
        ):
            across = self.size_wh[0] + self.size_wh[1] - view
            half = (view * math.cos(TURN) + across * math.sin(TURN)) * scale / 2
            sway = min(SWAY * columns, (side - 1) / 2 - half)
            middle = np.clip(face * side, half + sway, side - 1 - half - sway)
            aim.append(float(middle) + sway * drift)
        return aim[0], aim[1]


def _drift(seconds: float, slow: float, quick: float) -> float:
    """A smooth wander between -1 and 1: two waves with these periods in seconds."""
    wide = math.sin(math.tau * seconds / slow)
    narrow = math.sin(math.tau * seconds / quick + 1.0)
    return 0.8 * wide + 0.2 * narrow


def _height_width(picture: Pixels) -> tuple[int, int]:
    return int(picture.shape[0]), int(picture.shape[1])


def _load(path: Path) -> Pixels:
    # Not cv2.imread: on Windows it cannot open paths beyond the local code page.
    pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise SourceError(
            f"the demo's portrait '{path}' is broken", hint="Install livestyle again."
        )
    return cast(Pixels, pixels)
