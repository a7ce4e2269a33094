"""What the window says over the picture: status, notes, warnings, the keys."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from livestyle import commands
from livestyle.controls import Controls
from livestyle.frame import Pixels
from livestyle.plate import ALARM, Plate, recording_plate, table_plate, text_plate

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


def status_parts(status: Status) -> tuple[str, ...]:
    """The status line in pieces that stay together when it has to wrap."""
    strength = f"{status.strength * 100:.0f} %" if status.stylizing else "off"
    rate = f"{status.shown_fps:.1f} fps"
    if status.captured_fps is not None:
        rate += f" (camera {status.captured_fps:.1f})"
    parts = [f"{status.style} {strength}", status.provider, rate]
    if status.latency_p50_ms is not None and status.latency_p95_ms is not None:
        ages = f"{status.latency_p50_ms:.0f}/{status.latency_p95_ms:.0f}"
        parts.append(f"latency {ages} ms")
    if status.dropped is not None:
        parts.append(f"dropped {status.dropped}")
    if status.paused:
        parts.append("paused")
    return tuple(parts)


def status_line(status: Status) -> str:
    """The status as one line of plain text.

    For example "great-wave 100 %  CPU  29.8 fps (camera 30.0)  latency 41/55 ms
    dropped 3": the latency is the median and the 95th percentile.
    """
    return "  ".join(status_parts(status))


def text_size(height: int) -> int:
    """The height of letters for a picture of so many rows, in pixels."""
    return max(10, round(height / 32))


class Overlay:
    """Draws on copies of pictures. Text is rendered again only when it changes.

    Args:
        clock: seconds, to hold quickly changing figures for half a second.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: Status | None = None
        self._held_at = 0.0

    def draw(self, pixels: Pixels, status: Status, controls: Controls) -> Pixels:
        """The picture with what the controls ask for on top of it.

        Args:
            pixels: BGR uint8, shape (H, W, 3); it is left as it is.
            status: the figures of this moment.
            controls: with `overlay` off nothing but the help panel is drawn.

        Returns:
            A new array of the same shape.
        """
        drawn = pixels.copy()
        if controls.overlay:
            status = self._settled(status)
            _stack_down(drawn, _warnings(status, drawn))
            _stack_up(drawn, _report(status, controls.recent_note(), drawn))
        if controls.help:
            _centre(drawn, _help(drawn.shape[0], drawn.shape[1]))
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
    return text_size(pixels.shape[0]) // 2


def _room(pixels: Pixels) -> int:
    return int(pixels.shape[1]) - 2 * _margin(pixels)


def _warnings(status: Status, pixels: Pixels) -> Iterable[Plate]:
    """From the top down: what is amiss, the recording."""
    size = text_size(pixels.shape[0])
    if words := tuple(status.warning.split()):
        yield text_plate(words, size, _room(pixels), ALARM, gap=" ")
    if status.recording_seconds is not None:
        seconds = int(status.recording_seconds)
        yield recording_plate(seconds, size, paused=status.recording_paused)


def _report(status: Status, note: str, pixels: Pixels) -> Iterable[Plate]:
    """From the bottom up: the status line, the note."""
    size = text_size(pixels.shape[0])
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


@lru_cache(maxsize=2)
def _help(height: int, width: int) -> Plate:
    """The table of keys, in the largest letters with which it fits the picture."""
    rows = tuple(("  ".join(keys), help) for keys, help in commands.rows())
    size = text_size(height)
    plate = table_plate(rows, size)
    while size > 6 and (plate.height > height or plate.width > width):
        size -= 1
        plate = table_plate(rows, size)
    return plate
