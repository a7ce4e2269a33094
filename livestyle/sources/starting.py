"""The source that a run needs, giving pictures before anything is shown."""

from __future__ import annotations

from collections.abc import Callable

from livestyle.cameras import first_camera
from livestyle.errors import SourceError
from livestyle.latest import Latest
from livestyle.pacing import Paced
from livestyle.settings import Settings
from livestyle.sources import open_source
from livestyle.sources.source import Source

PATIENCE = 15.0  # seconds for a camera or stream to give its first picture


def start_source(settings: Settings, say: Callable[[str], None]) -> Source:
    """The source of a run; the demo if "auto" finds no camera.

    Args:
        settings: which source, and what to ask it for.
        say: takes one line on why it is the demo.

    Returns:
        A live source with its first picture there, or a file at the pace of eyes where
        there is a window or a virtual camera.

    Raises:
        SourceError: it does not open, or gives no picture.
    """
    if settings.source != "auto":
        return _start(settings.source, settings)
    try:
        return _start(first_camera(), settings)
    except SourceError as error:
        say(f"{error.message}: here is the demo instead.")
        return _start("demo", settings)


def _start(spec: str, settings: Settings) -> Source:
    source = open_source(spec, settings.size, settings.fps, settings.format)
    if not source.live:
        seen = settings.window or settings.virtual_camera
        return Paced(source) if seen else source
    latest = Latest(source)
    try:
        latest.wait_ready(PATIENCE)
    except BaseException:
        latest.close()
        raise
    return latest
