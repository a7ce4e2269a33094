"""A movie of a picture coming into being."""

from __future__ import annotations

import secrets
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

from livestyle.naming import claim, put_in_place
from livestyle.sinks.encoder import TICK, Movie, require_format
from livestyle.sinks.newfile import NewFile
from training.canvas import Picture, resize, to_bgr

RATE = 25  # pictures/s
REST = 2  # seconds that the last picture stays


class Film:
    """H.264, yuv420p; it has its name once it is whole.

    Args:
        path: of the movie, its suffix says the kind.
        size_wh: of the finished picture; coarser ones are enlarged to it.
        overwrite: whether a file that is there may be replaced.

    Raises:
        OutputError: the suffix is not known, or nothing can be written there.
    """

    def __init__(
        self, path: Path, size_wh: tuple[int, int], *, overwrite: bool = False
    ) -> None:
        require_format(path)
        if not (overwrite and path.is_file()):
            claim(path)
        self.path, self.size_wh, self.overwrite = path, size_wh, overwrite
        token = secrets.token_hex(4)
        self._part = path.with_name(f".{path.stem[:80]}.{token}.part{path.suffix}")
        self._ticks = int(Fraction(1, RATE) / TICK)
        self._at = 0
        self._movie = Movie(NewFile(self._part), *size_wh, effort="small")

    def add(self, picture: Picture) -> None:
        """Adds a picture, RGB, 0..1, shape (H, W, 3) of any size.

        Raises:
            OutputError: it cannot be written.
        """
        self._movie.write(to_bgr(resize(picture, self.size_wh)), self._at, self._ticks)
        self._at += self._ticks

    def close(self) -> None:
        """Lets the last picture stay for a while and gives the movie its name.

        Raises:
            OutputError: it cannot be written.
        """
        if self._at:
            self._movie.close(end=self._at + int(REST / TICK))
            put_in_place(self._part, self.path, overwrite=self.overwrite)
        self.discard()

    def discard(self) -> None:
        """Leaves nothing behind; safe after `close`."""
        self._movie.close()
        with suppress(OSError):
            self._part.unlink(missing_ok=True)
