"""The live mix: where in the embedding space the painter paints at this moment."""

from __future__ import annotations

import numpy as np

from livestyle.contract import Embedding

FADE = 0.3  # seconds of a change of style: long enough to flow, short enough to obey
# At the identity a small network gives back a photograph without its finest detail. So
# near 0 the camera's own pixels come in, until at 0 they are all there is.
PAINT_ALONE = 0.2  # from this strength up, no camera pixels are blended in
POOR_IDENTITY = 0.002  # mean squared error, 27 dB: beyond it colours are seen to be off


class Mix:
    """Fades from style to style over `FADE` seconds of the frames' own clock.

    Args:
        identity: the embedding that gives the photograph back, shape (D,).
        fade: seconds a change takes, if it is not told otherwise.
    """

    def __init__(self, identity: Embedding, fade: float = FADE) -> None:
        self.identity = identity
        self.fade = self._fade = fade
        self._from: Embedding | None = None
        self._to: Embedding | None = None
        self._since = 0.0

    def go(self, style: Embedding, now: float, fade: float | None = None) -> None:
        """Starts towards a style, from wherever the mix is; the first one is at once.

        Args:
            style: the embedding to go to, shape (D,).
            now: seconds, on the clock that `at` will be asked with.
            fade: seconds that this change takes, None for as long as usual.
        """
        if self._to is not None and np.array_equal(style, self._to):
            return
        self._from = style if self._to is None else self.at(now)
        self._to, self._since = style, now
        self._fade = self.fade if fade is None else fade

    def at(self, now: float, strength: float = 1.0) -> Embedding:
        """The embedding at a moment, float32 of shape (D,).

        Args:
            now: seconds.
            strength: 0..1, how far from the identity to the style.

        Raises:
            RuntimeError: no style was ever gone to.
        """
        if self._from is None or self._to is None:
            raise RuntimeError("the mix has no style yet")
        # A clock that was set back (a file that starts over) ends the fade.
        passed = now - self._since
        done = min(1.0, passed / self._fade) if passed >= 0 and self._fade else 1.0
        style = between(self._from, self._to, done)
        return between(self.identity, style, strength)


def between(one: Embedding, other: Embedding, weight: float) -> Embedding:
    """A blend of two styles: a point on the line from the one to the other.

    Args:
        one: shape (D,).
        other: shape (D,).
        weight: 0 is the one, 1 the other.
    """
    return np.asarray(one + np.float32(weight) * (other - one), np.float32)


def way(strength: float, identity_loss: float) -> tuple[float, float]:
    """How a strength is reached: by embeddings, or by laying paint over the picture.

    On the line to the identity strokes grow out of the picture, where a painter has
    learnt to give one back. Where it has not, that line leads through wrong colours,
    and the finished painting is faded in instead.

    Args:
        strength: 0..1.
        identity_loss: mean squared error of the identity, pixels from 0 to 1.

    Returns:
        How far from the identity to the style the embedding is, and how much of the
        shown picture is paint and not the camera's own pixels, both 0..1.
    """
    strength = min(1.0, max(0.0, strength))
    if identity_loss > POOR_IDENTITY:
        return 1.0, strength
    return strength, min(1.0, strength / PAINT_ALONE)
