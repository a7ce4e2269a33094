"""Microphones through PortAudio, by way of the package sounddevice.

All that depends on that package is here. PyAV would need no further one, but what pip
installs of it for Linux brings an ALSA library without its settings, for which there is
no "default" and no PipeWire; FFmpeg's input of macOS keeps a single buffer, and loses
sound whenever it is read late.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Any

import numpy as np

from livestyle.errors import SourceError
from livestyle.sound.block import Block, Samples
from livestyle.sound.sound_input import Kind, SoundInput
from livestyle.soundtrack import AAC_RATES

PACKAGE = "sounddevice>=0.5"
LIBRARY = "sudo apt-get install libportaudio2"
ALLOW = (
    "Plug it in, allow microphone access in the system's privacy settings and close "
    "programs that use it alone, or record without --microphone."
)
DEFAULT = "default"  # the name of whichever the system takes

USUAL_RATE = 48_000
BLOCKS = 50  # in a second
MOST_WAITING = 4 * BLOCKS
LONGEST_LAG = 1.0  # seconds from the microphone to us; what says more is no lag


@dataclass(frozen=True)
class MicrophoneInfo:
    """A device that sound can be captured from.

    Attributes:
        number: PortAudio's, until devices come or go.
        name: as the system calls it.
        system: what gives access to it: "ALSA", "Core Audio", "MME".
        kind: the rate that it likes best, and how many channels it has.
        default: whether the system takes it where none is named.
    """

    number: int
    name: str
    system: str
    kind: Kind
    default: bool


def find_microphones() -> list[MicrophoneInfo]:
    """All that there are, in PortAudio's order.

    Raises:
        SourceError: sounddevice or PortAudio is missing, or finds nothing out.
    """
    sounddevice = _sounddevice()
    try:
        devices, systems = sounddevice.query_devices(), sounddevice.query_hostapis()
        default = sounddevice.default.device[0]
    except sounddevice.PortAudioError as error:
        raise _lost("PortAudio does not tell the microphones", error) from error
    return [
        MicrophoneInfo(
            number,
            " ".join(str(row["name"]).split()),
            systems[row["hostapi"]]["name"],
            Kind(round(row["default_samplerate"]), row["max_input_channels"]),
            number == default,
        )
        for number, row in enumerate(devices)
        if row["max_input_channels"] > 0
    ]


def choose(found: list[MicrophoneInfo], name: str) -> MicrophoneInfo:
    """The microphone that is meant by a name.

    Args:
        found: all that there are.
        name: "default", a number, a name, or a part of a name in any case. Of several,
            the first is taken: Windows has each device once for each of its systems.

    Raises:
        SourceError: there is none of that name.
    """
    wanted = name.strip().casefold()
    if wanted == DEFAULT:
        meant = [row for row in found if row.default]
    elif wanted.isdecimal():
        meant = [row for row in found if row.number == int(wanted)]
    else:
        meant = [row for row in found if row.name.casefold() == wanted]
        meant += [row for row in found if wanted and wanted in row.name.casefold()]
    if meant:
        return meant[0]
    if not found:
        raise SourceError("no microphone was found", hint=ALLOW)
    listed = ", ".join(f"{row.number} {row.name}" for row in found)
    raise SourceError(f"there is no microphone '{name}'", hint=f"There are: {listed}.")


def open_input(name: str, again: Kind | None = None) -> SoundInput:
    """Opens a microphone; see `choose` for names and `OpenInput` for the rest.

    Raises:
        SourceError: it is not there, or does not open.
    """
    if again is not None:
        _look_anew()
    return _Input(choose(find_microphones(), name), again)


class _Input:
    """One opening of a microphone, read by PortAudio's own thread."""

    def __init__(self, info: MicrophoneInfo, again: Kind | None) -> None:
        sounddevice = _sounddevice()
        rate = info.kind.rate if info.kind.rate in AAC_RATES else USUAL_RATE
        self.name = info.name
        self.kind = again or Kind(rate, min(info.kind.channels, 2))
        self._waiting: Queue[Block] = Queue(MOST_WAITING)
        self._gap = False
        try:
            self._stream = sounddevice.InputStream(
                device=info.number,
                samplerate=self.kind.rate,
                channels=self.kind.channels,
                blocksize=self.kind.rate // BLOCKS,
                dtype="float32",
                callback=self._hear,
            )
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise _lost(f"microphone '{info.name}' does not open", error) from error

    def read(self, timeout: float) -> Block | None:
        """The next block; see `SoundInput`."""
        try:
            return self._waiting.get(timeout=timeout)
        except Empty:
            if not self._stream.active:
                raise SourceError("it stopped", hint=ALLOW) from None
            return None

    def close(self) -> None:
        """Gives the device back."""
        self._stream.close(ignore_errors=True)

    def _hear(self, samples: Samples, count: int, moments: Any, status: Any) -> None:
        """Is called by PortAudio, in its thread."""
        captured = time.monotonic() - lag(moments, count / self.kind.rate)
        gap = self._gap or bool(status.input_overflow)
        try:
            self._waiting.put_nowait(Block(np.array(samples), captured, gap))
        except Full:
            gap = True
        else:
            gap = False
        self._gap = gap


def lag(moments: Any, length: float) -> float:
    """How many seconds ago the first sample of a block was captured.

    Args:
        moments: PortAudio's for this block; some systems leave them 0.
        length: of the block in seconds: no sample is younger than the last.
    """
    said = float(moments.currentTime - moments.inputBufferAdcTime)
    known = moments.inputBufferAdcTime > 0 and length / 2 <= said <= LONGEST_LAG
    return said if known else length


def _sounddevice() -> Any:
    """The package, if it is there and has what it needs."""
    try:
        import sounddevice
    except ImportError as error:
        raise SourceError(
            "no microphone can be heard without the package sounddevice",
            hint="Install it: pip install '.[microphone]' in the checkout, or "
            f"pip install '{PACKAGE}'.",
        ) from error
    except OSError as error:  # it loads the library when it is imported
        linux = sys.platform == "linux"
        hint = LIBRARY if linux else f"pip install --force-reinstall '{PACKAGE}'"
        raise SourceError(
            f"sounddevice lacks the library PortAudio ({error})",
            hint=f"Install it: {hint}",
        ) from error
    return sounddevice


def _look_anew() -> None:
    """Lets PortAudio list the devices again: it does so only when it starts."""
    sounddevice = _sounddevice()
    try:
        sounddevice._terminate()
        sounddevice._initialize()
    except sounddevice.PortAudioError as error:
        raise _lost("PortAudio does not start again", error) from error


def _lost(what: str, error: Exception) -> SourceError:
    reason = " ".join(str(error).split())
    return SourceError(f"{what} ({reason})", hint=ALLOW)
