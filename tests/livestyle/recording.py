"""Recordings of a test picture, and what an MP4 is made of."""

import threading
from pathlib import Path

import cv2
import numpy as np

from livestyle.frame import Frame, Pixels
from livestyle.sinks.recorder import Recorder

CARD = cv2.resize(
    np.random.default_rng(0).integers(0, 256, (15, 20, 3), np.uint8), (320, 240)
)


def write_all(recorder: Recorder, times: list[float], pixels: Pixels = CARD) -> None:
    for index, captured in enumerate(times):
        recorder.write(Frame(np.roll(pixels, 4 * index, axis=1), index, captured))


def record(path: Path, times: list[float], pixels: Pixels = CARD) -> Recorder:
    recorder = Recorder(path, lossless=True)
    write_all(recorder, times, pixels)
    recorder.close()
    return recorder


def steady(count: int, fps: float, start: float = 0.0) -> list[float]:
    return [start + index / fps for index in range(count)]


def boxes(path: Path) -> list[str]:
    """The kinds of an MP4's outermost boxes, in order."""
    data, at, kinds = path.read_bytes(), 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kinds.append(data[at + 4 : at + 8].decode("latin-1"))
        at += size if size != 1 else int.from_bytes(data[at + 8 : at + 16], "big")
    return kinds


def encoder_is_alive() -> bool:
    return any(thread.name == "encoder" for thread in threading.enumerate())


class HeldFrame(Frame):
    """A frame that keeps who encodes it from going on until it is let go."""

    taken = threading.Event()
    let_go = threading.Event()

    @property
    def width(self) -> int:
        self.taken.set()
        # A limit, so that who waits for the encoder fails the test.
        assert self.let_go.wait(30), "nobody let the frame go"
        return super().width
