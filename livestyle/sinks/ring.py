"""A bounded memory of encoded pictures."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

# OpenCV before PyAV: with PyAV's libxcb loaded first, no window ever comes up.
import cv2  # noqa: F401

# isort: split
from av.packet import Packet
from av.stream import Stream

from livestyle.sinks.encoder import TICK

# A picture that stood still for longer is shown for this many seconds: who freezes the
# picture and then saves the last seconds wants to see what happened before.
LONGEST_STILL = 1.0


@dataclass(frozen=True, slots=True)
class Kept:
    """One encoded picture.

    Attributes:
        data: its packet's bytes.
        ticks: how long it is shown.
        keyframe: whether it can be decoded without those before it.
    """

    data: bytes
    ticks: int
    keyframe: bool


@dataclass(frozen=True)
class Remembered:
    """What a ring held at one moment.

    Attributes:
        stream: how the packets were encoded.
        packets: in order, the first a keyframe.
    """

    stream: Stream
    packets: tuple[Kept, ...]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return sum(kept.ticks for kept in self.packets) * float(TICK)

    def last(self, seconds: float) -> Remembered:
        """The end of it from a keyframe on, at least so long if there is as much."""
        ticks = 0
        for place in range(len(self.packets) - 1, -1, -1):
            ticks += self.packets[place].ticks
            if ticks * TICK >= seconds and self.packets[place].keyframe:
                return Remembered(self.stream, self.packets[place:])
        return self


@dataclass
class _Group:
    """A keyframe and the pictures that hang on it."""

    packets: list[Kept] = field(default_factory=list)
    ticks: int = 0
    size: int = 0


class Ring:
    """The newest packets of a stream, from a keyframe on; older ones are forgotten.

    Filled by one thread, read by any.

    Args:
        seconds: what it holds at least, once so much has come; one group of pictures
            more at most.
        most_bytes: what it never holds more of, even if that is less than `seconds`.
    """

    def __init__(self, seconds: float, most_bytes: int) -> None:
        self._ticks = round(seconds / TICK)
        self._most_bytes = most_bytes
        self._stream: Stream | None = None
        self._groups: deque[_Group] = deque()
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        with self._lock:
            return sum(group.size for group in self._groups)

    def add(self, packet: Packet[Stream]) -> None:
        """Keeps a packet whose times are in `TICK`.

        One of another stream than those before is the beginning of a new memory.
        """
        ticks = min(packet.duration or 0, round(LONGEST_STILL / TICK))
        kept = Kept(bytes(packet), ticks, packet.is_keyframe)
        with self._lock:
            if packet.stream is not self._stream:
                self._stream = packet.stream
                self._groups.clear()
            if kept.keyframe:
                self._groups.append(_Group())
            if self._groups:  # else its keyframe was too large to keep
                group = self._groups[-1]
                group.packets.append(kept)
                group.ticks += kept.ticks
                group.size += len(kept.data)
                self._forget()

    def remembered(self) -> Remembered | None:
        """All that it holds; None as long as there is nothing."""
        with self._lock:
            if self._stream is None or not self._groups:
                return None
            packets = tuple(k for group in self._groups for k in group.packets)
            return Remembered(self._stream, packets)

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._stream = None
            self._groups.clear()

    def _forget(self) -> None:
        ticks = sum(group.ticks for group in self._groups)
        size = sum(group.size for group in self._groups)
        while self._groups:
            oldest = self._groups[0]
            if size <= self._most_bytes and ticks - oldest.ticks < self._ticks:
                return
            ticks -= oldest.ticks
            size -= oldest.size
            self._groups.popleft()
