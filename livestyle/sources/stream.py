"""A live stream from the network, which may go away and come back."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from threading import Event

# OpenCV before PyAV: with PyAV's libxcb loaded first, no window ever comes up.
import cv2  # noqa: F401

# isort: split
import av
from av.container import InputContainer

from livestyle.errors import SourceError
from livestyle.frame import Frame
from livestyle.sources.decoding import Pictures, rate, reason

SCHEMES = (
    "http",
    "https",
    "rtmp",
    "rtmps",
    "rtp",
    "rtsp",
    "rtsps",
    "srt",
    "tcp",
    "udp",
)
AWAKE = 0.05  # seconds between two signs of life while there is nothing to give
PAUSES = (0.5, 5.0)  # seconds before connecting again: the first, doubling to the last

# A short look at the stream before the first picture: with FFmpeg's own values it takes
# a second to guess a frame rate that nobody needs. `nobuffer` is left out on purpose:
# it throws the packets of that look away, the key frame among them, and what comes late
# without it is dropped by the slot anyway.
OPTIONS = {
    "analyzeduration": "500000",  # microseconds
    "fpsprobesize": "0",
    "overrun_nonfatal": "1",  # UDP: better to lose packets than the stream
    "rtsp_flags": "prefer_tcp",
}


class Stream:
    """Frames from a network address as they arrive.

    When a stream that worked stalls or ends, it is opened again after growing pauses,
    for ever; meanwhile `status` says so and the iteration yields None. A clip of known
    length, as on a web server, is played once and at its own pace.

    Args:
        url: an address with one of `SCHEMES`.
        patience: seconds that a connection may take to give its first data.
        stall: seconds without data after which a stream counts as lost.

    Attributes:
        name: the address without user, password and query, which may hold secrets.
        status: what is amiss at the moment, else "".
        fps: the rate that the stream states, 0.0 while unknown.

    Raises:
        SourceError: this is no address of a stream.
    """

    live = True

    def __init__(self, url: str, patience: float = 10.0, stall: float = 2.5) -> None:
        self.name = _checked(url)
        self.status = ""
        self.fps = 0.0
        self._url = url
        self._timeout = (patience, stall)
        self._pause = PAUSES[0]
        self._given = 0
        self._closed = Event()

    def __iter__(self) -> Iterator[Frame | None]:
        """Yields frames; `captured` is `time.monotonic()` when the picture was decoded.

        Raises:
            SourceError: the first connection failed.
        """
        while not self._closed.is_set():
            try:
                with av.open(
                    self._url, mode="r", options=OPTIONS.copy(), timeout=self._timeout
                ) as container:
                    why = yield from self._play(container)
                    if container.duration is not None and self._given:
                        return  # a clip, played to its end
            except av.FFmpegError as error:
                why = reason(error)
            if self._closed.is_set():
                return
            if not self._given:
                # Outside `except`: FFmpeg's error holds the address with its password.
                raise SourceError(
                    f"{self.name} does not deliver ({why})",
                    hint="Check the address, that its sender is running and that no "
                    "firewall is in between, or try --source demo.",
                )
            yield from self._wait(why)

    def close(self) -> None:
        """Ends the iteration with the next frame, from any thread.

        A read that waits for data gives up after `stall` seconds, a connection that is
        being made after `patience`.
        """
        self._closed.set()

    def _play(self, container: InputContainer) -> Generator[Frame | None, None, str]:
        """Yields the frames of one connection and returns why there are no more."""
        if not container.streams.video:
            return "it carries no video"
        video = container.streams.video[0]
        video.thread_type = "SLICE"  # threads by frame would hold frames back
        self.fps = rate(video)
        pictures, schedule = Pictures(), _Schedule(container)
        for packet in container.demux(video):
            for decoded in _decode(packet):
                yield from self._sleep(schedule.ahead(decoded.time))
                if self._closed.is_set():
                    return "it was closed"
                yield self._frame(pictures, decoded)
        return "it ended"

    def _frame(self, pictures: Pictures, decoded: av.VideoFrame) -> Frame:
        frame = Frame(pictures(decoded), self._given, time.monotonic())
        self._given += 1
        self._pause = PAUSES[0]
        self.status = ""
        return frame

    def _wait(self, why: str) -> Iterator[None]:
        lost = f"stream lost ({why}), reconnecting"
        self.status = f"{lost} in {self._pause:g} s"
        yield from self._sleep(self._pause)
        self._pause = min(self._pause * 2, PAUSES[1])
        self.status = lost

    def _sleep(self, seconds: float) -> Iterator[None]:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            yield None
            if self._closed.wait(min(left, AWAKE)):
                return


class _Schedule:
    """How early a picture is, for connections that send faster than one should see.

    A live sender keeps its own time, so its pictures are never early. Clips come as
    fast as the network, HLS comes in pieces of seconds.
    """

    MOST = 10.0  # seconds; more is a jump in the time stamps, not an early picture

    def __init__(self, container: InputContainer) -> None:
        self._paced = container.duration is not None or container.format.name == "hls"
        self._origin: float | None = None

    def ahead(self, presented: float | None) -> float:
        """Seconds until this picture is due; below or at 0 when it is."""
        if not self._paced or presented is None:
            return 0.0
        now = time.monotonic()
        ahead = presented + self._origin - now if self._origin is not None else 0.0
        if self._origin is None or not -1 < ahead < self.MOST:
            self._origin = now - presented
            return 0.0
        return ahead


def _decode(packet: av.Packet[av.VideoStream]) -> list[av.VideoFrame]:
    try:
        return packet.decode()
    except av.FFmpegError:
        return []  # damaged on the way, or before the first key frame


def _checked(url: str) -> str:
    """The address as it may be shown, once it is known to be one."""
    scheme, _, rest = url.partition("://")
    # A password may hold any character, so all before the last @ goes.
    shown = rest.rpartition("@")[2].partition("?")[0].partition("#")[0]
    if scheme.lower() not in SCHEMES:
        raise SourceError(
            f"'{scheme}://{shown}' is no stream that can be opened",
            hint=f"Addresses begin with one of: {', '.join(SCHEMES)}.",
        )
    if not shown:
        raise SourceError(
            f"'{scheme}://' lacks an address",
            hint="It should look like udp://0.0.0.0:5000 or rtsp://host/path.",
        )
    return f"{scheme.lower()}://{shown}"
