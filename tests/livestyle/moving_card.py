"""A test card whose pictures say their own number, and tiny real videos of it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from livestyle.frame import Pixels

DARKEST, STEP = 40, 12  # a card's shade is DARKEST + STEP * number; up to 17 numbers


def card(number: int, size_wh: tuple[int, int] = (64, 48)) -> Pixels:
    """A grey picture whose shade is its number, with a red upper left quarter."""
    width, height = size_wh
    picture = np.full((height, width, 3), DARKEST + STEP * number, np.uint8)
    picture[: height // 2, : width // 2] = (0, 0, 255)
    return picture


def number_on(pixels: Pixels) -> int:
    """The number that a card's lower right quarter says."""
    height, width = pixels.shape[:2]
    shade = float(pixels[height * 5 // 8 :, width * 5 // 8 :].mean())
    return round((shade - DARKEST) / STEP)


def write_clip(
    path: Path,
    count: int = 12,
    size_wh: tuple[int, int] = (64, 48),
    fps: int = 10,
    codec: str = "mpeg4",
    pix_fmt: str = "yuv420p",
    rotation: int = 0,
    times: Sequence[float] | None = None,
) -> Path:
    """Writes cards 0, 1, 2 ... as a video.

    Args:
        path: where; its suffix chooses the container.
        count: how many frames.
        size_wh: width and height of the stored pictures, in pixels.
        fps: frames/s, when there are no `times`.
        codec: FFmpeg's name of the encoder.
        pix_fmt: FFmpeg's name of the stored pixel format.
        rotation: counterclockwise degrees that a player shall turn the pictures.
        times: presentation times in seconds, for a clip without a steady rate.
    """
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size_wh
        stream.pix_fmt = pix_fmt
        stream.codec_context.qmax = 2
        # With more, FFV1 writes 4:2:2 of odd sizes wrongly once in fifty times.
        stream.codec_context.thread_count = 1
        stream.codec_context.time_base = Fraction(1, 1000 if times else fps)
        if rotation:
            stream.set_display_rotation(rotation)
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(card(number, size_wh), format="bgr24")
            frame.pts = round(times[number] * 1000) if times else number
            frame.time_base = stream.codec_context.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_damaged_clip(path: Path, damaged: Sequence[int]) -> Path:
    """Writes cards 0 to 11 as a .mkv, then wipes the pictures with these numbers."""
    write_clip(path, codec="mjpeg", pix_fmt="yuvj420p")
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux() if p.pos is not None]
    data = bytearray(path.read_bytes())
    for position, size in (packets[number] for number in damaged):
        picture = data.index(b"\xff\xd8", position)  # JPEG's first two bytes
        data[picture : picture + size - 8] = bytes(size - 8)
    path.write_bytes(data)
    return path
