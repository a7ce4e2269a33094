"""What the window says over the picture: status, notes, warnings, the keys."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from livestyle import commands
from livestyle.canvases import Canvases
from livestyle.controls import Controls
from livestyle.frame import Pixels
from livestyle.plate import (
    ALARM,
    Plate,
    recording_plate,
    side_by_side,
    table_plate,
    text_plate,
)

# Figures that change with every frame cannot be read: hold them so many seconds.
_HOLD = 0.5


@dataclass(frozen=True)
class Status:
    """What the overlay tells.

    Attributes:
        style: the style's name.
        strength: 0.0 to 1.0.
        provider: where the network really runs: "CPU", "CUDA".
        shown_fps: frames/s on the screen.
        captured_fps: frames/s from the camera, None where frames are not captured.
        latency_p50_ms: median age of a frame when it is shown, None when unknown.
        latency_p95_ms: the age that 95 % of the frames stay below, None when unknown.
        dropped: frames never shown because a newer one was there, None for files.
        recording_seconds: how long the recording is, None when there is none.
        recording_paused: True while the recording is paused.
        warning: what is amiss, in one line, else "".
        paused: True while the picture is frozen.
        stylizing: False if the camera's picture is shown as it is.
        second: the style that is blended in, None without such.
        weight: how much of the blend it is, 0.0 to 1.0.
        keep_colours: True if the painting has the camera's colours.
        working: the size of chosen strokes, as a share of the picture's.
        quality: the share at which is painted where no strokes were chosen.
    """

    style: str
    strength: float
    provider: str
    shown_fps: float
    captured_fps: float | None = None
    latency_p50_ms: float | None = None
    latency_p95_ms: float | None = None
    dropped: int | None = None
    recording_seconds: float | None = None
    recording_paused: bool = False
    warning: str = ""
    paused: bool = False
    stylizing: bool = True
    second: str | None = None
    weight: float = 0.0
    keep_colours: bool = False
    working: float = 1.0
    quality: float = 1.0


def status_parts(status: Status) -> tuple[str, ...]:
    """The status line in pieces that stay together when it has to wrap."""
    rate = f"{status.shown_fps:.1f} fps"
    if status.captured_fps is not None:
        rate += f" (camera {status.captured_fps:.1f})"
    parts = [*_painting(status), status.provider, rate]
    if status.latency_p50_ms is not None and status.latency_p95_ms is not None:
        ages = f"{status.latency_p50_ms:.0f}/{status.latency_p95_ms:.0f}"
        parts.append(f"latency {ages} ms")
    if status.dropped is not None:
        parts.append(f"dropped {status.dropped}")
    if status.paused:
        parts.append("paused")
    return tuple(parts)


def _painting(status: Status) -> tuple[str, ...]:
    """What is painted, with what is not as it usually is."""
    strength = f"{status.strength * 100:.0f} %" if status.stylizing else "off"
    parts = [f"{status.style} {strength}"]
    if status.second is not None:
        shares = round(100 * (1 - status.weight)), round(100 * status.weight)
        blend = f"{status.style} {shares[0]} % + {status.second} {shares[1]} %"
        full = status.stylizing and status.strength == 1
        parts = [blend] if full else [blend, f"strength {strength}"]
    if status.keep_colours:
        parts.append("camera's colours")
    if status.working != 1:
        parts.append(f"strokes {100 / status.working:.0f} %")
    elif status.quality < 1:
        parts.append(f"painted at {100 * status.quality:.0f} %")
    return tuple(parts)


def status_line(status: Status) -> str:
    """The status as one line of plain text.

    For example "great-wave 100 %  CPU  29.8 fps (camera 30.0)  latency 41/55 ms
    dropped 3": the latency is the median and the 95th percentile.
    """
    return "  ".join(status_parts(status))


def text_size(height: int, width: int = 0) -> int:
    """The height of letters for a picture of this size, in pixels.

    Two pictures side by side are shown smaller than one: their letters are larger.
    """
    return max(10, round(max(height, 9 / 16 * width) / 32))


class Overlay:
    """Draws on copies of pictures. Text is rendered again only when it changes.

    Args:
        clock: seconds, to hold quickly changing figures for half a second.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._canvases = Canvases()
        self._held: Status | None = None
        self._held_at = 0.0

    def draw(self, pixels: Pixels, status: Status, controls: Controls) -> Pixels:
        """The picture with what the controls ask for on top of it.

        Args:
            pixels: BGR uint8, shape (H, W, 3); it is left as it is.
            status: the figures of this moment.
            controls: with `overlay` off nothing is drawn but the help panel and the
                countdown.

        Returns:
            An array of the same shape that nobody else has.
        """
        drawn = self._canvases.take(pixels.shape)
        np.copyto(drawn, pixels)
        if controls.overlay:
            status = self._settled(status)
            _stack_down(drawn, _warnings(status, drawn))
            _stack_up(drawn, _report(status, controls.recent_note(), drawn))
        if controls.help:
            _centre(drawn, _help(drawn.shape[0], drawn.shape[1]))
        if controls.counted is not None:
            _corner(drawn, _number(controls.counted, drawn.shape[0]))
        return drawn

    def _settled(self, status: Status) -> Status:
        """The figures of the last half second, unless more than figures changed."""
        now, held = self._clock(), self._held
        if (
            held is None
            or now - self._held_at >= _HOLD
            or _without_figures(held) != _without_figures(status)
        ):
            self._held, self._held_at = status, now
            return status
        return replace(held, recording_seconds=status.recording_seconds)


