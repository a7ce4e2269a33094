"""A video file, every frame of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

# OpenCV before PyAV: with PyAV's libxcb loaded first, no window ever comes up.
import cv2  # noqa: F401

# isort: split
import av
from av.container import InputContainer

from livestyle.errors import SourceError
from livestyle.frame import Frame
from livestyle.sources.decoding import Pictures, rate, reason

HOPELESS = (
    100  # failures to read on, one after the other, before a file counts as ended
)


@dataclass(frozen=True)
class _Header:
    fps: float
    frames: int | None
    duration: float | None


class VideoFile:
    """Every frame of a video or GIF, as fast as it is asked for.

    The header is read at once, so a file that is no video is an error here; the file is
    held open only while it is iterated. Damaged packets are skipped and counted in
    `status`.

    Args:
        path: the file.

    Attributes:
        path: the file.
        frames: how many the header promises, None when it does not say.
        duration: seconds, None when the header does not say.

    Raises:
        SourceError: there is no such file, or it is no video that can be read.
    """

    live = False

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.name = self.path.name
        self._closed = Event()
        self._damaged = 0
        with self._open() as container:
            header = _read_header(container)
        self.fps = header.fps
        self.frames = header.frames
        self.duration = header.duration

    @property
    def status(self) -> str:
        """How many packets were damaged, or "" while all is well."""
        if not self._damaged:
            return ""
        plural = "" if self._damaged == 1 else "s"
        return f"{self._damaged} damaged packet{plural} skipped"

    def __iter__(self) -> Iterator[Frame]:
        """Yields every frame; `captured` is its presentation time in seconds from 0.

        Raises:
            SourceError: the file cannot be opened any more or holds no picture.
        """
        index = 0
        if self._closed.is_set():
            return
        with self._open() as container:
            pictures, clock = Pictures(), _Clock(self.fps)
            for decoded in self._decode(container):
                yield Frame(pictures(decoded), index, clock(decoded.time))
                index += 1
                if self._closed.is_set():
                    return
        if index == 0:
            raise self._no_video("it holds no picture")

    def close(self) -> None:
        """Ends the iteration after the frame that is being read."""
        self._closed.set()

    def _open(self) -> InputContainer:
        if not self.path.exists():
            raise SourceError(
                f"there is no file '{self.path}'",
                hint="Check the path, or try --source demo.",
            )
        if self.path.is_dir():
            raise SourceError(
                f"'{self.path}' is a folder", hint="Name one video file inside it."
            )
        try:
            container = av.open(str(self.path), mode="r")
        except av.FFmpegError as error:
            raise self._no_video(reason(error)) from error
        if container.streams.video:
            container.streams.video[0].thread_type = "AUTO"
            return container
        container.close()
        raise self._no_video("it has no video track")

    def _no_video(self, why: str) -> SourceError:
        return SourceError(
            f"'{self.path}' is no video that can be read ({why})",
            hint="Check that it plays elsewhere, or convert it: "
            "ffmpeg -i IN -pix_fmt yuv420p OUT.mp4",
        )

    def _decode(self, container: InputContainer) -> Iterator[av.VideoFrame]:
        for packet in self._packets(container):
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                self._damaged += 1
            else:
                yield from decoded

    def _packets(
        self, container: InputContainer
    ) -> Iterator[av.Packet[av.VideoStream]]:
        stream = container.streams.video[0]
        failures = 0
        while failures < HOPELESS:
            try:
                for packet in container.demux(stream):
                    failures = 0
                    yield packet
            except av.FFmpegError:
                # The container is damaged here; what follows may be whole.
                self._damaged += 1
                failures += 1
            else:
                return


class _Clock:
    """Presentation times that begin at 0, never go back and are never missing."""

    def __init__(self, fps: float) -> None:
        self._step = 1 / fps if fps else 0.04
        self._origin: float | None = None
        self._last = -self._step

    def __call__(self, presented: float | None) -> float:
        moment = self._last + self._step
        if presented is not None:
            if self._origin is None:
                self._origin = presented - moment
            moment = presented - self._origin
        self._last = max(self._last, moment)
        return self._last


def _read_header(container: InputContainer) -> _Header:
    stream = container.streams.video[0]
    duration: float | None = None
    if stream.duration is not None and stream.time_base is not None:
        duration = float(stream.duration * stream.time_base)
    elif container.duration is not None:
        duration = container.duration / av.time_base
    return _Header(rate(stream), stream.frames or None, duration)
