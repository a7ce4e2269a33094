"""A driver's side of the Video4Linux ioctls, in bytes as the kernel lays them out."""

from __future__ import annotations

import errno
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

Numbers = Sequence[int]

# Of <linux/videodev2.h>, as a C compiler works them out.
QUERYCAP, ENUM_FMT = 0x80685600, 0xC0405602
ENUM_FRAMESIZES, ENUM_FRAMEINTERVALS = 0xC02C564A, 0xC034564B
DISCRETE, CONTINUOUS, STEPWISE = 1, 2, 3
STREAMING, OWN = 0x04000000, 0x80000000


@dataclass
class Driver:
    """Answers as a driver does, and refuses with EINVAL behind the end of a list.

    Attributes:
        name, card, bus: as the driver gives them, without the zeros.
        family: what all nodes of the device can do together.
        own: what this node can do; None in drivers of old, which have no such field.
        buffers: the type of buffer for which it lists formats.
        formats: by their four characters: sizes, and the intervals of each; a size is
            (width, height), or six numbers of a range; an interval is (seconds' upper
            number, lower number), or six numbers of a range.
        range_type: what the type of a range says.
        endless: never refuses.
    """

    name: bytes = b"uvcvideo"
    card: bytes = b"HD Pro Webcam C920"
    bus: bytes = b"usb-0000:00:14.0-1"
    family: int = 0x84A00001
    own: int | None = 0x04200001
    buffers: int = 1
    formats: dict[bytes, dict[Numbers, Sequence[Numbers]]] | None = None
    range_type: int = STEPWISE
    endless: bool = False

    def __call__(self, request: int, answer: bytearray) -> None:
        """Does what `fcntl.ioctl` does on an open device."""
        answers = {
            QUERYCAP: self._capability,
            ENUM_FMT: self._format,
            ENUM_FRAMESIZES: self._size,
            ENUM_FRAMEINTERVALS: self._interval,
        }
        if request not in answers:
            raise OSError(errno.ENOTTY, "Inappropriate ioctl for device")
        assert len(answer) == request >> 16 & 0x3FFF
        try:
            answers[request](answer)
        except LookupError:
            raise OSError(errno.EINVAL, "Invalid argument") from None

    def _capability(self, answer: bytearray) -> None:
        struct.pack_into("<16s32s32s", answer, 0, self.name, self.card, self.bus)
        struct.pack_into("<III", answer, 80, 0x060800, self.family, self.own or 0)

    def _format(self, answer: bytearray) -> None:
        index, buffers = struct.unpack_from("<II", answer)
        codes = list(self.formats or {})
        if buffers != self.buffers:
            raise LookupError
        code = codes[0 if self.endless else index]
        struct.pack_into("<32s4s", answer, 12, b"Motion-JPEG", code)

    def _size(self, answer: bytearray) -> None:
        index, code = struct.unpack_from("<I4s", answer)
        sizes = list((self.formats or {})[code])
        size = sizes[0 if self.endless else index]
        kind = DISCRETE if len(size) == 2 else self.range_type
        struct.pack_into(f"<I{len(size)}I", answer, 8, kind, *size)

    def _interval(self, answer: bytearray) -> None:
        index, code, width, height = struct.unpack_from("<I4sII", answer)
        sizes = {
            size if len(size) == 2 else (size[1], size[4]): intervals
            for size, intervals in (self.formats or {})[code].items()
        }
        interval = sizes[width, height][0 if self.endless else index]
        kind = DISCRETE if len(interval) == 2 else self.range_type
        struct.pack_into(f"<I{len(interval)}I", answer, 16, kind, *interval)


def file_device(
    folder: Path, number: int, name: str, index: int = 0, *, virtual: bool = False
) -> None:
    """Files a device in a folder as the kernel does in /sys/class/video4linux."""
    hardware = "virtual" if virtual else "pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0"
    real = folder / "devices" / hardware / "video4linux" / f"video{number}"
    real.mkdir(parents=True)
    (real / "name").write_text(f"{name}\n")
    (real / "index").write_text(f"{index}\n")
    (real / "dev").write_text(f"81:{number}\n")
    entries = folder / "class"
    entries.mkdir(exist_ok=True)
    (entries / f"video{number}").symlink_to(real)
