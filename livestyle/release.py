"""Lets go of the camera by a key, or while nobody watches, and takes it again."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from livestyle.commands import COMMANDS
from livestyle.controls import Controls
from livestyle.errors import OutputError
from livestyle.latest import Latest
from livestyle.settings import Settings
from livestyle.sinks.audience import Audience
from livestyle.sinks.virtual_camera import VirtualCamera
from livestyle.sources.source import Source

KEY = next(command.keys[0] for command in COMMANDS if command.name == "release")


class Release:
    """Fulfils the controls' wish to release a live source, and has one of its own.

    A released device is closed: its light is off and other programs can have it. The
    last picture stays, also on a virtual camera. By itself it is let go of when nobody
    has watched for a while, and taken again as soon as somebody does; what a person has
    let go of by the key waits for the key.

    Args:
        controls: `released` is the wish. A recording is somebody who watches.
        source: of the run; a file has nothing that could be released.
        audience: who watches; None where that does not count.
        patience: seconds without anybody after which it is let go of.
        clock: seconds, never going back.
    """

    def __init__(
        self,
        controls: Controls,
        source: Source,
        audience: Audience | None = None,
        patience: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._controls = controls
        self._source = source
        self._audience = audience
        self._patience = patience
        self._clock = clock
        self._watched = clock()  # when there was somebody last
        self._alone = False  # it was let go of because there was nobody

    def follow(self) -> None:
        """Does what is wished for now; cheap where nothing changes."""
        controls, source = self._controls, self._source
        if not isinstance(source, Latest):
            if controls.released:
                controls.released = False
                controls.say("only a live source can be released")
            return
        if self._audience is not None:
            self._watch(self._audience)
        if controls.released and not source.resting:
            source.rest("nobody watches" if self._alone else f"{KEY} takes it again")
        elif source.resting and not controls.released:
            source.wake()

    def close(self) -> None:
        """Looks for nobody any more."""
        if self._audience is not None:
            self._audience.close()

    def _watch(self, audience: Audience) -> None:
        controls, now = self._controls, self._clock()
        if controls.released != self._alone:  # by the key, either way
            self._alone, self._watched = False, now
        if audience.watching or controls.recording:
            self._watched = now
            if self._alone:
                controls.released = self._alone = False
        elif not controls.released and now - self._watched >= self._patience:
            controls.released = self._alone = True


def release_of(
    settings: Settings,
    controls: Controls,
    source: Source,
    outlet: VirtualCamera | None,
) -> Release:
    """What releases the source of a run.

    Raises:
        OutputError: this system does not tell who watches.
    """
    patience = settings.release_when_unwatched
    if patience is None or outlet is None:
        return Release(controls, source)
    if sys.platform != "linux":
        raise OutputError(
            "only Linux tells whether a program reads the virtual camera",
            hint=f"Leave out --release-when-unwatched: the key {KEY} releases the "
            "camera everywhere.",
        )
    return Release(controls, source, Audience(lambda: outlet.device), patience)
