"""Carries the sound of one movie into another."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import cast

# OpenCV before PyAV: with PyAV's libxcb loaded first, no window ever comes up.
import cv2  # noqa: F401

# isort: split
import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.packet import Packet

# What players take inside MP4 and MOV; Matroska takes whatever FFmpeg can put there.
COPIED = {
    "mp4": {"aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"},
    "mov": {"aac", "mp3", "ac3", "eac3", "alac", "pcm_s16le", "pcm_s24le"},
}

AAC_RATES = {8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000}
AAC_LAYOUTS = {"mono", "stereo", "5.1", "7.1"}
AAC_SAMPLES = 1024  # the length of its frames


class Soundtrack:
    """One stream of sound on its way: copied where it fits, else turned into AAC.

    Args:
        source: the stream that is read.
        container: the movie that it goes to; nothing may have been written to it.
        origin: the moment of the source that becomes 0, in seconds.

    Attributes:
        how: for people: "aac, copied" or "vorbis, as aac".
        skipped: broken packets that were left out.
    """

    def __init__(
        self, source: AudioStream, container: OutputContainer, origin: Fraction
    ) -> None:
        self.skipped = 0
        self._source = source
        self._origin = origin
        self._last: int | None = None
        self._resampler: AudioResampler | None = None
        self._stripper: BitStreamFilterContext | None = None
        codec = source.codec.canonical_name
        if fits(source, container):
            self._target = container.add_stream_from_template(source)
            self._stripper = _stripper(source)
            self.how = f"{codec}, copied"
        else:
            self._resampler = resampler = _resampler(source)
            self._target = container.add_stream("aac", rate=resampler.rate)
            self._target.codec_context.layout = resampler.layout
            self.how = f"{codec}, as aac"

    def convert(self, packet: Packet[AudioStream]) -> Iterator[Packet[AudioStream]]:
        """Gives the packets to write for one that was read; an empty one ends it."""
        if self._resampler is None:
            made = self._copied(packet)
        else:
            made = self._encoded(packet, self._resampler)
        for ready in made:
            if ready.dts is None or (
                self._last is not None and ready.dts <= self._last
            ):
                self.skipped += 1
                continue
            self._last = ready.dts
            ready.stream = self._target
            yield ready

    def _copied(self, packet: Packet[AudioStream]) -> Iterator[Packet[AudioStream]]:
        if packet.size:
            shift = round(self._origin / packet.time_base)
            packet.pts = None if packet.pts is None else packet.pts - shift
            packet.dts = None if packet.dts is None else packet.dts - shift
            yield from self._bare(packet)

    def _bare(self, packet: Packet[AudioStream]) -> list[Packet[AudioStream]]:
        if self._stripper is None:
            return [packet]
        time_base = packet.time_base
        try:
            bare = self._stripper.filter(packet)
        except av.FFmpegError:
            self.skipped += 1
            return []
        for ready in bare:
            ready.time_base = time_base
        return cast("list[Packet[AudioStream]]", bare)

    def _encoded(
        self, packet: Packet[AudioStream], resampler: AudioResampler
    ) -> Iterator[Packet[AudioStream]]:
        frames: list[AudioFrame | None] = [*self._decoded(packet)]
        for frame in frames if packet.size else [*frames, None]:
            for block in self._resampled(frame, resampler):
                yield from self._target.encode(block)
        if not packet.size:
            yield from self._target.encode(None)

    def _decoded(self, packet: Packet[AudioStream]) -> list[AudioFrame]:
        try:
            frames = packet.decode()
        except av.FFmpegError:
            self.skipped += 1
            return []
        for frame in frames:
            if frame.pts is not None and frame.time_base is not None:
                frame.pts -= round(self._origin / frame.time_base)
        return frames

    def _resampled(
        self, frame: AudioFrame | None, resampler: AudioResampler
    ) -> list[AudioFrame]:
        try:
            return resampler.resample(frame)
        except (av.FFmpegError, ValueError):  # its kind changed on the way
            self.skipped += 1
            return []


def fits(source: AudioStream, container: OutputContainer) -> bool:
    """Whether a movie takes the packets of a sound stream as they are."""
    if container.format.name == "matroska":
        return source.codec_context.name in container.supported_codecs
    return source.codec.canonical_name in COPIED[container.format.name]


def _resampler(source: AudioStream) -> AudioResampler:
    context = source.codec_context
    return AudioResampler(
        format="fltp",
        layout=context.layout.name if context.layout.name in AAC_LAYOUTS else "stereo",
        rate=context.sample_rate if context.sample_rate in AAC_RATES else 48_000,
        frame_size=AAC_SAMPLES,
    )


def _stripper(source: AudioStream) -> BitStreamFilterContext | None:
    """What takes the headers off the packets of broadcast AAC; None if it has none."""
    if source.codec.canonical_name != "aac" or source.codec_context.extradata:
        return None
    return BitStreamFilterContext("aac_adtstoasc", source)
