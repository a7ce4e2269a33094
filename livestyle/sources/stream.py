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
from livestyle.sources.reconnect import Reconnection, awake
from livestyle.sources.watching import PictureWatch

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
        fps: the rate that the stream states, 0.0 while unknown.

    Raises:
        SourceError: this is no address of a stream.
    """

    live = True

    def __init__(self, url: str, patience: float = 10.0, stall: float = 2.5) -> None:
        self.name = _checked(url)
        self.fps = 0.0
        self._url = url
        self._timeout = (patience, stall)
        self._given = 0
        self._remark = ""
        self._closed = Event()
        self._again = Reconnection("stream", self._closed)

    @property
    def status(self) -> str:
        """That it is lost, or that its pictures are black; else ""."""
        return self._again.status or self._remark

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
            yield from self._again.wait(why)

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
        # A still picture is no fault here: slides may well stand still.
        watch, pulse = PictureWatch(still=False), _Pulse(*self._timeout, self.fps)
        # All that comes: a read that waits for video alone never ends beside sound.
        for packet in container.demux():
            for decoded in (
                _decode(packet) if packet.stream.index == video.index else ()
            ):
                yield from awake(schedule.ahead(decoded.time), self._closed)
                if self._closed.is_set():
                    return "it was closed"
                yield self._frame(pictures, decoded, watch)
                pulse.beat()
            if pulse.stopped():
                return "no pictures came"
        return "it ended"

    def _frame(
        self, pictures: Pictures, decoded: av.VideoFrame, watch: PictureWatch
    ) -> Frame:
        frame = Frame(pictures(decoded), self._given, time.monotonic())
        self._given += 1
        self._remark = watch(frame.pixels, frame.captured)
        self._again.works()
        return frame


class _Pulse:
    """Whether pictures still come, for connections that carry other things as well.

    Args:
        patience: seconds until the first picture.
        stall: seconds between two, or three pictures' time if that is longer.
        fps: the rate that the stream states, 0.0 while unknown.
    """

    def __init__(self, patience: float, stall: float, fps: float) -> None:
        self._stall = max(stall, 3 / fps if fps else 0.0)
        self._end = time.monotonic() + patience

    def beat(self) -> None:
        """A picture came."""
        self._end = time.monotonic() + self._stall

    def stopped(self) -> bool:
        """Whether it is too long ago."""
        return time.monotonic() > self._end


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


def _decode(packet: av.Packet[av.stream.Stream]) -> list[av.VideoFrame]:
    try:
        return [f for f in packet.decode() if isinstance(f, av.VideoFrame)]
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
