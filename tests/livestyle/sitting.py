"""A person at the real program: keys go in through the screen, and the screen tells."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import numpy as np

from livestyle.frame import Pixels
from livestyle.sources import Demo
from tests.livestyle.program import wait_until
from tests.livestyle.screen import Screen
from tests.livestyle.tiny_painter import NINE, painted

WIDTH, HEIGHT = SIZE = (160, 120)
FPS = 30
OPTIONS = (
    f"--source demo --size {WIDTH}x{HEIGHT} --quality full --no-overlay "
    "--folder takes --model"
)

Look = Callable[[Pixels], Pixels]


def styled(name: str) -> Look:
    return lambda pixels: painted(pixels, NINE[name])


def as_it_is(pixels: Pixels) -> Pixels:
    return pixels


def at_strength(strength: float) -> Look:
    """The negative on its way: through the embeddings, below 0.2 through pixels too."""
    share = min(1.0, strength / 0.2)

    def look(pixels: Pixels) -> Pixels:
        blended = share * painted(pixels, (strength, 0)) + (1 - share) * pixels
        return np.rint(blended).astype(np.uint8)

    return look


class Sitting:
    """The program on the screen, with the demo's pictures to compare with.

    Attributes:
        folder: where it runs.
        look: how the demo's picture is on the screen as long as nobody presses a key.
    """

    look = staticmethod(styled("negative"))

    def __init__(
        self, screen: Screen, process: subprocess.Popen[str], folder: Path
    ) -> None:
        self.screen = screen
        self.process = process
        self.folder = folder
        self.window = screen.wait_for_window()
        screen.focus(self.window)
        self._demo = Demo(SIZE, FPS)
        self._tick, self._seen = 0, monotonic() - 10

    def press(self, key: str) -> None:
        self.screen.key(key)

    def picture(self) -> Pixels:
        """What the window shows; it is in the upper left corner."""
        return self.screen.picture()[:HEIGHT, :WIDTH]

    def wait_for(self, look: Look, what: str, ticks: int = 0) -> None:
        """Waits until the screen shows a picture of the demo in some way, exactly.

        Args:
            look: what was done to the demo's picture.
            what: what to say if it never does.
            ticks: how many pictures later than the last one that was found.
        """
        first = self._tick + ticks

        def shows() -> bool:
            tick = self.tick_of(self.picture(), look)
            return tick is not None and tick >= first

        wait_until(shows, what, 10)

    def tick_of(self, seen: Pixels, look: Look, rows: int = HEIGHT) -> int | None:
        """Which picture of the demo it is, after the one that was last found.

        Args:
            seen: the whole picture.
            look: what was done to the demo's picture.
            rows: how many rows of it count, from above.
        """
        newest = self._tick + int((monotonic() - self._seen) * FPS) + FPS
        coarse = seen[:rows:8, ::8].astype(int)
        for tick in range(self._tick, newest):
            expected = look(self._demo.picture_at(tick / FPS))
            # Between the styles the last digit may be rounded otherwise.
            if np.abs(expected[:rows:8, ::8] - coarse).max() > 1:
                continue
            if np.abs(expected[:rows].astype(int) - seen[:rows]).max() <= 1:
                # By the demo's clock: a picture that stands still is older than now.
                passed = (tick - self._tick) / FPS
                self._seen = self._seen + passed if self._tick else monotonic()
                self._tick = tick
                return tick
        return None

    def settle(self) -> None:
        self.wait_for(self.look, "it does not look as in the beginning")

    def takes(self, pattern: str) -> list[Path]:
        return sorted((self.folder / "takes").glob(pattern))
