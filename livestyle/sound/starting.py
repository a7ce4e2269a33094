"""The microphone that a run needs."""

from __future__ import annotations

from collections.abc import Callable

from livestyle.settings import Settings
from livestyle.sound.microphone import Microphone


def start_microphone(
    settings: Settings, live: bool, say: Callable[[str], None]
) -> Microphone | None:
    """The open microphone of a run; None if none was asked for, or none fits.

    Args:
        settings: which one.
        live: whether the pictures are captured now, as the sound is.
        say: takes one line where it is not.

    Raises:
        SourceError: it cannot be opened.
    """
    if settings.microphone is None:
        return None
    if not live:
        say("A video file has its own time: it is recorded without the microphone.")
        return None
    return Microphone(settings.microphone)
