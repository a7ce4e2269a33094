"""Paints a video file, every frame of it, and keeps its times and its sound."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import cast

# OpenCV before PyAV: with PyAV's libxcb loaded first, no window ever comes up.
import cv2  # noqa: F401

# isort: split
import av

from livestyle.clip import Clip
from livestyle.errors import LivestyleError, OutputError
from livestyle.frame import Frame
from livestyle.naming import claim, put_in_place
from livestyle.sinks.encoder import TICK, Movie, require_format
from livestyle.sinks.newfile import NewFile
from livestyle.soundtrack import Soundtrack
from livestyle.sources.decoding import Pictures

# With finer ticks, or longer gaps, the numbers in an MP4 run out of digits.
FINEST = Fraction(1, 100_000)
LONGEST_GAP = 3600  # seconds


@dataclass(frozen=True)
class VideoReport:
    """What became of a video.

    Attributes:
        frames: pictures painted.
        seconds: the length of the new movie.
        skipped: broken packets that were left out.
        sound: what became of the sound: "aac, copied", "vorbis, as aac", "none".
        path: the new movie; there is none if `frames` is 0.
        partial: whether it was stopped before the end.
    """

    frames: int
    seconds: float
    skipped: int
    sound: str
    path: Path
    partial: bool


def paint_video(
    source: Path,
    target: Path,
    paint: Callable[[Frame], Frame],
    *,
    mark: str = "",
    overwrite: bool = False,
    progress: Callable[[int, int | None], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> VideoReport:
    """Paints every frame of a video into a new one with the same times and sound.

    The movie grows under the name `STEM.partial.SUFFIX` beside the target and gets its
    own name at the end. Whatever ends it before, that file stays and plays.

    Args:
        source: a video that FFmpeg reads.
        target: the new movie; its suffix says which container.
        paint: called with every frame, upright, in order.
        mark: a comment that is written into the movie.
        overwrite: whether a file of the target's name may be replaced.
        progress: called after every frame with how many are done, and of how many as
            far as that is known.
        stop: asked after every frame; True ends the work. Ctrl-C does the same.

    Raises:
        SourceError: the source is missing or holds no video.
        OutputError: the target cannot be written, or must not.
        Exception: whatever `paint` raises; it says where the finished part is.
    """
    _require_target(source, target, overwrite=overwrite)
    with closing(Clip(source)) as clip:
        painting = _Painting(clip, NewFile(_partial(target)), paint, mark)
        try:
            whole = painting.run(progress, stop)
            painting.close()
            if whole and not painting.frames:
                raise clip.unreadable("it holds no picture")
            if whole:
                put_in_place(painting.path, target, overwrite=overwrite)
        except KeyboardInterrupt:
            whole = False
            painting.close()
        except Exception as error:
            with suppress(OutputError):
                painting.close()
            _tell(error, painting.path)
            raise
    return painting.report(None if whole else painting.path, target)


class _Painting:
    """One movie in the making."""

    def __init__(
        self, clip: Clip, file: NewFile, paint: Callable[[Frame], Frame], mark: str
    ) -> None:
        self._clip = clip
        self._file = file
        self._paint = paint
        self._mark = mark
        self._pictures = Pictures()
        self._movie: Movie | None = None
        self._tracks: dict[int, Soundtrack] = {}
        self._early: list[av.Packet[av.AudioStream]] = []
        time_base = clip.picture.time_base or TICK
        self._tick = time_base if time_base >= FINEST else TICK
        self._interval = max(1, round(1 / (clip.rate * self._tick)))
        self._last: int | None = None
        self._first: int = 0
        self.path = file.path
        self.frames = 0

    def run(
        self,
        progress: Callable[[int, int | None], None] | None,
        stop: Callable[[], bool] | None,
    ) -> bool:
        """Paints until the end, or until `stop` is true: then the answer is False."""
        for packet in self._clip.packets():
            if isinstance(packet.stream, av.AudioStream):
                self._add_sound(cast("av.Packet[av.AudioStream]", packet))
                continue
            for decoded in self._clip.decode(packet):
                self._add_picture(decoded)
                if progress is not None:
                    progress(self.frames, self._clip.frames)
                if stop is not None and stop():
                    return False
        return True

    def close(self) -> None:
        """Finishes the file; one without a picture is removed."""
        if self._movie is not None:
            self._movie.close()
        self._file.close()

    def report(self, partial: Path | None, target: Path) -> VideoReport:
        """What became of it."""
        end = 0 if self._last is None else self._last + self._interval
        broken = sum(track.skipped for track in self._tracks.values())
        return VideoReport(
            frames=self.frames,
            seconds=float((end - self._first) * self._tick),
            skipped=self._clip.skipped + broken,
            sound="; ".join(track.how for track in self._tracks.values()) or "none",
            path=partial or target,
            partial=partial is not None,
        )

    def _add_picture(self, decoded: av.VideoFrame) -> None:
        at = self._place(decoded)
        pixels = self._pictures(decoded)
        frame = Frame(pixels, self.frames, float((at - self._first) * self._tick))
        painted = self._paint(frame)
        if self._movie is None:
            self._movie = self._begin(painted, decoded)
        self._movie.write(painted.pixels, at, self._interval)
        self.frames += 1

    def _place(self, decoded: av.VideoFrame) -> int:
        """When a picture is shown, in ticks; notes for how long."""
        unit = decoded.time_base or self._tick
        presented = decoded.pts if decoded.pts is not None else decoded.dts
        follows = 0 if self._last is None else self._last + self._interval
        at = follows
        if presented is not None:
            at = round((presented * unit - self._clip.origin) / self._tick)
        if self._last is not None and at - self._last > LONGEST_GAP / self._tick:
            at = follows
        if self._last is None:
            at = self._first = max(at, 0)
        else:
            at = max(at, self._last + 1)
            self._interval = at - self._last
        if decoded.duration:
            self._interval = max(1, round(decoded.duration * unit / self._tick))
        self._last = at
        return at

    def _begin(self, painted: Frame, decoded: av.VideoFrame) -> Movie:
        movie = Movie(
            self._file,
            painted.width,
            painted.height,
            rate=self._clip.rate,
            tick=self._tick,
            effort="small",
            pixel_aspect=self._clip.pixel_aspect(decoded.rotation),
        )
        self._movie = movie
        if self._mark:
            movie.container.metadata["comment"] = self._mark
        for stream in self._clip.sounds:
            track = Soundtrack(stream, movie.container, self._clip.origin)
            self._tracks[stream.index] = track
        early, self._early = self._early, []
        for packet in early:
            self._add_sound(packet)
        return movie

    def _add_sound(self, packet: av.Packet[av.AudioStream]) -> None:
        if self._movie is None:
            self._early.append(packet)
            return
        for ready in self._tracks[packet.stream.index].convert(packet):
            self._movie.mux(ready)


def _require_target(source: Path, target: Path, *, overwrite: bool) -> None:
    require_format(target)
    if not os.path.lexists(target):
        claim(target)
    elif target.is_dir():
        raise OutputError(f"'{target}' is a folder", hint="Give the name of a file.")
    elif source.exists() and target.exists() and source.samefile(target):
        raise OutputError(
            f"'{target}' is the video that is read", hint="Choose another name."
        )
    elif not overwrite:
        raise OutputError(
            f"'{target}' is already there",
            hint="Choose another name, or replace it with --overwrite.",
        )


def _partial(target: Path) -> Path:
    """The first free name of an unfinished movie beside its target."""
    stem, suffix = target.stem, target.suffix
    names = (f"{stem}.partial{'' if n < 2 else f'-{n}'}{suffix}" for n in count(1))
    paths = (target.with_name(name) for name in names)
    return next(path for path in paths if not os.path.lexists(path))


def _tell(error: Exception, partial: Path) -> None:
    """Adds to an error where the part is that was finished before it."""
    if not partial.exists():
        return
    where = f"What was painted before is in '{partial}'."
    if isinstance(error, LivestyleError):
        LivestyleError.__init__(
            error, error.message, hint=f"{error.hint} {where}".lstrip()
        )
    else:
        error.add_note(where)
