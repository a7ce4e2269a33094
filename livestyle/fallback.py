"""Painting goes on when an execution provider fails: the next one takes its place."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import TypeVar

from livestyle.errors import GpuError, LivestyleError, PaintError
from livestyle.model import Painter
from livestyle.providers import ON_GPU, first_line

# What comes after a provider, best first; after any other comes the CPU.
NEXT = {"tensorrt": ("cuda", "cpu"), "cpu": ()}
FIXES = {
    "cuda": "See with nvidia-smi whether the GPU is there and has memory left.",
    "tensorrt": "Try --provider cuda.",
}
FIX = "'livestyle doctor' tries it out."
Given = TypeVar("Given")
Painted = TypeVar("Painted")

TELL = 30.0  # seconds that the banner stays
JOIN = 3.0  # seconds to wait at the end for a provider that is still being opened


@dataclass(frozen=True)
class Change:
    """A provider that failed, and what took its place."""

    before: str
    after: str
    why: str


class Fallback:
    """Paints frames, and changes the provider when the one that runs fails.

    The new session is opened by a thread named "provider", so the picture stands still
    meanwhile and the window answers. Where no frame may be missed it is waited for.

    Args:
        current: the painter that paints now; it becomes one on another provider when
            its own fails.
        reopen: opens a painter anew on another provider, by its name.
        waits: whether no frame may be missed, as with a file.
        gpu_only: a painter on the CPU is no replacement.
        say: takes one line for the person at the terminal.

    Attributes:
        changes: what was replaced so far.
    """

    def __init__(
        self,
        current: Callable[[], Painter],
        reopen: Callable[[Painter, str], Painter],
        *,
        waits: bool,
        gpu_only: bool,
        say: Callable[[str], object],
    ) -> None:
        self.changes: list[Change] = []
        self._current = current
        self._reopen = reopen
        self._waits = waits
        self._gpu_only = gpu_only
        self._say = say
        self._search: _Search | None = None
        self._banner = ""
        self._told = 0.0

    @property
    def trouble(self) -> str:
        """What failed, why and what to do: until half a minute after the change."""
        if self._search is not None or time.monotonic() - self._told < TELL:
            return self._banner
        return ""

    def __call__(
        self, paint: Callable[[Given], Painted], given: Given
    ) -> Painted | None:
        """Paints something.

        Args:
            paint: does so with the painter.
            given: to be painted: a frame.

        Returns:
            What `paint` gives; None while the next provider is being opened.

        Raises:
            GpuError: the GPU failed and nothing but a GPU is allowed.
            PaintError: no provider is left.
            LivestyleError: what else `paint` raises.
        """
        while not self._is_searching():
            try:
                return paint(given)
            except PaintError as error:
                self._begin(error)
        return None

    def close(self) -> None:
        """Waits for a provider that is being opened, but not for ever."""
        if self._search is not None:
            self._search.join(JOIN)

    def _begin(self, error: PaintError) -> None:
        painter = self._current()
        failed = painter.provider
        names = NEXT.get(failed.name, ("cpu",))
        if not names:
            raise error
        cause = error.__cause__
        reason = first_line(cause if isinstance(cause, Exception) else error)
        self._banner = f"{failed.label} failed ({reason}), another takes its place"
        if self._gpu_only:
            names = tuple(name for name in names if name in ON_GPU)
        self._search = _Search(self._reopen, names, painter, error, reason)
        self._search.start()

    def _is_searching(self) -> bool:
        """Whether there is no painter now; takes the one that was found."""
        search = self._search
        if search is None:
            return False
        if self._waits:
            search.join()
        if search.is_alive():
            return True
        self._search = None
        if search.found is None:
            raise self._hopeless(search)
        self._change(search.painter, search.found, search.reason)
        return False

    def _change(self, painter: Painter, found: Painter, reason: str) -> None:
        failed = painter.provider
        fix = FIXES.get(failed.name, FIX)
        self._banner = (
            f"{failed.label} failed ({reason}), now on {found.provider.label}. {fix}"
        )
        self._told = time.monotonic()
        self._say(self._banner)
        self.changes.append(Change(failed.name, found.provider.name, reason))
        painter.become(found)

    def _hopeless(self, search: _Search) -> LivestyleError:
        failed = search.painter.provider
        if not self._gpu_only:
            return search.error
        return GpuError(
            f"{failed.label} failed ({search.reason}), and a GPU is required",
            hint=f"{FIXES.get(failed.name, FIX)} Without --require-gpu the CPU paints.",
        )


class _Search(Thread):
    """Opens the first of some providers that can be opened."""

    def __init__(
        self,
        reopen: Callable[[Painter, str], Painter],
        names: tuple[str, ...],
        painter: Painter,
        error: PaintError,
        reason: str,
    ) -> None:
        # A daemon: a driver that hangs must not keep the program alive.
        super().__init__(name="provider", daemon=True)
        self.painter = painter
        self.found: Painter | None = None
        self.error = error
        self.reason = reason
        self._reopen = reopen
        self._names = names

    def run(self) -> None:
        for name in self._names:
            try:
                found = self._reopen(self.painter, name)
            except LivestyleError:
                continue  # the failure that began it is what is told
            if found.card == self.painter.card:  # nobody has put another in its place
                self.found = found
                return
