"""What the window shows of a frame: the painting, a comparison, or the wall."""

from __future__ import annotations

from livestyle.compare import beside, wipe
from livestyle.controls import Controls
from livestyle.fallback import Fallback
from livestyle.frame import Frame, Pixels
from livestyle.model import Painter
from livestyle.stylizer import Stylizer
from livestyle.wall import Wall

USUAL_FPS = 30.0  # of a source that does not tell
SHARE = 0.9  # of a frame's time; the rest is for showing what is painted


class View:
    """Belongs to the window alone: recordings and snapshots are of the painting.

    Args:
        stylizer: what paints the frames.
        controls: says what to show.
        fps: the source's nominal rate, 0.0 when unknown. The wall keeps to it.
        fallback: what the wall is painted with, when a provider may fail.
    """

    def __init__(
        self,
        stylizer: Stylizer,
        controls: Controls,
        fps: float,
        fallback: Fallback | None = None,
    ) -> None:
        self._fallback = fallback
        self._stylizer = stylizer
        self._controls = controls
        self._period = SHARE / (fps or USUAL_FPS)
        self._hung: tuple[Painter, tuple[str, ...]] | None = None  # what the wall has

    def of(self, painted: Frame) -> Pixels:
        """The picture to show for the frame that was painted last.

        Returns:
            BGR uint8, for two pictures side by side twice as wide as the frame. It may
            be the frame's own pixels, or change with the next call: only to be read.

        Raises:
            PictureError, ModelError: the wall cannot be painted.
        """
        content, view = painted.content, self._controls.view
        if content is None or view == "painting":
            return painted.pixels
        if view == "wall":
            wall = self._hang().of
            if self._fallback is None:
                return wall(content)
            hung = self._fallback(wall, content)
            return painted.pixels if hung is None else hung
        if view == "wipe":
            return wipe(content, painted.pixels, self._controls.line)
        return beside(content, painted.pixels)

    def _hang(self) -> Wall:
        """The wall of the styles that there are now, by the painter of this moment."""
        there = (self._stylizer.painter, self._controls.styles)
        if there != self._hung:
            painter, vectors = self._stylizer.painter, self._stylizer.vectors
            self._wall = Wall(painter, self._controls, self._period, vectors=vectors)
            self._hung = there
        return self._wall
