"""What is known about a camera before it is opened."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

# "other" is what the system files under video and gives no pictures: a video output, a
# hardware codec, a sensor that only libcamera can run.
Kind = Literal["camera", "virtual", "metadata", "other"]


@dataclass(frozen=True)
class Mode:
    """A kind of picture that a camera offers.

    Attributes:
        format: the pixels' four-character code: "MJPG", "YUYV".
        size_wh: width and height in px; the largest, where sizes are free.
        smallest_wh: the smallest where sizes are free, else None.
        rates: frames/s, the greatest first; empty where the driver does not say.
        any_rate: whether it offers all rates between the first and the last of these.
    """

    format: str
    size_wh: tuple[int, int]
    smallest_wh: tuple[int, int] | None = None
    rates: tuple[float, ...] = ()
    any_rate: bool = False


@dataclass(frozen=True)
class CameraInfo:
    """One device, as the system describes it.

    Attributes:
        number: what `--source` takes; it counts within `backend`.
        name: the maker's.
        kind: whether it is a camera at all.
        backend: OpenCV's way to open it: "V4L2", "AVFOUNDATION", "DSHOW".
        path: its device file, "" where the system has none.
        driver: what runs it, "" where unknown.
        bus: where it is plugged in, "" where unknown.
        modes: what it offers; empty where that cannot be known unopened.
        trouble: why it cannot be asked or used now, else "".
        fix: what to do about the trouble.
    """

    number: int
    name: str
    kind: Kind
    backend: str
    path: str = ""
    driver: str = ""
    bus: str = ""
    modes: tuple[Mode, ...] = ()
    trouble: str = ""
    fix: str = ""

    @property
    def usable(self) -> bool:
        """Whether pictures can be expected of it."""
        return self.kind in ("camera", "virtual")

    def as_json(self) -> dict[str, Any]:
        """All of it in what JSON knows."""
        return asdict(self)


def printable(raw: bytes | str) -> str:
    """A name out of a device, without what would steer a terminal.

    Args:
        raw: text, or bytes that end at the first zero.
    """
    if isinstance(raw, bytes):
        raw = raw.partition(b"\0")[0].decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in raw).split())
