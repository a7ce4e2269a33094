"""Pictures as OpenCV wants them, out of what PyAV decodes."""

from __future__ import annotations

from typing import cast

# OpenCV before PyAV: with PyAV's libxcb loaded first, no window ever comes up.
import cv2  # noqa: F401

# isort: split
import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

from livestyle.frame import Pixels

# FFmpeg's quick conversion comes out a level or two too dark.
EXACT = (
    Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
)


class Pictures:
    """Turns decoded frames of any pixel format upright and into BGR.

    One converter serves a whole video: one for each frame costs up to three times more.
    """

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def __call__(self, decoded: av.VideoFrame) -> Pixels:
        """The picture as a person should see it: uint8, shape (height, width, 3).

        Grey becomes equal channels, transparency is left out, deep colour becomes 8
        bits, and the quarter turns that phones note in a file are carried out.
        """
        plain = self._reformatter.reformat(decoded, format="bgr24", interpolation=EXACT)
        bgr = plain.to_ndarray()
        quarters = round(decoded.rotation / 90) % 4  # both count counterclockwise
        return np.ascontiguousarray(np.rot90(cast(Pixels, bgr), quarters))


def reason(error: av.FFmpegError) -> str:
    """FFmpeg's words for what went wrong, without the address and its password."""
    if isinstance(error, av.error.ExitError):
        return "no data came"
    return error.strerror or type(error).__name__


def rate(stream: av.VideoStream) -> float:
    """The stream's nominal frames/s, 0.0 when it does not say."""
    # Not guessed_rate: without a long probe it counts fields, twice the frames.
    return float(stream.average_rate or stream.codec_context.framerate or 0)
