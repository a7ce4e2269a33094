"""A camera's driver that does what a test says, in the place of OpenCV's.

No machine that runs tests has a camera to unplug. All above `cv2.VideoCapture` is real.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import cv2
import numpy as np
import pytest

from livestyle.frame import Pixels

# What a read does: gives a picture, fails (None), raises, or does something first.
Step = Pixels | None | Exception | Callable[[], Pixels | None]


class Driver:
    """Opens as often as it has scripts; each is what one opening reads, in order.

    Args:
        scripts: of the openings; None is one that fails.
        fourcc: the format that it says it has.
        fps: the rate that it says it has.

    Attributes:
        opened: device and backend of each try to open it.
        wishes: property and value of each request.
        released: how many openings were given back.
    """

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        *scripts: Iterable[Step] | None,
        fourcc: str = "YUYV",
        fps: float = 30.0,
    ) -> None:
        self.opened: list[tuple[int | str, int]] = []
        self.wishes: list[tuple[int, float]] = []
        self.released = 0
        self._scripts = iter(scripts)
        self._says = {
            cv2.CAP_PROP_FOURCC: float(cv2.VideoWriter.fourcc(*fourcc)),
            cv2.CAP_PROP_FPS: fps,
        }
        monkeypatch.setattr(cv2, "VideoCapture", self._open)

    def _open(self, device: int | str, backend: int) -> _Opening:
        self.opened.append((device, backend))
        return _Opening(self, next(self._scripts, None))

    def says(self, what: int) -> float:
        """What the driver states of a property."""
        return self._says.get(what, 0.0)


class _Opening:
    def __init__(self, driver: Driver, script: Iterable[Step] | None) -> None:
        self._driver = driver
        self._open = script is not None
        self._steps = iter(script or ())

    def isOpened(self) -> bool:
        return self._open

    def read(self) -> tuple[bool, Any]:
        step = next(self._steps, None)
        if isinstance(step, Exception):
            raise step
        pixels = step() if callable(step) else step
        return pixels is not None, pixels

    def set(self, what: int, value: float) -> bool:
        self._driver.wishes.append((what, value))
        return True

    def get(self, what: int) -> float:
        return self._driver.says(what)

    def release(self) -> None:
        self._driver.released += self._open
        self._open = False


def noise(seed: int, size_wh: tuple[int, int] = (64, 48), most: int = 255) -> Pixels:
    """What a sensor gives: no two pictures are the same."""
    width, height = size_wh
    random = np.random.default_rng(seed)
    return random.integers(0, most + 1, (height, width, 3), np.uint8)
