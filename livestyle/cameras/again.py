"""A camera that was plugged in again, found by its name."""

from __future__ import annotations

import sys

from livestyle.cameras import linux


def name_of(number: int) -> str:
    """What the system calls a camera, "" where it has no name for it."""
    return linux.system_name(number) if sys.platform == "linux" else ""


def twins_of(number: int, name: str) -> frozenset[int]:
    """The numbers of other cameras of the same name, which never take its place."""
    named = linux.cameras_called(name) if name else ()
    return frozenset(named) - {number}


def number_again(number: int, name: str, twins: frozenset[int] = frozenset()) -> int:
    """The number that a camera has by now.

    While a program holds the old one, as this one does when it notices, Linux gives a
    camera that is plugged in again the next number that is free.

    Args:
        number: that it had.
        name: of `name_of`; "" finds nothing.
        twins: numbers that are no answer, see `twins_of`.

    Returns:
        The same number, unless the name is only found at another one.
    """
    if not name or name_of(number) == name:
        return number
    found = (n for n in linux.cameras_called(name) if n not in twins)
    return next(found, number)
