"""How each H.264 encoder is told what we want of it."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Literal

# OpenCV before PyAV: with PyAV's libxcb loaded first, no window ever comes up.
import cv2  # noqa: F401

# isort: split
import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)

from livestyle.frame import Pixels
from livestyle.sinks.fitting import fit

# "small" looks ahead for small files. "prompt" lets every picture out at once, which a
# kill cannot take back. "cheap" does so with the least work, for larger packets.
Effort = Literal["small", "prompt", "cheap"]

# Brush strokes are fine detail: below 18 files grow without a visible gain, above 20
# the strokes begin to smear. What is cheap has no tools to save bits with.
QUALITY = {"small": "19", "prompt": "19", "cheap": "21"}
X264 = {"small": "fast", "prompt": "veryfast", "cheap": "ultrafast"}
NVENC = {"small": "p6", "prompt": "p4", "cheap": "p1"}

# VideoToolbox knows a constant quality on some Macs only: bits per pixel, then.
BITS = 0.4

# Keyframes are asked for one by one; encoders must only not make far more of them.
LONGEST_GROUP = 250

# Without it swscale cuts instead of rounding, and all colours come out darker.
ROUNDING = Interpolation.BILINEAR | Interpolation.ACCURATE_RND

# FFmpeg's number for the matrix; PyAV has a name for swscale's only.
AVCOL_SPC_BT709 = 1


def options(encoder: str, effort: Effort) -> dict[str, str]:
    """What an encoder is told.

    Without B-frames the order of decoding is that of showing, and a movie lasts exactly
    as long as its last picture says.
    """
    live = effort != "small"
    if encoder == "h264_nvenc":
        told = {"preset": NVENC[effort], "rc": "vbr", "cq": QUALITY[effort]}
        told |= {"profile": "high", "bf": "0", "forced-idr": "1", "delay": "0"}
        return told | ({"tune": "ll", "zerolatency": "1"} if live else {"tune": "hq"})
    if encoder == "h264_videotoolbox":
        return {"profile": "high", "realtime": str(int(live)), "allow_sw": "0"}
    told = {"crf": QUALITY[effort], "preset": X264[effort]}
    if live:
        told["tune"] = "zerolatency"
    return told | {"bf": "0", "forced-idr": "1"}


def describe(
    context: av.VideoCodecContext,
    encoder: str,
    effort: Effort,
    size_wh: tuple[int, int],
    rate: Fraction,
) -> None:
    """Sets what an encoder must know before it opens: size, colours, threads."""
    context.width, context.height = size_wh
    context.pix_fmt = "yuv420p"
    context.colorspace = AVCOL_SPC_BT709
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    context.color_range = ColorRange.MPEG
    context.max_b_frames = 0
    if encoder == "libx264":
        threads = {"small": 0, "prompt": min(4, os.cpu_count() or 1), "cheap": 1}
        context.thread_count = threads[effort]
        return
    by_bits = encoder == "h264_videotoolbox"
    context.bit_rate = round(BITS * size_wh[0] * size_wh[1] * rate) if by_bits else 0
    context.gop_size = LONGEST_GROUP


class Converter:
    """Turns pictures into what encoders take: 8-bit 4:2:0, BT.709, one size.

    Args:
        size_wh: even numbers; pictures of another size are fitted between black bars.
    """

    def __init__(self, size_wh: tuple[int, int]) -> None:
        self._size_wh = size_wh
        self._reformatter = VideoReformatter()

    def __call__(self, pixels: Pixels) -> VideoFrame:
        """Converts BGR uint8 of shape (height, width, 3)."""
        fitted = np.ascontiguousarray(fit(pixels, self._size_wh))
        return self._reformatter.reformat(
            VideoFrame.from_ndarray(fitted, format="bgr24"),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=ROUNDING,
        )
