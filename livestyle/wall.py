"""All styles of a painter at once: a small picture of each, painted in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import cv2
import numpy as np

from livestyle.chroma import Chroma
from livestyle.contract import MIN_SIDE, Embedding
from livestyle.controls import Controls
from livestyle.frame import Pixels
from livestyle.grid import Grid
from livestyle.model import Painter
from livestyle.plate import text_plate

_DARK, _WHITE = (18, 15, 14), (244, 244, 240)


class Wall:
    """Paints as many tiles for each picture as there is time, at least one.

    Those that have waited longest come first, so that each gets its turn. A tile is
    painted at the tile's own size, which costs its share of a whole painting.

    Args:
        painter: what paints.
        controls: says which tile has a light frame, and whose colours are wished for.
        period: seconds from one picture to the next; the last tile begins within them.
        clock: seconds, never going back.
        vectors: the styles that the painter has, as `controls` calls them; tiles of
            others have their name alone. None: it has them all, by their own names.
    """

    def __init__(
        self,
        painter: Painter,
        controls: Controls,
        period: float,
        clock: Callable[[], float] = time.monotonic,
        vectors: Mapping[str, Embedding] | None = None,
    ) -> None:
        self._painter = painter
        self._controls = controls
        self._period = period
        self._clock = clock
        self._grid = Grid(len(controls.styles))
        if vectors is None:
            vectors = {name: painter.embedding(name) for name in controls.styles}
        self._vectors = [vectors.get(name) for name in controls.styles]
        self._chroma = Chroma()
        self._ended = clock()
        self._content: Pixels | None = None  # the newest one
        self._shown = 0  # how many there were
        self._next = 0
        self._make((0, 0, 3))

    def of(self, content: Pixels) -> Pixels:
        """The wall of what the camera sees.

        Args:
            content: BGR uint8, shape (H, W, 3). The same array again, as while the
                picture stands still, is not painted again.

        Returns:
            Of the same shape; the same array at every call as long as the shape is.

        Raises:
            PictureError, ModelError: it cannot be painted.
        """
        if content.shape != self._picture.shape:
            self._make(content.shape)
        self._paint_in_turns(content)
        self._frame_tiles()
        self._ended = self._clock()
        return self._picture

    def _make(self, shape: tuple[int, ...]) -> None:
        """An empty wall; nothing on it has been painted yet."""
        self._picture: Pixels = np.full(shape, _DARK, np.uint8)
        height, width = shape[:2]
        self._gap = max(2, round(width / 200))
        columns = self._grid.columns
        self._tile_wh = (
            max(1, width // columns - 2 * self._gap),
            max(1, height // columns - 2 * self._gap),
        )
        self._painted = [0] * self._grid.count  # from which content each tile is

    def _paint_in_turns(self, content: Pixels) -> None:
        small = self._shrunk(content)
        if content is not self._content:
            self._content = content
            self._shown += 1
        latest = self._ended + self._period
        for turn in range(self._grid.count):
            tile = self._next
            if self._painted[tile] == self._shown or (turn and self._clock() >= latest):
                return
            self._paint(tile, small)
            self._painted[tile] = self._shown
            self._next = (tile + 1) % self._grid.count

    def _shrunk(self, content: Pixels) -> Pixels:
        """The content at the size of a tile, or as small as can be painted."""
        width, height = self._tile_wh
        size = (max(MIN_SIDE, width), max(MIN_SIDE, height))
        small = cv2.resize(content, size, interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.uint8)

    def _paint(self, tile: int, small: Pixels) -> None:
        place = self._place(tile)
        rows, columns = place.shape[:2]
        if (vector := self._vectors[tile]) is None:
            place[:] = _DARK
        else:
            pastiche = self._painter.paint(small, vector)
            if self._controls.keep_colours:
                self._chroma.keep(pastiche, small)
            if pastiche.shape != place.shape:
                way = cv2.INTER_AREA
                shrunk = cv2.resize(pastiche, (columns, rows), interpolation=way)
                pastiche = np.asarray(shrunk, np.uint8)
            place[:] = pastiche
        height = self._picture.shape[0]
        size = max(7, round(height / (12 * self._grid.columns)))
        name = f"{tile + 1}  {self._controls.styles[tile]}"
        # At the top: the status line covers the lowest tiles' lower edges.
        text_plate((name,), size, columns).onto(place, 0, 0)

    def _place(self, tile: int) -> Pixels:
        """The tile's own part of the picture, to be written to."""
        left, top = self._corner(tile)
        width, height = self._tile_wh
        return self._picture[top : top + height, left : left + width]

    def _corner(self, tile: int) -> tuple[int, int]:
        left, top = self._grid.corner(tile)
        height, width = self._picture.shape[:2]
        return round(left * width) + self._gap, round(top * height) + self._gap

    def _frame_tiles(self) -> None:
        """Light around the tile of the chosen style, dark around the others."""
        width, height = self._tile_wh
        for tile in range(self._grid.count):
            colour = _WHITE if tile == self._controls.index else _DARK
            left, top = self._corner(tile)
            for out in range(1, self._gap + 1):
                corner = (left - out, top - out)
                opposite = (left + width - 1 + out, top + height - 1 + out)
                cv2.rectangle(self._picture, corner, opposite, colour)
