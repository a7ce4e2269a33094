"""Where painted frames go: a window, a recording, a snapshot."""

from typing import Protocol

from livestyle.frame import Frame


class Sink(Protocol):
    """Takes painted frames one after the other."""

    def write(self, frame: Frame) -> None:
        """Takes one frame; keeps no reference to its pixels that it would write to.

        Raises:
            OutputError, DisplayError: this frame and later ones cannot be taken.
        """
        ...

    def close(self) -> None:
        """Finishes whatever was begun and releases everything. Safe to call twice."""
        ...
