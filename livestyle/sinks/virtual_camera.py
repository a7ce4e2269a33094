"""Gives other programs the painted picture as if it came from a camera."""

from __future__ import annotations

import threading
import time

import numpy as np

from livestyle.frame import Frame, Pixels
from livestyle.sinks.beat import Beat
from livestyle.sinks.fitting import fit
from livestyle.sinks.virtual_device import (
    Device,
    OpenDevice,
    open_device,
    require_package,
)

# What every program for calls takes.
FPS = 30.0
JOIN = 3.0  # seconds to wait for a driver that does not come back


class VirtualCamera:
    """A Sink whose pictures have one size and one rate, whatever comes.

    Its thread sends the newest picture `fps` times a second: again when no newer one
    has come, and of several that came since only the last one.

    Args:
        size_wh: the size; None takes that of the first picture, without an odd row or
            column. Others are fitted in between black bars.
        fps: the rate.
        open: what opens the device; it is opened at the first picture.

    Attributes:
        device: where others find it, such as "/dev/video2"; "" until it is open.
        sent: how many pictures the device has taken.
        trouble: why it takes no more, "" while it does.

    Raises:
        OutputError: the package that it needs is not installed.
    """

    def __init__(
        self,
        size_wh: tuple[int, int] | None = None,
        fps: float = FPS,
        open: OpenDevice | None = None,
    ) -> None:
        if open is None:
            require_package()
        self.device = ""
        self.sent = 0
        self.trouble = ""
        self._size_wh = size_wh
        self._fps = fps
        self._open = open or open_device
        self._newest: Pixels | None = None
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def write(self, frame: Frame) -> None:
        """Makes this the picture that is sent; its pixels are only read.

        Raises:
            OutputError: at the first picture, if the device does not open.
        """
        if self._closing.is_set():
            return
        self._newest = frame.pixels
        if self._thread is None:
            width, height = self._size_wh or (frame.width, frame.height)
            size_wh = (max(width - width % 2, 2), max(height - height % 2, 2))
            device = self._open(size_wh, self._fps)
            self.device = device.device
            self._thread = threading.Thread(
                target=self._send,
                args=(device, size_wh),
                name="virtual camera",
                daemon=True,
            )
            self._thread.start()

    def close(self) -> None:
        """Gives the device back, unless its driver hangs. Safe to call twice."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(JOIN)

    def _send(self, device: Device, size_wh: tuple[int, int]) -> None:
        beat, shown, fitted = Beat(self._fps), None, None
        try:
            while not self._closing.wait(beat.wait(time.monotonic())):
                newest = self._newest
                if newest is not shown and newest is not None:
                    shown = newest
                    fitted = np.ascontiguousarray(fit(newest, size_wh))
                if fitted is not None:
                    device.send(fitted)
                    self.sent += 1
        except Exception as error:  # noqa: BLE001 - the picture goes on without it
            reason = " ".join([f"{type(error).__name__}:", *str(error).split()])
            self.trouble = f"the virtual camera is lost ({reason.rstrip(':')})"
        finally:
            device.close()


def wanted(asked: bool, size_wh: tuple[int, int] | None) -> VirtualCamera | None:
    """The virtual camera of a run, if there shall be one.

    Raises:
        OutputError: it cannot be had.
    """
    return VirtualCamera(size_wh) if asked else None
