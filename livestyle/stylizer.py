"""From a frame to its painted frame, as the controls say."""

from __future__ import annotations

import cv2
import numpy as np

from livestyle.controls import Controls
from livestyle.errors import UnknownStyleError
from livestyle.frame import Frame, Pixels
from livestyle.mix import Mix, paint_share
from livestyle.model import Painter


class Stylizer:
    """Paints frames by the controls: style, strength, on or off, mirror.

    Args:
        painter: what paints.
        controls: read at every frame; `controls.style` is one of `painter.names`.
    """

    def __init__(self, painter: Painter, controls: Controls) -> None:
        self.painter = painter
        self.controls = controls
        self._mix = Mix(painter.identity)
        self._before: float | None = None  # when the frame before this one was captured
        self._vectors = {name: painter.embedding(name) for name in painter.names}

    @classmethod
    def of_style(cls, painter: Painter, style: str, strength: float = 1.0) -> Stylizer:
        """A stylizer that paints one style, for pictures and files.

        Raises:
            UnknownStyleError: the painter has no such style.
        """
        if style not in painter.names:
            raise UnknownStyleError(style, painter.names)
        index = painter.names.index(style)
        return cls(painter, Controls(painter.names, index=index, strength=strength))

    def __call__(self, frame: Frame) -> Frame:
        """A frame of the same size and moment.

        At strength 0, or with the painting switched off, it is the camera's picture
        exactly (mirrored, if the controls say so).

        Raises:
            PictureError, ModelError: the frame cannot be painted.
        """
        pixels = frame.pixels
        if self.controls.mirror:
            pixels = np.asarray(cv2.flip(pixels, 1), np.uint8)
        # The wish came after the frame before: a fade that began only now would show
        # the old style once more, which at a low rate looks like a key that is stuck.
        # Also while nothing is painted: switching it on again shall not fade.
        since = frame.captured if self._before is None else self._before
        self._mix.go(self._vectors[self.controls.style], since)
        self._before = frame.captured
        if self.controls.stylizing and self.controls.strength > 0:
            pixels = self._paint(pixels, frame.captured)
        return frame.with_pixels(pixels)

    def _paint(self, pixels: Pixels, now: float) -> Pixels:
        strength = self.controls.strength
        pastiche = self.painter.paint(pixels, self._mix.at(now, strength))
        share = paint_share(strength)
        if share == 1:
            return pastiche
        blended = cv2.addWeighted(pastiche, share, pixels, 1 - share, 0)
        return np.asarray(blended, np.uint8)
