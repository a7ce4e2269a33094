"""How much work a video is, as far as its header tells."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from livestyle.clip import Clip
from livestyle.errors import SourceError


def work_of(source: Path) -> int | None:
    """Pixels in all frames of a video; None if unknown, 0 if it cannot be read."""
    try:
        with closing(Clip(source)) as clip:
            if clip.frames is None:
                return None
            return clip.frames * clip.picture.width * clip.picture.height
    except SourceError:
        return 0  # whoever paints it says why
