"""H.264 movies that can be played at every moment of their making."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import cast

# OpenCV before PyAV: with PyAV's libxcb loaded first, no window ever comes up.
import cv2  # noqa: F401

# isort: split
import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import PictureType
from av.video.stream import VideoStream

from livestyle.errors import OutputError
from livestyle.frame import Pixels
from livestyle.naming import output_error
from livestyle.sinks.h264 import Converter, Effort, describe, options
from livestyle.sinks.newfile import File

# The clock of MPEG: fine enough for any camera, and a whole number of ticks for a frame
# at 24, 25, 30, 50 and 60 frames/s.
TICK = Fraction(1, 90_000)

FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}

# A keyframe begins a fragment, and what is in finished fragments survives a kill.
# Fragments are also cut between keyframes, so that less is lost.
LONGEST_WITHOUT_KEYFRAME = Fraction(1)
FRAGMENT_MICROSECONDS = 500_000


class Movie:
    """One movie file with one H.264 stream, 8-bit 4:2:0, BT.709 colours.

    While it grows, an MP4 is fragmented: it plays up to its last fragment whatever
    happens to the program. `close` adds the index that makes it an ordinary MP4.

    Args:
        file: where it goes; the suffix of its path, one of `FORMATS`, says which
            container.
        width: pixels of the first picture; an odd last column is cut off.
        height: likewise; an odd last row is cut off. Later pictures of another size
            are fitted in between black bars.
        rate: frames/s, nominal; times are what counts.
        tick: the unit of times, in seconds.
        encoder: FFmpeg's name of one that works here, see `encoder_choice`.
        effort: what the encoder does for it, see `h264`.
        pixel_aspect: width of a pixel divided by its height.
        packets: is given each encoded picture before it is written, in order, its
            duration known.

    Raises:
        OutputError: the encoder does not take it, or the file cannot be written.
    """

    def __init__(
        self,
        file: File,
        width: int,
        height: int,
        *,
        rate: Fraction = Fraction(30),
        tick: Fraction = TICK,
        encoder: str = "libx264",
        effort: Effort = "prompt",
        pixel_aspect: Fraction = Fraction(1),
        packets: Callable[[Packet[Stream]], object] | None = None,
    ) -> None:
        self._file = file
        size_wh = (max(width - width % 2, 2), max(height - height % 2, 2))
        self._tick = tick
        self._longest = int(LONGEST_WITHOUT_KEYFRAME / tick)
        self._keyframe: int | None = None
        self._latest: int | None = None
        self._durations: dict[int, int] = {}
        self._held: deque[Packet[Stream]] = deque()
        self._convert = Converter(size_wh)
        self._packets = packets
        self._closed = False
        with self._said():
            self._container = _open(file)
            stream = self._container.add_stream(
                encoder, rate=rate, options=options(encoder, effort)
            )
            self._stream = cast(VideoStream, stream)
            self._stream.codec_context.time_base = tick
            self._stream.codec_context.sample_aspect_ratio = pixel_aspect
            describe(self._stream.codec_context, encoder, effort, size_wh, rate)

    @property
    def container(self) -> OutputContainer:
        """For streams of sound, which must be added before the first picture."""
        return self._container

    def write(self, pixels: Pixels, at: int, duration: int) -> None:
        """Adds a picture.

        Args:
            pixels: BGR uint8, shape (height, width, 3).
            at: when it is shown, in ticks; more than that of the picture before.
            duration: for how long, in ticks, if no other picture follows.

        Raises:
            OutputError: it cannot be encoded or written.
        """
        with self._said():
            frame = self._convert(pixels)
            frame.pts, frame.time_base = at, self._tick
            if self._wants_keyframe(at, duration):
                frame.pict_type = PictureType.I
                self._keyframe = at
                self._file.require_present()
            if self._latest is not None:
                self._durations[self._latest] = at - self._latest
            self._latest, self._durations[at] = at, duration
            self._held.extend(self._stream.encode(frame))
            self._mux_held()

    def mux(self, packet: Packet[AudioStream]) -> None:
        """Adds a packet of sound.

        Raises:
            OutputError: it cannot be written.
        """
        with self._said():
            self._container.mux(packet)

    def close(self, end: int | None = None) -> None:
        """Finishes the file as well as it can be. Safe to call twice.

        Args:
            end: until when the last picture is shown, in ticks; None leaves the
                duration that came with it.

        Raises:
            OutputError: its end could not be written; what was written before plays.
        """
        if self._closed:
            return
        self._closed = True
        if end is not None and self._latest is not None:
            self._durations[self._latest] = max(end - self._latest, 1)
        try:
            with self._said():
                if self._keyframe is not None and self._file.failure is None:
                    self._drain()
                    self._file.require_present()
        finally:
            self._finish()

    def _drain(self) -> None:
        """Writes what the encoder and we have held back, though it failed before."""
        try:
            self._held.extend(self._stream.encode(None))
        finally:
            self._latest = None
            self._mux_held()

    def _finish(self) -> None:
        broken = self._file.failure is not None
        try:
            with self._said():
                self._container.close()
        except OutputError:
            if not broken:  # else the failure was told before
                raise
        finally:
            self._file.close()

    def _wants_keyframe(self, at: int, duration: int) -> bool:
        """Whether the picture after this one might come too late for a keyframe."""
        return self._keyframe is None or at + duration - self._keyframe > self._longest

    def _mux_held(self) -> None:
        """Writes the packets of all pictures but the latest, whose end is not known.

        The containers take the greatest end that they ever saw for the movie's.
        """
        while self._held and self._held[0].pts != self._latest:
            packet = self._held.popleft()
            packet.duration = self._durations.pop(packet.pts or 0, 0)
            if self._packets is not None:
                self._packets(packet)
            self._container.mux(packet)

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Turns what FFmpeg and the disk say into one sentence."""
        try:
            yield
        except (av.FFmpegError, OSError, ValueError, MemoryError) as error:
            if self._file.failure is not None:
                raise output_error(self._file.path, self._file.failure) from error
            reason = str(error) or type(error).__name__
            raise OutputError(
                f"cannot encode '{self._file.path}': {reason}",
                hint="Try another size, or another kind of file.",
            ) from error


def require_format(path: Path) -> None:
    """Makes sure that a movie's suffix names a container that we write.

    Raises:
        OutputError: it does not.
    """
    if path.suffix.lower() not in FORMATS:
        raise OutputError(
            f"movies of the kind '{path.suffix}' are not written: '{path}'",
            hint=f"Use one of {', '.join(FORMATS)}.",
        )


def _open(file: File) -> OutputContainer:
    container = FORMATS[file.path.suffix.lower()]
    options = {"flush_packets": "1"}
    if container != "matroska":
        # The index is delayed until a packet of every stream has been seen, because
        # some kinds of sound cannot be described before.
        options |= {
            "movflags": "hybrid_fragmented+frag_keyframe+delay_moov",
            "frag_duration": str(FRAGMENT_MICROSECONDS),
        }
    return av.open(file, "w", format=container, container_options=options)
