"""Takes the place of the package sounddevice: its thread tells what it hears."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import numpy as np

from livestyle.sound.block import Samples

Callback = Callable[[Samples, int, Any, Any], None]


class PortAudioError(Exception):
    """What the package raises."""


@dataclass
class FakeSoundDevice:
    """The functions that livestyle calls; one object is the module.

    Attributes:
        names: of the devices that are there.
        heard: what the microphone takes up at each moment, by `time.monotonic()`.
        rate: how many samples it really takes up in a second, where it claims 8000.
        lag: seconds from the microphone to the callback; told as PortAudio does.
        opened: how many streams were.
        lists: how many times devices were looked for.
    """

    heard: Callable[[Any], Samples]
    names: list[str] = field(default_factory=lambda: ["Built-in", "USB Microphone"])
    rate: float = 8000.0
    lag: float = 0.05
    opened: int = 0
    lists: int = 1
    PortAudioError = PortAudioError
    default = SimpleNamespace(device=[1, 0])

    def query_devices(self) -> list[dict[str, Any]]:
        speaker = {"name": "Speaker", "max_input_channels": 0}
        rows = [speaker, *({"name": n, "max_input_channels": 1} for n in self.names)]
        return [{**row, "hostapi": 0, "default_samplerate": 8000.0} for row in rows]

    def query_hostapis(self) -> list[dict[str, Any]]:
        return [{"name": "Fake"}]

    def _terminate(self) -> None:
        self.lists += 1

    def _initialize(self) -> None:
        pass

    def InputStream(self, **wish: Any) -> FakeStream:
        if wish["device"] > len(self.names):
            raise PortAudioError("Device unavailable [PaErrorCode -9985]")
        self.opened += 1
        return FakeStream(self, wish["blocksize"], wish["callback"])


class FakeStream:
    """A stream whose thread sleeps until a block is full."""

    def __init__(self, device: FakeSoundDevice, size: int, callback: Callback) -> None:
        self._device, self._size, self._callback = device, size, callback
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="PortAudio", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def active(self) -> bool:
        return self._thread.is_alive()

    def close(self, ignore_errors: bool = True) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        device, began, taken = self._device, time.monotonic(), 0
        while device.names and not self._stopped.is_set():
            moments = began + (taken + np.arange(self._size)) / device.rate
            taken += self._size
            ready = began + taken / device.rate + device.lag
            self._stopped.wait(max(0.0, ready - time.monotonic()))
            now = 500 + time.monotonic()  # PortAudio's clock is one of its own
            said = SimpleNamespace(
                currentTime=now, inputBufferAdcTime=500 + float(moments[0])
            )
            state = SimpleNamespace(input_overflow=False)
            self._callback(device.heard(moments), self._size, said, state)
