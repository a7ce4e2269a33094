"""A live source read by a thread of its own: its reader meets the newest frame."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterator
from threading import Event, Thread

from livestyle.errors import SourceError
from livestyle.frame import Frame
from livestyle.slot import LatestSlot, SlotClosed
from livestyle.sources.source import Source

AWAKE = 0.05  # seconds between two signs of life, so that a window answers its keys
QUIET = 2.0  # seconds without a picture that are worth a word
RATE_WINDOW = 2.0  # seconds over which the captured rate is measured
JOIN = 3.0  # seconds to wait for a driver that does not come back from a read


class Latest:
    """A Source around a Source: frames that nobody took in time are dropped.

    A thread named "capture" iterates the source, and so opens, reads and releases the
    device. It starts with the first `wait_ready` or iteration. Frames pass unchanged:
    a gap in their `index` is what was dropped. To be read from one thread, once.
    A live source can be let go of (`rest`) and taken again (`wake`) meanwhile.

    Attributes:
        captured: frames that the source gave so far.
        dropped: those among them that a newer one replaced.
    """

    live = True

    def __init__(self, source: Source) -> None:
        self.captured = 0
        self.dropped = 0
        self._source = source
        self._slot: LatestSlot[Frame] = LatestSlot()
        self._times: deque[float] = deque()
        self._last: float | None = None
        self._stopped = Event()
        self._awake = Event()
        self._awake.set()
        self._released = Event()  # nobody holds the device
        self._why = ""  # it rests
        self._waking = False
        self._settled = Event()  # a first frame is here, or there will be none
        self._failure: BaseException | None = None
        self._thread: Thread | None = None

    @property
    def name(self) -> str:
        """The name of the source inside."""
        return self._source.name

    @property
    def fps(self) -> float:
        """The nominal rate of the source inside; `captured_fps` is the real one."""
        return self._source.fps

    @property
    def status(self) -> str:
        """The status of the source inside, that it rests, or that it has gone quiet.

        A driver that hangs in a read keeps the source from saying so itself.
        """
        if self.resting:
            done = "released" if self._released.is_set() else "being released"
            return f"{self.name} is {done} ({self._why})"
        if said := self._source.status:
            return said
        if self._waking:
            return f"{self.name} is being opened"
        if self._last is None or self._thread is None or not self._thread.is_alive():
            return ""
        quiet = time.monotonic() - self._last
        return f"no picture for {quiet:.0f} s" if quiet > QUIET else ""

    @property
    def waiting(self) -> bool:
        """Whether a frame is there that nobody has taken."""
        return self._slot.full

    @property
    def inside(self) -> Source:
        """The source that the thread reads."""
        return self._source

    @property
    def resting(self) -> bool:
        """Whether it was let go of."""
        return not self._awake.is_set()

    @property
    def captured_fps(self) -> float:
        """Frames/s that arrived over the last two seconds, 0.0 before there are two."""
        now = time.monotonic()
        times = [moment for moment in self._times.copy() if now - moment < RATE_WINDOW]
        span = times[-1] - times[0] if times else 0.0
        # Frames may have one moment: some clocks go on in steps of 16 ms.
        return (len(times) - 1) / span if span > 0 else 0.0

    def wait_ready(self, timeout: float) -> None:
        """Blocks until the first frame is there.

        Args:
            timeout: seconds to wait for it.

        Raises:
            SourceError: the source failed, ended without a frame, or took too long.
        """
        self._start()
        if not self._settled.wait(timeout):
            raise SourceError(
                f"{self.name} gave no picture within {timeout:g} s",
                hint="Check that it is switched on and free, or try --source demo.",
            )
        if self.captured:
            return
        if self._failure is not None:
            raise self._failure
        raise SourceError(
            f"{self.name} ended without a picture",
            hint="Try another source, or --source demo.",
        )

    def __iter__(self) -> Iterator[Frame | None]:
        """Yields the newest frame, or None after 50 ms without news.

        Raises:
            SourceError: the source broke; its last frame was given before.
        """
        self._start()
        while not self._stopped.is_set():
            try:
                yield self._slot.take(AWAKE)
            except SlotClosed:
                return

    def rest(self, why: str) -> None:
        """Gives the device back, as soon as a read that is going on has come back.

        Readers go on to get None. `status` says when it is done.

        Args:
            why: for the status, in a few words.
        """
        self._why = why
        self._awake.clear()

    def wake(self) -> None:
        """Takes the device again, for as long as that takes."""
        self._last, self._waking = None, True
        self._awake.set()

    def close(self) -> None:
        """Stops the thread and waits for it, but not for ever: a driver may hang."""
        self._stopped.set()
        self._source.close()
        self._awake.set()
        self._slot.close()
        if self._thread is not None:
            self._thread.join(JOIN)

    def _start(self) -> None:
        if self._thread is None:
            # A daemon: a read that hangs in a driver must not keep the program alive.
            self._thread = Thread(target=self._capture, name="capture", daemon=True)
            self._thread.start()

    def _capture(self) -> None:
        try:
            self._pump()
        except BaseException as error:  # noqa: BLE001 (raised again in the reader)
            self._failure = error
        finally:
            self._slot.close(self._failure)
            self._settled.set()

    def _pump(self) -> None:
        while not self._stopped.is_set():
            if self._read():
                return
            self._released.set()
            self._awake.wait()
            self._released.clear()

    def _read(self) -> bool:
        """Reads until the source ends, or is to be let go of; whether it has ended."""
        frames = iter(self._source)
        try:
            for frame in frames:
                if self._stopped.is_set():
                    return True
                if self.resting:
                    return False
                if frame is not None:
                    self._pass(frame)
            return True
        finally:
            if isinstance(frames, Generator):
                frames.close()  # which gives the device back, in this thread

    def _pass(self, frame: Frame) -> None:
        # Counted before it can be taken: nobody sees more than was captured.
        self.captured += 1
        self._note_time()
        self.dropped += self._slot.put(frame)
        self._settled.set()

    def _note_time(self) -> None:
        now = time.monotonic()
        self._times.append(now)
        self._last, self._waking = now, False
        while now - self._times[0] > RATE_WINDOW:
            self._times.popleft()
