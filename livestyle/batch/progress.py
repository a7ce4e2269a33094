"""How far many videos are, and how long it takes yet, in one line."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import get_terminal_size
from typing import TextIO

SOONEST = 0.2  # seconds between two lines
LONGEST_NAME = 24  # characters of a file's name


@dataclass
class _Going:
    """One video that is painted now."""

    total: int | None
    began: float
    done: int = 0


@dataclass
class Progress:
    """Counts frames of several videos.

    Args:
        work: pixels in all frames of each video, None where its header does not say.
        clock: gives seconds.

    Attributes:
        over: how many videos are over, painted or failed.
    """

    work: Mapping[Path, int | None]
    clock: Callable[[], float] = time.monotonic
    over: int = 0
    _going: dict[Path, _Going] = field(default_factory=dict)
    _began: float | None = None
    _done: float = 0  # pixels painted in videos that are over
    _failed: float = 0  # pixels that nobody will paint any more

    def advance(self, source: Path, done: int, total: int | None) -> None:
        """A video has so many frames painted, of so many as far as that is known."""
        now = self.clock()
        self._began = now if self._began is None else self._began
        going = self._going.setdefault(source, _Going(total, now))
        going.total, going.done = total, done

    def end(self, source: Path) -> None:
        """A video is over, for better or worse."""
        self.over += 1
        painted = self._painted(source)
        self._done += painted
        self._failed += max((self.work.get(source) or 0) - painted, 0)
        self._going.pop(source, None)

    def line(self) -> str:
        """What there is to say now."""
        words = [f"{self.over}/{len(self.work)} videos"]
        # What a header promises may be wrong; nothing is ever more than done.
        done = self._done + sum(map(self._painted, self._going))
        whole = sum(work or 0 for work in self.work.values()) - self._failed
        if whole and None not in self.work.values():
            share = min(done / whole, 1.0)
            words[0] += f", {share:.0%}{_left(share, self._began, self.clock())}"
        words += [self._told(source) for source in self._going]
        return " | ".join(words)

    def _told(self, source: Path) -> str:
        going, name = self._going[source], source.name
        if len(name) > LONGEST_NAME:
            name = f"{name[: LONGEST_NAME - 3]}..."
        if not going.total:
            return f"{name} {going.done} frames"
        share = min(going.done / going.total, 1.0)
        return f"{name} {share:.0%}{_left(share, going.began, self.clock())}"

    def _painted(self, source: Path) -> float:
        """Pixels that are painted of a video."""
        going, work = self._going.get(source), self.work.get(source)
        if going is None or not going.total or not work:
            return 0
        return work * min(going.done / going.total, 1.0)


class Line:
    """Shows a line over the one before, on a terminal; elsewhere nothing."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = sys.stderr if out is None else out
        self._shown = False
        self._next = 0.0

    def show(self, make: Callable[[], str]) -> None:
        """Shows a new line, unless the last one is too young."""
        if not self._out.isatty() or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SOONEST
        width = get_terminal_size().columns - 1
        self._out.write(f"\r\x1b[K{make()[:width]}")
        self._out.flush()
        self._shown = True

    def clear(self) -> None:
        """Makes room for something that stays."""
        if self._shown:
            self._out.write("\r\x1b[K")
            self._out.flush()
        self._shown, self._next = False, 0.0


def _left(share: float, began: float | None, now: float) -> str:
    """How long the rest takes if it goes on like this; the first second says little."""
    if began is None or share <= 0 or now - began < 1:
        return ""
    seconds = round((now - began) * (1 - share) / share)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if hours:
        return f", {hours}:{minutes:02}:{seconds % 60:02} left"
    return f", {minutes}:{seconds % 60:02} left"
