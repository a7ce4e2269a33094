"""What comes first from a source."""

from livestyle.frame import Frame
from livestyle.sources import Source


def some(source: Source, count: int = 6) -> list[Frame]:
    """The first frames of a source, which is then closed."""
    frames = []
    for frame in source:
        if frame is not None:
            frames.append(frame)
        if len(frames) == count:
            break
    source.close()
    return frames
