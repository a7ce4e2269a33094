"""A stream of AAC beside the pictures of a movie."""

from __future__ import annotations

from fractions import Fraction

# OpenCV before PyAV: with PyAV's libxcb loaded first, no window ever comes up.
import cv2  # noqa: F401

# isort: split
import av
import numpy as np

from livestyle.sinks.encoder import Movie
from livestyle.sound.block import Samples
from livestyle.sound.sound_input import Kind

LAYOUTS = {1: "mono", 2: "stereo"}
BITS_PER_SAMPLE = 2  # 96 kbit/s for a channel at 48 kHz: voices and music in a room
# Moments are rounded to samples; what lies as near as this to its place follows on
# directly, as a sample of silence, or one that lacks, can be heard.
NEAR = 0.001  # seconds


class AacTrack:
    """Sound at its places in a movie; where there is none, silence.

    Args:
        movie: gets the stream; no picture may have been written to it.
        kind: of the samples, its rate one of `AAC_RATES`.
    """

    def __init__(self, movie: Movie, kind: Kind) -> None:
        self._movie = movie
        self._rate, self._channels = kind
        self._stream = movie.container.add_stream("aac", rate=kind.rate)
        self._stream.codec_context.layout = LAYOUTS[kind.channels]
        self._stream.codec_context.bit_rate = (
            BITS_PER_SAMPLE * kind.rate * kind.channels
        )
        self._end = 0  # in samples

    @property
    def empty(self) -> bool:
        """Whether nothing was written so far."""
        return not self._end

    def write(self, samples: Samples, at: float) -> None:
        """Adds sound; what was written there before stays.

        Args:
            samples: float32, shape (length, channels).
            at: where the first one goes, in seconds of the movie; silence goes between
                it and what is there.

        Raises:
            OutputError: it cannot be written.
            FFmpegError: it cannot be encoded.
        """
        place = round(at * self._rate)
        if place - self._end > NEAR * self._rate:
            self.fill(at)
        elif self._end - place > NEAR * self._rate:
            samples = samples[self._end - place :]
        if len(samples):
            self._encode(samples)

    def fill(self, until: float) -> None:
        """Adds silence up to a place in seconds, unless there is sound."""
        place = round(until * self._rate)
        while (lacking := min(place - self._end, self._rate)) > 0:
            self._encode(np.zeros((lacking, self._channels), np.float32))

    def close(self) -> None:
        """Writes what the encoder has held back."""
        if self._end:
            for packet in self._stream.encode(None):
                self._movie.mux(packet)

    def _encode(self, samples: Samples) -> None:
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.T), "fltp", LAYOUTS[self._channels]
        )
        frame.sample_rate, frame.pts = self._rate, self._end
        frame.time_base = Fraction(1, self._rate)
        self._end += len(samples)
        for packet in self._stream.encode(frame):
            self._movie.mux(packet)
