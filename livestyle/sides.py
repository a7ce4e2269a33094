"""What a recording shows: the painting, the camera's picture, or both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from livestyle.frame import Frame


def recorded(what: str, painted: Frame) -> Frame:
    """The frame to record.

    Args:
        what: "painted", "original" or "both", side by side with the original on the
            left.
        painted: the painted frame, with what it was painted from. Where it says
            nothing of that, it was not painted at all.

    Returns:
        A frame that does not keep in memory what it does not show.
    """
    pixels, content = painted.pixels, painted.content
    if content is not None and what == "original":
        pixels = content
    if what == "both":
        pixels = np.hstack([pixels if content is None else content, pixels])
    return replace(painted, pixels=pixels, content=None)
