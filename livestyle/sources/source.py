"""What every source of frames can do."""

from collections.abc import Iterator
from typing import Protocol

from livestyle.frame import Frame


class Source(Protocol):
    """Gives frames until it ends or is closed.

    Devices and connections are opened by the first step of an iteration and released by
    its last, in the thread that iterates, also if its generator is closed early. After
    that a live source can be iterated again, and goes on; a file is iterated once.
    """

    @property
    def name(self) -> str:
        """What a person calls it, for messages: "camera 0", "clip.mp4", "demo"."""
        ...

    @property
    def live(self) -> bool:
        """True if late frames may be dropped; False if all count, as in a file."""
        ...

    @property
    def fps(self) -> float:
        """The nominal rate in frames/s, 0.0 when unknown. Cameras lie: measure."""
        ...

    @property
    def status(self) -> str:
        """One line while something is amiss ("stream lost, reconnecting"), else ""."""
        ...

    def __iter__(self) -> Iterator[Frame | None]:
        """Yields frames in order; None means "nothing new yet", come back at once.

        Raises:
            SourceError: it broke and will not recover.
        """
        ...

    def close(self) -> None:
        """Ends the iteration soon, from any thread. Safe to call twice."""
        ...
