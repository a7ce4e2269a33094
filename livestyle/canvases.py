"""Memory for pictures that is used again as soon as nobody has the picture."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np

from livestyle.frame import Pixels

SPARE = 4  # free arrays that are kept of a size; what was lent in a rush is given up
SIZES = 4  # sizes of which arrays are kept


class Canvases:
    """Arrays to put pictures on; one that anybody still holds is not given again.

    Whoever is done with a picture just lets go of it, as ever: recorder, replay and a
    window that stands still may keep theirs for as long as they like, from any thread.
    Python counts who holds an array, a view of it among them.

    To be asked from one thread.
    """

    def __init__(self) -> None:
        self._arrays: dict[tuple[int, ...], list[Pixels]] = {}

    def take(self, shape: tuple[int, ...]) -> Pixels:
        """An array that nobody else has, uint8; what is on it is left from before.

        Args:
            shape: of the array.
        """
        # The size that was asked for last stands last.
        arrays = self._arrays.pop(shape, [])
        self._arrays[shape] = arrays
        if len(self._arrays) > SIZES:
            del self._arrays[next(iter(self._arrays))]
        free = [n for n in range(len(arrays)) if _holders(arrays, n) == _ALONE]
        for number in reversed(free[SPARE:]):
            del arrays[number]
        if not free:
            arrays.append(np.empty(shape, np.uint8))
            return arrays[-1]
        return arrays[free[0]]


def _holders(arrays: Sequence[Pixels], number: int) -> int:
    return sys.getrefcount(arrays[number])


# How many are counted where the list alone has it: Python's versions differ in whether
# they count who asks.
_ALONE = _holders([np.empty(1, np.uint8)], 0)
