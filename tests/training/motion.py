"""Textures that move by known ways, and videos of them without loss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import cv2
import numpy as np

from livestyle.frame import Pixels


def texture(seed: int, size_wh: tuple[int, int] = (160, 120)) -> Pixels:
    """Soft spots of many colours, BGR, that flow can follow."""
    width, height = size_wh
    rng = np.random.default_rng(seed)
    spots = rng.normal(0, 1, (height, width, 3)).astype(np.float32)
    spots = cv2.GaussianBlur(spots, (0, 0), 2.5)
    return (128 + 200 * spots).clip(0, 255).astype(np.uint8)


def panned(count: int, step: int = 3, size_wh: tuple[int, int] = (160, 120)):
    """Frames of a camera that pans over a texture, so many px a frame."""
    width, height = size_wh
    wide = texture(0, (width + step * count, height))
    return [np.ascontiguousarray(wide[:, step * i :][:, :width]) for i in range(count)]


def passing(place: int, size_wh: tuple[int, int] = (160, 120)) -> Pixels:
    """A square of another texture in front of one that stands still."""
    frame = texture(1, size_wh)
    frame[40:80, place : place + 40] = texture(2, (40, 40))
    return frame


def write_frames(path: Path, frames: Sequence[Pixels]) -> Path:
    """A video of frames that gives exactly these back (.mkv)."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "bgr0"
        for pixels in frames:
            container.mux(
                stream.encode(av.VideoFrame.from_ndarray(pixels, format="bgr24"))
            )
        container.mux(stream.encode(None))
    return path
