"""A clip that flashes and beeps once a second, and how far apart movies have both."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2  # noqa: F401

# isort: split
import av
import numpy as np
from numpy.typing import NDArray

from livestyle.frame import Frame, Pixels
from livestyle.sound.block import Block, Samples

RATE = 8000
FPS = 5
SIDE = 32
FLASH = 1 / FPS  # seconds, one picture
BEEP = 0.1  # seconds
TONE = 1000  # Hz
QUIET = 0.5  # seconds before a beep without another


def write_clip(path: Path) -> Path:
    """One second: at its beginning the picture is white and there is a beep."""
    with av.open(path, "w") as movie:
        video = movie.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = SIDE, SIDE, "yuv420p"
        sound = movie.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for number in range(FPS):
            shade = np.full((SIDE, SIDE, 3), 20 if number else 235, np.uint8)
            picture = av.VideoFrame.from_ndarray(shade, "bgr24")
            movie.mux(video.encode(picture))
        movie.mux(video.encode(None))
        at = np.arange(RATE) / RATE
        beep = np.where(at < BEEP, np.sin(2 * np.pi * TONE * at) * 0.5, 0)
        heard = (beep * 32767).astype(np.int16)[None]
        block = av.AudioFrame.from_ndarray(heard, "s16", "mono")
        block.sample_rate, block.time_base = RATE, Fraction(1, RATE)
        movie.mux([*sound.encode(block), *sound.encode(None)])
    return path


@dataclass
class Clip:
    """The clip, played again and again from moment 0 on.

    Attributes:
        pictures: one second of them.
        sound: one second of samples, float32 (RATE,).
    """

    pictures: list[Pixels]
    sound: NDArray[np.float32]

    @classmethod
    def read(cls, path: Path) -> Clip:
        with av.open(path) as movie:
            pictures = [f.to_ndarray(format="bgr24") for f in movie.decode(video=0)]
        with av.open(path) as movie:
            parts = [frame.to_ndarray()[0] for frame in movie.decode(audio=0)]
        sound = np.concatenate(parts).astype(np.float32) / 32768
        assert (len(pictures), len(sound)) == (FPS, RATE)
        return cls(pictures, sound)

    def frame(self, number: int, start: float = 0.0) -> Frame:
        """The picture of a number, whose second begins at a whole one after start."""
        return Frame(self.pictures[number % FPS], number, start + number / FPS)

    def heard(self, moments: NDArray[np.float64]) -> Samples:
        """What a microphone before the clip takes up at these moments."""
        places = np.floor(moments % 1.0 * RATE).astype(np.int64)
        return self.sound[np.minimum(places, RATE - 1), None]


@dataclass
class WrongClock:
    """A sound card that claims `RATE` and takes up another number of samples a second.

    Args:
        clip: what it hears.
        rate: how many samples it takes up.
        late: seconds by which each stamp may come too late, by chance.
    """

    clip: Clip
    rate: float
    late: float = 0.0
    length: int = 800  # of a block
    taken: int = 0

    def __post_init__(self) -> None:
        self._chance = np.random.default_rng(0)

    @property
    def now(self) -> float:
        """The moment of the next sample."""
        return self.taken / self.rate

    def block(self, *, after_gap: bool = False) -> Block:
        moments = (self.taken + np.arange(self.length)) / self.rate
        self.taken += self.length
        late = self._chance.uniform(0, self.late)
        if self._chance.random() < 0.02:
            late *= 10  # now and then the system is busy
        samples = self.clip.heard(moments)
        return Block(samples, float(moments[0] + late), after_gap)


@dataclass
class Together:
    """Where a movie flashes and beeps, in seconds, and what it is made of."""

    flashes: NDArray[np.float64]
    beeps: NDArray[np.float64]
    picture_seconds: float
    sound_seconds: float

    @property
    def apart(self) -> NDArray[np.float64]:
        """For each flash how much later the nearest beep is, in seconds."""
        distances = self.beeps[None] - self.flashes[:, None]
        nearest = np.abs(distances).argmin(axis=1)
        return distances[np.arange(len(self.flashes)), nearest]


def watch(path: Path) -> Together:
    """Plays a movie to its end."""
    with av.open(path) as movie:
        pictures = [
            (float(f.time or 0), f.to_ndarray(format="gray").mean() > 128)
            for f in movie.decode(video=0)
        ]
    with av.open(path) as movie:
        rate = movie.streams.audio[0].rate
        parts = [
            (float(f.time or 0), np.abs(f.to_ndarray().mean(axis=0)))
            for f in movie.decode(audio=0)
        ]
    loudness = np.concatenate([row for _, row in parts])
    moments = np.concatenate([at + np.arange(len(row)) / rate for at, row in parts])
    seen = [at for at, bright in pictures if bright]
    return Together(
        flashes=first_of_each(np.array(seen)),
        beeps=first_of_each(moments[loudness > 0.2]),
        picture_seconds=pictures[-1][0] + FLASH,
        sound_seconds=float(moments[-1]),
    )


def first_of_each(moments: NDArray[np.float64]) -> NDArray[np.float64]:
    """Those moments before which there was none for a while."""
    if not len(moments):
        return moments
    fresh = np.diff(moments, prepend=-np.inf) > QUIET
    return moments[fresh]
