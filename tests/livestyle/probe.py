"""What ffprobe, which is not ours, says about a movie."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from livestyle.frame import Pixels


@dataclass(frozen=True)
class Judged:
    codec: str
    pix_fmt: str
    size_wh: tuple[int, int]
    duration: float
    whole_duration: float
    times: list[float]
    keyframes: list[float]
    sound: str | None
    sound_lead: float

    @property
    def frames(self) -> int:
        return len(self.times)

    @property
    def span(self) -> float:
        """Seconds from the first picture to the end of the last, if gaps are equal."""
        gap = self.times[-1] - self.times[-2] if self.frames > 1 else 0.0
        return self.times[-1] + gap - self.times[0]


def tool(name: str) -> str:
    """The path of a program; without it a test is skipped, where CI=true it fails."""
    found = shutil.which(name)
    if found is None:
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing(f"{name} is not installed")
    return found


def run(name: str, *arguments: str | Path) -> bytes:
    command = [tool(name), "-v", "error", *map(str, arguments)]
    return subprocess.run(
        command, check=True, stdout=subprocess.PIPE, timeout=60
    ).stdout


def probe(path: Path) -> Judged:
    """Decodes the whole movie."""
    answer = json.loads(
        run(
            *("ffprobe", "-show_frames", "-show_streams", "-show_format"),
            *("-count_frames", "-of", "json", path),
        )
    )
    streams = {stream["codec_type"]: stream for stream in answer["streams"]}
    video, sound = streams["video"], streams.get("audio", {})
    frames = [f for f in answer["frames"] if f["media_type"] == "video"]
    assert int(video["nb_read_frames"]) == len(frames)
    whole = answer["format"].get("duration", "nan")
    times = [float(f["pts_time"]) for f in frames]
    return Judged(
        codec=video["codec_name"],
        pix_fmt=video["pix_fmt"],
        size_wh=(video["width"], video["height"]),
        duration=float(video.get("duration", whole)),
        whole_duration=float(whole),
        times=times,
        keyframes=[float(f["pts_time"]) for f in frames if f["key_frame"]],
        sound=sound.get("codec_name"),
        sound_lead=times[0] - float(sound.get("start_time", "nan")),
    )


def first_picture(path: Path, size_wh: tuple[int, int]) -> Pixels:
    """The first picture as ffmpeg shows it, BGR uint8."""
    raw = run(
        *("ffmpeg", "-i", path, "-frames:v", "1"),
        *("-sws_flags", "accurate_rnd+full_chroma_int+full_chroma_inp"),
        *("-f", "rawvideo", "-pix_fmt", "bgr24", "-"),
    )
    width, height = size_wh
    return np.frombuffer(raw, np.uint8).reshape(height, width, 3)
