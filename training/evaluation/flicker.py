"""What changes from frame to frame in a painter's pictures and not in the camera's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from livestyle.contract import MIN_SIDE
from livestyle.errors import SettingsError, SourceError
from livestyle.frame import Pixels
from livestyle.sources import VIDEO_SUFFIXES, VideoFile
from training.evaluation.warping import find_motion, warping_error

LONGEST = 600  # frames of a clip that pairs are taken from
CLIP_SIDE = 640  # px: longer clips are shrunk, to the size of a webcam
STILLS = 6  # frames of a still scene

Paint = Callable[[Pixels], Pixels]


@dataclass(frozen=True)
class Flicker:
    """Differences between neighbouring frames in grey levels of 255.

    Attributes:
        source: of the frames that were painted.
        painted: of the pastiches, by style.
        compared: how many pairs of frames were compared.
        seen: share of the pixels that were compared, the others being hidden.
    """

    source: float
    painted: Mapping[str, float]
    compared: int
    seen: float = 1.0


def find_clips(places: Sequence[Path]) -> list[VideoFile]:
    """All clips that are named or lie in a folder that is named.

    Raises:
        SourceError: one is missing or is no video that can be read.
        SettingsError: a folder holds no clip.
    """
    found: list[VideoFile] = []
    for place in places:
        inside = [place]
        if place.is_dir():
            inside = sorted(
                p for p in place.iterdir() if p.suffix.lower() in VIDEO_SUFFIXES
            )
        if not inside:
            raise SettingsError(
                f"the folder {place} holds no clips",
                hint=f"Give one with {', '.join(VIDEO_SUFFIXES)} files.",
            )
        found += [VideoFile(path) for path in inside]
    return found


def clip_flicker(clip: VideoFile, styles: Mapping[str, Paint], pairs: int) -> Flicker:
    """How much the frames of a clip differ from those before them moved along.

    The motion is that of the clip. Its own difference is what flow and noise leave; a
    painter that is steady has about as much, where its contrasts are the same.

    Args:
        clip: what is painted.
        styles: by name what paints a frame.
        pairs: of neighbouring frames, from all over the clip.

    Raises:
        SourceError: the clip has less than two frames, or they cannot be compared.
    """
    errors: dict[str, list[float]] = {name: [] for name in ("", *styles)}
    seen = []
    for before, after in _pairs(clip, pairs):
        motion = find_motion(before, after)
        source = warping_error(before, after, motion)
        if source is None:
            continue
        seen.append(float(motion.seen.mean()))
        errors[""].append(source)
        for name, paint in styles.items():
            error = warping_error(paint(before), paint(after), motion)
            errors[name].append(0.0 if error is None else error)
    if not seen:
        raise SourceError(
            f"'{clip.path}' has no two frames that can be compared",
            hint="Give a clip of one scene with two frames or more.",
        )
    means = {name: float(np.mean(found)) for name, found in errors.items()}
    source = means.pop("")
    return Flicker(source, means, len(seen), float(np.mean(seen)))


def still_flicker(
    photos: Sequence[Pixels], styles: Mapping[str, Paint], noise: float, seed: int
) -> Flicker:
    """How much pastiches of a still scene differ that a noisy camera looks at.

    Each frame is the photograph with noise of its own, normal and independent for each
    pixel and colour; compared are neighbouring frames.

    Args:
        photos: the scenes, BGR uint8, shape (H, W, 3).
        styles: by name what paints a frame.
        noise: its standard deviation in grey levels of 255.
        seed: of the noise.
    """
    rng = np.random.default_rng(seed)
    found: dict[str, list[float]] = {name: [] for name in ("", *styles)}
    for photo in photos:
        frames = [_noisy(photo, noise, rng) for _ in range(STILLS)]
        found[""] += _steps(frames)
        for name, paint in styles.items():
            found[name] += _steps([paint(frame) for frame in frames])
    means = {name: float(np.mean(steps)) for name, steps in found.items()}
    return Flicker(means.pop(""), means, len(found[""]))


def _noisy(photo: Pixels, noise: float, rng: np.random.Generator) -> Pixels:
    levels = photo + rng.normal(0, noise, photo.shape)
    return levels.round().clip(0, 255).astype(np.uint8)


def _steps(frames: Sequence[Pixels]) -> list[float]:
    levels = [frame.astype(np.int16) for frame in frames]
    return [float(np.abs(b - a).mean()) for a, b in pairwise(levels)]


def _pairs(clip: VideoFile, count: int) -> Iterator[tuple[Pixels, Pixels]]:
    """Neighbouring frames, evenly from the clip's first `LONGEST` frames."""
    # Where the header does not say how long it is, the first ones.
    length = min(LONGEST, clip.frames or _length(clip) or count + 1)
    later = {1 + i * max(1, length - 1) // count for i in range(count)}
    before: Pixels | None = None
    with closing(clip):
        for frame in clip:
            if frame.index > max(later):
                return
            wanted = {frame.index, frame.index + 1} & later
            after = _shrunk(frame.pixels) if wanted else None
            if (
                before is not None
                and after is not None
                and frame.index in later
                and before.shape == after.shape
            ):
                yield before, after
            before = after


def _length(clip: VideoFile) -> int:
    """About how many frames a clip has; 0 where its header says nothing."""
    return round((clip.duration or 0) * clip.fps)


def _shrunk(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = CLIP_SIDE / max(height, width)
    if scale >= 1:
        return pixels
    size_wh = max(MIN_SIDE, round(width * scale)), max(MIN_SIDE, round(height * scale))
    shrunk = cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, np.uint8)
