"""Where the tiles of the wall are, in shares of the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Grid:
    """Tiles of the picture's own shape, as many in a row as fit all of them.

    Attributes:
        count: how many tiles, at least 1.
    """

    count: int

    @property
    def columns(self) -> int:
        """Tiles in a row; a tile is this part of the picture's width and height."""
        return math.isqrt(self.count - 1) + 1

    @property
    def rows(self) -> int:
        """Rows of tiles, at most as many as columns; they stand in the middle."""
        return math.ceil(self.count / self.columns)

    def corner(self, tile: int) -> tuple[float, float]:
        """The left and upper edge of a tile, each 0..1 of the picture's sides."""
        row, column = divmod(tile, self.columns)
        above = (self.columns - self.rows) / 2
        return column / self.columns, (above + row) / self.columns

    def at(self, x: float, y: float) -> int | None:
        """The tile at a point (each 0..1 of the picture's sides), None beside them."""
        column = math.floor(x * self.columns)
        row = math.floor(y * self.columns - (self.columns - self.rows) / 2)
        tile = row * self.columns + column
        inside = 0 <= column < self.columns and row >= 0
        return tile if inside and tile < self.count else None
