"""What a camera really gives."""

from __future__ import annotations

import time
from dataclasses import dataclass

from livestyle.frame import Frame
from livestyle.latest import Latest
from livestyle.sources.source import Source

SETTLE = 0.5  # seconds in which exposure is found and rates are wild
PATIENCE = 15.0  # seconds for the first picture


@dataclass(frozen=True)
class Measured:
    """A camera's pictures over some seconds.

    Attributes:
        size_wh: width and height of the last picture, in px.
        fps: frames/s that arrived, 0.0 with fewer than two.
        stated_fps: what the driver says, 0.0 where it says nothing.
        frames: how many arrived while it was measured.
        first_after: seconds from the wish to the first picture.
        remark: what was amiss with the pictures: they do not change; else "".
    """

    size_wh: tuple[int, int]
    fps: float
    stated_fps: float
    frames: int
    first_after: float
    remark: str = ""


def measure(source: Source, seconds: float) -> Measured:
    """Opens a source, counts what it gives for some seconds and releases it.

    The source is read by a thread of its own, so a driver that hangs holds nobody.

    Args:
        source: one that is live and was not iterated yet.
        seconds: how long to count, after the first half second.

    Raises:
        SourceError: it does not open, or it stops.
    """
    latest = Latest(source)
    asked = time.monotonic()
    try:
        latest.wait_ready(PATIENCE)
        first_after = time.monotonic() - asked
        first, last = _first_and_last(latest, seconds)
        remark = latest.status
    finally:
        latest.close()
    passed = last.captured - first.captured
    return Measured(
        (last.width, last.height),
        (last.index - first.index) / passed if passed > 0 else 0.0,
        source.fps,
        last.index - first.index + 1,
        first_after,
        remark,
    )


def _first_and_last(latest: Latest, seconds: float) -> tuple[Frame, Frame]:
    """The frames at both ends of the time; their indices say how many lie between."""
    first: Frame | None = None
    last: Frame | None = None
    began = time.monotonic()
    for frame in latest:
        if frame is not None:
            last = frame
            if first is None and time.monotonic() - began >= min(SETTLE, seconds):
                first = frame
        if time.monotonic() - began > SETTLE + seconds:
            break
    assert last is not None  # else `wait_ready` had raised
    return first or last, last
