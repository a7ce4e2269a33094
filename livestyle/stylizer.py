"""From a frame to its painted frame, as the controls say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import cv2
import numpy as np

from livestyle.chroma import Chroma
from livestyle.contract import Embedding
from livestyle.controls import Controls
from livestyle.crossfade import Crossfade
from livestyle.errors import PaintError, UnknownStyleError
from livestyle.frame import Frame, Pixels
from livestyle.mix import Mix, between, way
from livestyle.model import Painter
from livestyle.strokes import Strokes


class Stylizer:
    """Paints frames by the controls: style, blend, strength, colours, strokes, mirror.

    Args:
        painter: what paints.
        controls: read at every frame. While `controls.style` is none of the painter's,
            the one before it goes on.

    Attributes:
        style: what is painted, as `controls` calls it.
    """

    def __init__(self, painter: Painter, controls: Controls) -> None:
        self.controls = controls
        self._chroma = Chroma()
        self._crossfade = Crossfade()
        self._before: float | None = None  # when the frame before this one was captured
        self.use(painter, {name: name for name in painter.names})

    def use(self, painter: Painter, styles: Mapping[str, str]) -> None:
        """Paints with another painter from the next frame on.

        The last painted picture fades into its pictures, for as long as the controls
        wish a change of style to take.

        Args:
            painter: what paints.
            styles: its styles' names on its card, by those that `controls` has.
        """
        if self._before is not None:
            self._crossfade.begin(self._before, self.controls.fade)
        self.painter = painter
        self._mix = Mix(painter.identity)
        self._strokes = Strokes(painter.paint)
        self._vectors = {ours: painter.embedding(its) for ours, its in styles.items()}
        chosen = self.controls.style
        self.style = chosen if chosen in styles else next(iter(styles))

    @property
    def vectors(self) -> Mapping[str, Embedding]:
        """The styles that the painter of this moment has, as `controls` calls them."""
        return self._vectors

    @property
    def blended(self) -> str | None:
        """The style that is blended in; only styles of one painter can be."""
        second = self.controls.blended
        return second if second in self._vectors else None

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
        """A frame of the same size and moment, with what it was painted from.

        At strength 0, or with the painting switched off, it is the camera's picture
        exactly (mirrored, if the controls say so).

        Raises:
            PictureError, ModelError: the frame cannot be painted.
        """
        pixels = frame.pixels
        if self.controls.mirror:
            pixels = np.asarray(cv2.flip(pixels, 1), np.uint8)
        content = pixels
        # The wish came after the frame before: a fade that began only now would show
        # the old style once more, which at a low rate looks like a key that is stuck.
        # Also while nothing is painted: switching it on again shall not fade.
        since = frame.captured if self._before is None else self._before
        # Read once: keys may change it while this goes on.
        if (wanted := self.controls.style) in self._vectors:
            self.style = wanted
        self._mix.go(self._wished(), since, self.controls.fade)
        self._before = frame.captured
        if self.controls.stylizing and self.controls.strength > 0:
            painted = self._paint(pixels, frame.captured)
            pixels = self._crossfade.over(painted, frame.captured)
        else:
            self._crossfade.end()
        return replace(frame, pixels=pixels, content=content)

    def _wished(self) -> Embedding:
        """The style, or the blend, that the controls wish for."""
        style, second = self._vectors[self.style], self.blended
        if second is None:
            return style
        return between(style, self._vectors[second], self.controls.weight)

    def _paint(self, pixels: Pixels, now: float) -> Pixels:
        controls = self.controls
        along, share = way(
            controls.strength, self.painter.card.losses.get("identity", 0)
        )
        if self.painter.blends:  # its identity has all the detail
            along, share = controls.strength, 1.0
        embedding = self._mix.at(now, along)
        pastiche = self._stroke(pixels, embedding)
        if controls.keep_colours:
            self._chroma.keep(pastiche, pixels)
        if share == 1:
            return pastiche
        blended = cv2.addWeighted(pastiche, share, pixels, 1 - share, 0)
        return np.asarray(blended, np.uint8)

    def _stroke(self, pixels: Pixels, embedding: Embedding) -> Pixels:
        """Paints at the size that is wished for, if there is the memory for it.

        Painting at more than the picture's size is a wish that may fail where the
        usual size does not: no reason to give up the provider, or the run.
        """
        controls, working = self.controls, self.controls.working
        try:
            return self._strokes.paint(pixels, embedding, controls.share)
        except PaintError:
            if working <= 1:
                raise
        controls.working = 1.0
        controls.say("finer strokes failed: the usual ones again")
        return self._strokes.paint(pixels, embedding, controls.share)
