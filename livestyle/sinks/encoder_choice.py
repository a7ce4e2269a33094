"""Which H.264 encoder works here: hardware where it is, else x264."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import cast

# OpenCV before PyAV: with PyAV's libxcb loaded first, no window ever comes up.
import cv2  # noqa: F401

# isort: split
import av
import numpy as np
from av.codec.codec import UnknownCodecError
from av.video.codeccontext import VideoCodecContext

from livestyle.errors import OutputError
from livestyle.sinks.h264 import Converter, Effort, describe, options

ENCODERS = ("h264_nvenc", "h264_videotoolbox", "libx264")

# An encoder that looks ahead gives nothing for the first pictures; the end brings them.
TRIAL_FRAMES = 3
TRIAL_RATE = Fraction(30)

_distrusted: set[str] = set()


def choose_encoder(
    width: int,
    height: int,
    effort: Effort = "prompt",
    candidates: Sequence[str] = ENCODERS,
) -> str:
    """The first encoder that opens at a size and really encodes.

    Each is tried with a few pictures, once for each size and effort. A small size may
    be too small for hardware, a session of it may be one too many.

    Args:
        width: pixels, odd ones are rounded down.
        height: likewise.
        effort: what it is to do.
        candidates: FFmpeg's names, the best first.

    Raises:
        OutputError: none of them works.
    """
    size_wh = (max(width - width % 2, 2), max(height - height % 2, 2))
    reasons = []
    for name in candidates:
        reason = "it failed before"
        if name not in _distrusted:
            reason = _try(name, size_wh, effort)
        if not reason:
            return name
        reasons.append(f"{name}: {reason}")
    raise OutputError(
        f"no H.264 encoder takes {width}x{height} ({'; '.join(reasons)})",
        hint="Try another size, or install PyAV anew: pip install 'av>=16'.",
    )


def distrust(name: str) -> None:
    """Leaves an encoder that failed in the middle out of the next choices.

    The last one stays: without it there is none.
    """
    if name != ENCODERS[-1]:
        _distrusted.add(name)


@lru_cache(maxsize=64)
def _try(name: str, size_wh: tuple[int, int], effort: Effort) -> str:
    """Why an encoder does not work, "" if it does."""
    grey = np.full((size_wh[1], size_wh[0], 3), 128, np.uint8)
    try:
        context = cast(VideoCodecContext, VideoCodecContext.create(name, "w"))
        context.framerate = TRIAL_RATE
        context.time_base = 1 / TRIAL_RATE
        describe(context, name, effort, size_wh, TRIAL_RATE)
        context.options = options(name, effort)
        convert, packets = Converter(size_wh), 0
        for number in range(TRIAL_FRAMES):
            picture = convert(grey)
            picture.pts, picture.time_base = number, 1 / TRIAL_RATE
            packets += len(context.encode(picture))
        packets += len(context.encode(None))
    except av.FFmpegError as error:
        return error.strerror or type(error).__name__
    except UnknownCodecError:
        return "not in this PyAV"
    whole = packets == TRIAL_FRAMES
    return "" if whole else f"of {TRIAL_FRAMES} pictures {packets} came out"