def _without_figures(status: Status) -> Status:
    return replace(
        status,
        shown_fps=0.0,
        captured_fps=None,
        latency_p50_ms=None,
        latency_p95_ms=None,
        dropped=None,
        recording_seconds=None,
    )


def _margin(pixels: Pixels) -> int:
    return text_size(*pixels.shape[:2]) // 2


def _room(pixels: Pixels) -> int:
    return int(pixels.shape[1]) - 2 * _margin(pixels)


def _warnings(status: Status, pixels: Pixels) -> Iterable[Plate]:
    """From the top down: what is amiss, the recording."""
    size = text_size(*pixels.shape[:2])
    if words := tuple(status.warning.split()):
        yield text_plate(words, size, _room(pixels), ALARM, gap=" ")
    if status.recording_seconds is not None:
        seconds = int(status.recording_seconds)
        yield recording_plate(seconds, size, paused=status.recording_paused)


def _report(status: Status, note: str, pixels: Pixels) -> Iterable[Plate]:
    """From the bottom up: the status line, the note."""
    size = text_size(*pixels.shape[:2])
    yield text_plate(status_parts(status), size, _room(pixels))
    if words := tuple(note.split()):
        yield text_plate(words, size, _room(pixels), gap=" ")


def _stack_down(pixels: Pixels, plates: Iterable[Plate]) -> None:
    margin = top = _margin(pixels)
    for plate in plates:
        plate.onto(pixels, top, margin)
        top += plate.height + margin // 2


def _stack_up(pixels: Pixels, plates: Iterable[Plate]) -> None:
    margin = _margin(pixels)
    bottom = pixels.shape[0] - margin
    for plate in plates:
        plate.onto(pixels, max(0, bottom - plate.height), margin)
        bottom -= plate.height + margin // 2


def _centre(pixels: Pixels, plate: Plate) -> None:
    top = (pixels.shape[0] - plate.height) // 2
    left = (pixels.shape[1] - plate.width) // 2
    plate.onto(pixels, max(0, top), max(0, left))


def _corner(pixels: Pixels, plate: Plate) -> None:
    """In the upper right, where it hides no face and no recording."""
    margin = _margin(pixels)
    plate.onto(pixels, margin, max(0, pixels.shape[1] - plate.width - margin))


@lru_cache(maxsize=2)
def _help(height: int, width: int) -> Plate:
    """The table of keys, in the largest letters with which it fits the picture."""
    rows = tuple(("  ".join(keys), help) for keys, help in commands.rows())
    plates = [_fitting(rows, halves, height, width) for halves in (1, 2)]
    return max(plates, key=lambda fitted: fitted[:2])[2]


def _fitting(
    rows: tuple[tuple[str, str], ...], halves: int, height: int, width: int
) -> tuple[bool, int, Plate]:
    """Whether the table fits, in one block of rows or in two, and its letters' size."""
    size = text_size(height, width) + 1
    many = -(-len(rows) // halves)
    columns = [rows[:many], rows[many:]][:halves]
    while True:
        size -= 1
        plate = side_by_side([table_plate(column, size) for column in columns])
        fits = plate.height <= height and plate.width <= width
        if fits or size <= 6:
            return fits, size, plate


def _number(number: int, height: int) -> Plate:
    """A number that is read from the other side of the room."""
    return text_plate((str(number),), max(10, height // 6), height)
