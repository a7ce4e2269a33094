"""A video file as packets: its picture, its sound and when they begin."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

# OpenCV before PyAV: with PyAV's libxcb loaded first, no window ever comes up.
import cv2  # noqa: F401

# isort: split
import av
from av.stream import Disposition, Stream

from livestyle.errors import SourceError
from livestyle.sources.decoding import reason

# Failures to read on, one after the other, before a broken file counts as ended.
HOPELESS = 100

# Seconds by which the times of a stream may jump ahead. In broadcasts a longer jump is
# a cut or damage, as in ffmpeg itself; in files a picture may well stand for minutes.
LONGEST_GAP = {True: Fraction(10), False: Fraction(3600)}

# Seconds by which it may jump back; more, and its clock began anew.
LONGEST_RETURN = Fraction(1, 10)

AVFMT_TS_DISCONT = 0x0200  # FFmpeg's mark of formats whose clock may jump


class Clip:
    """An open video file.

    Args:
        path: the file.

    Attributes:
        picture: the stream of pictures; a cover picture is none.
        sounds: the streams of sound that can be read.
        rate: frames/s, nominal.
        frames: how many the header promises, None if it does not say.
        origin: where the file begins on its own clock, in seconds.
        skipped: broken packets met so far.

    Raises:
        SourceError: there is no such file, or it holds no video that can be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.skipped = 0
        if not path.is_file():
            what = f"'{path}' is a folder" if path.is_dir() else f"no file '{path}'"
            raise SourceError(what, hint="Give the name of a video file.")
        try:
            self._container = av.open(str(path), metadata_errors="replace")
        except av.FFmpegError as error:
            raise self.unreadable(reason(error)) from error
        self.picture = self._choose_picture()
        # One thread: with several, a broken packet takes its neighbours with it.
        self.picture.thread_type = "SLICE"
        self.sounds = [s for s in self._container.streams.audio if _is_readable(s)]
        self.rate = (
            self.picture.average_rate or self.picture.guessed_rate or Fraction(25)
        )
        self.frames = self.picture.frames or self._estimate()
        # Sound often begins a little before 0 with samples that are never heard.
        starts = [max(_start(stream), Fraction(0)) for stream in self.sounds]
        self.origin = min([_start(self.picture), *starts])
        broadcast = bool(self._container.format.flags & AVFMT_TS_DISCONT)
        self._longest_gap = LONGEST_GAP[broadcast]
        self._moments: dict[int, Fraction] = {}
        self._offset = Fraction(0)

    def packets(self) -> Iterator[av.Packet[Stream]]:
        """Every packet of picture and sound; at the end an empty one for each stream.

        Where the file is broken, reading goes on behind; where its clock jumps, the
        times go on as if it had not.
        """
        failures = 0
        while failures < HOPELESS:
            try:
                for packet in self._container.demux(self.picture, *self.sounds):
                    failures = 0
                    self._even_out(packet)
                    yield packet
            except av.FFmpegError:
                self.skipped += 1
                failures += 1
            except IndexError:
                # At the end PyAV stumbles over streams that no header announced.
                return
            else:
                return

    def decode(self, packet: av.Packet[Stream]) -> list[av.VideoFrame]:
        """The pictures that a packet completes; none if it is broken."""
        try:
            return cast("list[av.VideoFrame]", packet.decode())
        except av.FFmpegError:
            self.skipped += 1
            return []

    def pixel_aspect(self, rotation: int) -> Fraction:
        """Width of a pixel divided by its height, after turning by so many degrees."""
        aspect = self.picture.sample_aspect_ratio or Fraction(1)
        return 1 / aspect if rotation % 180 else aspect

    def unreadable(self, why: str) -> SourceError:
        """The error that this file is no video."""
        return SourceError(
            f"'{self._path}' is no video that can be read: {why}",
            hint="Check that it plays elsewhere.",
        )

    def close(self) -> None:
        """Closes the file."""
        self._container.close()

    def _even_out(self, packet: av.Packet[Stream]) -> None:
        """Takes jumps of the clock out of a packet's times."""
        if packet.dts is None:
            return
        unit = packet.time_base
        if packet.pts and abs(packet.pts - packet.dts) * unit > self._longest_gap:
            packet.pts = None
        moment = packet.dts * unit + self._offset
        before = self._moments.get(packet.stream_index, moment)
        if not -LONGEST_RETURN <= moment - before <= self._longest_gap:
            self._offset += before + (packet.duration or 0) * unit - moment
            moment = packet.dts * unit + self._offset
        self._moments[packet.stream_index] = moment
        shift = round(self._offset / unit)
        packet.dts += shift
        packet.pts = None if packet.pts is None else packet.pts + shift

    def _choose_picture(self) -> av.VideoStream:
        streams = [s for s in self._container.streams.video if not _is_cover(s)]
        if not streams:
            self._container.close()
            raise self.unreadable("it has no moving picture")
        best = self._container.streams.best("video")
        return next((s for s in streams if s is best), streams[0])

    def _estimate(self) -> int | None:
        if self._container.duration is None:
            return None
        return round(self._container.duration * self.rate / av.time_base) or None


def _is_cover(stream: av.VideoStream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _is_readable(stream: av.AudioStream) -> bool:
    return stream.codec_context is not None and stream.codec_context.sample_rate > 0


def _start(stream: Stream) -> Fraction:
    return (stream.start_time or 0) * (stream.time_base or Fraction(0))
