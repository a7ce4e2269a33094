"""A microphone that is heard by a thread of its own, and may go and come back."""

from __future__ import annotations

import time
from dataclasses import replace
from threading import Event, Thread

from livestyle.errors import SourceError
from livestyle.sound.hearing import Hearing
from livestyle.sound.portaudio import open_input
from livestyle.sound.sound_input import OpenInput, SoundInput
from livestyle.sources.reconnect import AWAKE, Reconnection

# PulseAudio holds the first blocks back for 0.3 s and then loses some, unsaid.
SETTLE = 1.2  # seconds of sound after opening that are not believed
QUIET = 2.0  # seconds without a block: even a muted microphone gives zeros
JOIN = 3.0  # seconds to wait for a driver that may hang


class Microphone:
    """What one microphone hears, from opening to closing.

    One that worked and is lost is opened again after growing pauses, for ever.

    Args:
        name: which one, see `portaudio`.
        open: opens it.

    Attributes:
        name: as the system calls it.
        hearing: what listens to it.

    Raises:
        SourceError: it cannot be opened.
    """

    def __init__(self, name: str, open: OpenInput = open_input) -> None:
        self._wanted, self._open = name, open
        self._input: SoundInput | None = open(name, None)
        self.name = self._input.name
        self.hearing = Hearing(self._input.kind)
        self._closed = Event()
        self._again = Reconnection(f"microphone {self.name}", self._closed)
        self._died = ""
        # A daemon: a driver that hangs must not keep the program alive.
        self._thread = Thread(target=self._run, name="microphone", daemon=True)
        self._thread.start()

    @property
    def status(self) -> str:
        """That it is lost and recordings are silent meanwhile; "" while it works."""
        return self._died or self._again.status

    def close(self) -> None:
        """Ends the thread and gives the device back. Safe to call twice."""
        self._closed.set()
        self._thread.join(JOIN)

    def _run(self) -> None:
        try:
            self._hear_always()
        except BaseException as error:  # noqa: BLE001 - pictures go on without sound
            said = " ".join([f"{type(error).__name__}:", *str(error).split()])
            self._died = f"microphone {self.name} ended with {said.rstrip(':')}"
        finally:
            if self._input is not None:
                self._input.close()

    def _hear_always(self) -> None:
        while not self._closed.is_set():
            why = self._hear() if self._input is not None else self._reopen()
            if self._closed.is_set() or not why:
                continue
            if self._input is not None:
                self._input.close()
                self._input = None
            for _ in self._again.wait(why):
                pass

    def _hear(self) -> str:
        """Hears until it is closed, or gives the reason why nothing is heard."""
        assert self._input is not None
        heard, gap = time.monotonic(), True
        settled: float | None = None
        while not self._closed.is_set():
            try:
                block = self._input.read(AWAKE)
            except SourceError as error:
                return error.message
            if block is None:
                if time.monotonic() - heard > QUIET:
                    return f"no sound for {QUIET:g} s"
                continue
            heard = time.monotonic()
            if settled is None:
                settled = block.captured + SETTLE
            if block.captured >= settled:
                # The clock of a device begins anew when it is opened.
                self.hearing.hear(replace(block, after_gap=gap or block.after_gap))
                self._again.works()
                gap = False
        return ""

    def _reopen(self) -> str:
        """Why it cannot be opened again; "" if it is open."""
        try:
            self._input = self._open(self._wanted, self.hearing.kind)
        except SourceError as error:
            return error.message
        return ""
