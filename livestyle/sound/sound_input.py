"""What every way to capture sound has in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from livestyle.sound.block import Block


class Kind(NamedTuple):
    """What samples are: how many in a second, of how many channels."""

    rate: int
    channels: int


class SoundInput(Protocol):
    """One opening of one microphone.

    Attributes:
        name: as the system calls it.
        kind: of all its samples; the rate is what it claims, not what a clock says.
    """

    name: str
    kind: Kind

    def read(self, timeout: float) -> Block | None:
        """The next block, or None if none came within `timeout` seconds.

        Its `captured` may be too late by what the system was busy, never by design
        too early.

        Raises:
            SourceError: there will be none any more.
        """
        ...

    def close(self) -> None:
        """Gives the device back."""
        ...


# Opens the microphone of a name. With a kind, it is opened again and must give that
# kind. Raises SourceError where it cannot be opened.
OpenInput = Callable[[str, Kind | None], SoundInput]
