"""A slot that holds the newest item only, between two threads."""

from __future__ import annotations

from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")


class SlotClosed(Exception):
    """The slot was closed in good order and its last item is taken."""


class LatestSlot(Generic[T]):
    """One item and one condition; a newer item takes the place of one nobody took."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._items: list[T] = []
        self._closed_with: BaseException | None = None

    @property
    def full(self) -> bool:
        """Whether there is an item to take."""
        return bool(self._items)

    def put(self, item: T) -> bool:
        """Makes this the newest item; a closed slot ignores it.

        Returns:
            True when it replaced an item that nobody took: a drop.
        """
        with self._changed:
            if self._closed_with is not None:
                return False
            replaced = bool(self._items)
            self._items[:] = [item]
            self._changed.notify()
            return replaced

    def take(self, timeout: float) -> T | None:
        """Takes the newest item, waiting for news at most `timeout` seconds.

        Returns:
            The item, which is then gone from the slot, or None when there was no news.

        Raises:
            SlotClosed: the slot is empty and was closed without an error.
            BaseException: the slot is empty and was closed with this error.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed_with, timeout)
            if self._items:
                return self._items.pop()
            if self._closed_with is not None:
                raise self._closed_with
            return None

    def close(self, error: BaseException | None = None) -> None:
        """Ends the flow; an item that is already here can still be taken.

        Args:
            error: what `take` raises from then on. The first close decides.
        """
        with self._changed:
            if self._closed_with is None:
                self._closed_with = SlotClosed() if error is None else error
            self._changed.notify_all()
