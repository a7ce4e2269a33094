"""What a Video4Linux device says about itself, asked by its ioctls.

The structures are those of <linux/videodev2.h>. They hold numbers of 32 bits and texts
alone, so they are the same on all machines; the requests' numbers are those of x86, ARM
and RISC-V (MIPS, PowerPC and SPARC code the direction otherwise).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from livestyle.cameras.camera_info import Kind, Mode, printable

# Carries out a request on an open device: fills the structure, or raises OSError.
Ask = Callable[[int, bytearray], object]

CAPABILITY = struct.Struct("=16s32s32s3I12x")
FORMAT = struct.Struct("=3I32s4s4x12x")  # index, type, flags, description, code
SIZE = struct.Struct("=I4sI6I8x")  # index, code, type, six numbers
INTERVAL = struct.Struct("=I4s3I6I8x")  # index, code, width, height, type, six numbers


def _request(number: int, structure: struct.Struct, direction: int) -> int:
    return direction << 30 | structure.size << 16 | ord("V") << 8 | number


QUERYCAP = _request(0, CAPABILITY, 2)  # the driver writes
ENUM_FMT = _request(2, FORMAT, 3)  # we ask by an index, the driver writes
ENUM_FRAMESIZES = _request(74, SIZE, 3)
ENUM_FRAMEINTERVALS = _request(75, INTERVAL, 3)

# Bits of what a device can do.
CAPTURE, CAPTURE_PLANES = 0x1, 0x1000
OUTPUT, OUTPUT_PLANES = 0x2, 0x2000
MEMORY, MEMORY_PLANES = 0x8000, 0x4000  # pictures in, pictures out: a codec
METADATA = 0x0080_0000
PIPELINE = 0x2000_0000  # needs its media controller to be set up
OWN = 0x8000_0000  # the last field is this node's own, the one before its family's

DISCRETE = 1  # of the types of sizes and intervals; the others are ranges
PLAIN, IN_PLANES = 1, 9  # buffer types
LOOPBACKS = ("v4l2 loopback", "v4l2loopback", "akvcam", "vivid", "vcam")
MOST = 128  # entries of one list: a driver may never end it


@dataclass(frozen=True)
class Capability:
    """Who a device is and what it can do: bits as above."""

    driver: str
    card: str
    bus: str
    bits: int

    @property
    def captures(self) -> bool:
        """Whether it gives pictures now."""
        return bool(self.bits & (CAPTURE | CAPTURE_PLANES))

    @property
    def kind(self) -> Kind:
        """Camera or not; a loopback counts as virtual whichever way it is open."""
        if self.driver in LOOPBACKS:
            return "virtual"
        if self.bits & (MEMORY | MEMORY_PLANES | PIPELINE):
            return "other"
        if self.captures:
            return "camera"
        return "metadata" if self.bits & METADATA else "other"

    @property
    def role(self) -> str:
        """What it is if it is no camera, in a few words."""
        if self.bits & (MEMORY | MEMORY_PLANES):
            return "a codec"
        if self.bits & PIPELINE:
            return "a part of a camera that only libcamera can run"
        if self.bits & METADATA:
            return "metadata of a camera"
        return "a video output" if self.bits & (OUTPUT | OUTPUT_PLANES) else "no video"


def capability(ask: Ask) -> Capability:
    """Asks who a device is.

    Raises:
        OSError: it is no Video4Linux device, or it is gone.
    """
    answer = bytearray(CAPABILITY.size)
    ask(QUERYCAP, answer)
    driver, card, bus, _, family, own = CAPABILITY.unpack(answer)
    bits = own if family & OWN else family
    return Capability(printable(driver), printable(card), printable(bus), bits)


def modes(ask: Ask, capable: Capability) -> Iterator[Mode]:
    """All formats, sizes and rates that a device offers, in its own order."""
    planes = IN_PLANES if not capable.bits & CAPTURE else PLAIN
    for _, _, _, _, code in _listed(
        ask, ENUM_FMT, FORMAT, lambda i: (i, planes, 0, b"", b"")
    ):
        yield from _sizes(ask, code)


def _sizes(ask: Ask, code: bytes) -> Iterator[Mode]:
    for _, _, kind, *n in _listed(
        ask, ENUM_FRAMESIZES, SIZE, lambda i: (i, code, 0, *[0] * 6)
    ):
        if kind == DISCRETE:
            largest, smallest = (n[0], n[1]), None
        else:
            largest, smallest = (n[1], n[4]), (n[0], n[3])
        rates, any_rate = _rates(ask, code, largest)
        yield Mode(code_name(code), largest, smallest, rates, any_rate)
        if kind != DISCRETE:
            return  # a range is the whole list


def _rates(
    ask: Ask, code: bytes, size_wh: tuple[int, int]
) -> tuple[tuple[float, ...], bool]:
    """Frames/s, the greatest first, and whether all between them are offered."""
    rates: set[float] = set()
    for _, _, _, _, kind, *n in _listed(
        ask, ENUM_FRAMEINTERVALS, INTERVAL, lambda i: (i, code, *size_wh, 0, *[0] * 6)
    ):
        seconds = [(n[0], n[1])] if kind == DISCRETE else [(n[0], n[1]), (n[2], n[3])]
        rates |= {round(below / above, 3) for above, below in seconds if above * below}
        if kind != DISCRETE:
            return tuple(sorted(rates, reverse=True)), True
    return tuple(sorted(rates, reverse=True)), False


def _listed(
    ask: Ask,
    request: int,
    structure: struct.Struct,
    fields: Callable[[int], tuple[int | bytes, ...]],
) -> Iterator[tuple[Any, ...]]:
    """The structures that a driver gives for index 0, 1, 2 ... until it refuses."""
    before = b""
    for index in range(MOST):
        answer = bytearray(structure.pack(*fields(index)))
        try:
            ask(request, answer)
        except OSError:
            return  # the end of the list; old drivers refuse the whole question
        if answer[4:] == before:
            return  # it says the same for every index
        before = bytes(answer[4:])
        yield structure.unpack(answer)


def code_name(code: bytes) -> str:
    """A pixel format's name: its four characters; the last has a bit for byte order."""
    swapped = bool(code[3] & 0x80)
    plain = bytes([*code[:3], code[3] & 0x7F])
    return printable(plain) + ("-BE" if swapped else "")
