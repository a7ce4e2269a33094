"""Photographs for fitting: decoded in workers, cropped, and seen as a webcam sees."""

from __future__ import annotations

import itertools
import os
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from livestyle.errors import SettingsError
from training.reading import Picture, read_rgb

PATIENCE = 10  # s that a worker of several processes outlives its fit's end
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}


def find_pictures(folder: Path) -> list[Path]:
    """All pictures in a folder and its folders, by name.

    Raises:
        SettingsError: there is no such folder, or no picture in it.
    """
    if not folder.is_dir():
        raise SettingsError(
            f"there is no folder {folder}", hint="Give a folder of photographs."
        )
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
    if not found:
        raise SettingsError(
            f"the folder {folder} holds no pictures",
            hint=f"Give one with {', '.join(sorted(SUFFIXES))} files.",
        )
    return found


def split(pictures: list[Path], every: int) -> tuple[list[Path], list[Path]]:
    """Training and validation pictures: every so many by name is kept for validation.

    A handful of pictures is not split but serves as both.
    """
    if every < 2 or len(pictures) < every:
        return pictures, pictures
    return [p for i, p in enumerate(pictures) if i % every], pictures[::every]


class Crops(Dataset[tuple[Tensor, int]]):
    """Random square crops, a pure function of (seed, index).

    Index i is sample number i of an endless sequence that visits all pictures in a new
    order each epoch, so a run that resumes at step n sees what it would have seen.

    Args:
        pictures: files; those that do not decode are passed over and counted.
        crop: side in px.
        zoom: range of the short side after scaling, as multiples of `crop`.
        seed: of order, scale, place, flip and webcam conditions.
        webcam: whether to dim, tint and add noise at times.
        decode: "cpu" or "cuda", see `training.gpu_decode`; the crops are the same but
            for a few levels.
    """

    def __init__(
        self,
        pictures: list[Path],
        crop: int,
        zoom: tuple[float, float],
        seed: int,
        *,
        webcam: bool = True,
        decode: str = "cpu",
    ) -> None:
        self.pictures = pictures
        self.crop = crop
        self.zoom = zoom
        self.seed = seed
        self.webcam = webcam
        self.decode = decode
        self._epoch, self._order = -1, np.empty(0, np.int64)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        """A crop, uint8 RGB of shape (3, crop, crop), and which file was broken.

        The second is the place in `pictures` of the file whose turn it was, if that did
        not decode and the next one came instead; otherwise -1.

        Raises:
            SettingsError: no picture at all can be read.
        """
        n = len(self.pictures)
        order = self._order_of(index // n)
        rng = np.random.default_rng((self.seed, index, 1))
        short = max(self.crop, round(self.crop * rng.uniform(*self.zoom)))
        for passed in range(n):
            path = self.pictures[order[(index + passed) % n]]
            picture = read_rgb(path, short, self.decode)
            if picture is not None:
                broken = int(order[index % n]) if passed else -1
                return _tensor(self._crop(scale_to(picture, short), rng)), broken
        raise _none_readable(n)

    def _order_of(self, epoch: int) -> NDArray[np.int64]:
        """The epoch's order; kept, because to draw it for COCO takes a millisecond."""
        if epoch != self._epoch:
            rng = np.random.default_rng((self.seed, epoch))
            self._epoch, self._order = epoch, rng.permutation(len(self.pictures))
        return self._order

    def _crop(self, picture: Picture, rng: np.random.Generator) -> Picture:
        top = int(rng.integers(picture.shape[0] - self.crop + 1))
        left = int(rng.integers(picture.shape[1] - self.crop + 1))
        picture = picture[top : top + self.crop, left : left + self.crop]
        if rng.random() < 0.5:
            picture = picture[:, ::-1]
        return as_webcam(picture, rng) if self.webcam else picture


def _none_readable(count: int) -> SettingsError:
    return SettingsError(
        f"none of the {count} pictures can be read", hint="Check the data folder."
    )


def as_webcam(picture: Picture, rng: np.random.Generator) -> Picture:
    """Dims, tints and adds sensor noise, each to some of the pictures."""
    x = picture.astype(np.float32) / 255
    if rng.random() < 0.3:
        x **= rng.uniform(0.8, 1.6)
        x *= rng.uniform(0.5, 1.0)
    if rng.random() < 0.3:
        x *= rng.uniform(0.85, 1.15, 3).astype(np.float32)
    if rng.random() < 0.3:
        x += rng.normal(0, rng.uniform(0.0, 0.04), x.shape).astype(np.float32)
    return (x.clip(0, 1) * 255).round().astype(np.uint8)


def scale_to(picture: Picture, short: int) -> Picture:
    """Scales (H, W, 3) so that the short side is `short` px."""
    height, width = picture.shape[:2]
    scale = short / min(height, width)
    size_wh = max(short, round(width * scale)), max(short, round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size_wh, interpolation=how), np.uint8)


def centre_crop(picture: Picture, side: int) -> Picture:
    """The square in the middle after scaling the short side to `side`."""
    picture = scale_to(picture, side)
    top = (picture.shape[0] - side) // 2
    left = (picture.shape[1] - side) // 2
    return picture[top : top + side, left : left + side]


def _tensor(picture: Picture) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)


class Onward(Sampler[int]):
    """Indices of some samples of each step's batch, without end.

    Args:
        start: the step to begin with.
        batch: samples in a step.
        places: which of them, 0..batch - 1.
    """

    def __init__(self, start: int, batch: int, places: Sequence[int]) -> None:
        self.start = start
        self.batch = batch
        self.places = places

    def __iter__(self) -> Iterator[int]:
        for step in itertools.count(self.start):
            yield from (step * self.batch + place for place in self.places)


def batches(
    crops: Crops,
    batch: int,
    start: int,
    workers: int,
    places: Sequence[int] | None = None,
) -> Generator[tuple[Tensor, set[int]], None, None]:
    """Batches from step `start` on, without end.

    Args:
        crops: the samples.
        batch: how many there are in a step, over all processes.
        start: the step to begin with.
        workers: processes that decode; 0 decodes in this one.
        places: which of a step's samples are wanted, all by default.

    Yields:
        uint8 RGB of shape (len(places), 3, crop, crop), and which files were found
        broken, by their places in `crops.pictures`.

    Raises:
        SettingsError: no picture at all can be read.
    """
    places = range(batch) if places is None else places
    loader = DataLoader(
        crops,
        batch_size=len(places),
        sampler=Onward(start, batch, places),
        num_workers=workers,
        pin_memory=torch.cuda.is_available(),
        worker_init_fn=_quiet_worker,
        prefetch_factor=4 if workers else None,
        # Spawned, not forked: a fork inherits OpenCV's thread pool without its threads
        # and waits for them for ever.
        multiprocessing_context="spawn" if workers else None,
    )
    try:
        for pictures, broken in loader:
            yield pictures, set(broken.tolist()) - {-1}
    except SettingsError as error:
        # A worker's error comes back with its whole traceback for a message.
        raise _none_readable(len(crops.pictures)) from error


def _leave_later(*_: object) -> None:
    leaving = threading.Timer(PATIENCE, os._exit, [1])
    leaving.daemon = True
    leaving.start()


def _quiet_worker(_: int) -> None:
    # A terminal sends Ctrl-C to all: workers that died of it would break the batch
    # that the fit is still to get before it stops in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if "LOCAL_RANK" in os.environ:
        # torchrun sends SIGTERM to all that it started, at whatever depth.
        signal.signal(signal.SIGTERM, _leave_later)
    # Each worker is one of several: OpenCV's own threads would fight with the others.
    cv2.setNumThreads(1)
