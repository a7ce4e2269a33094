"""H.264 encoders: each is opened and encodes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

from livestyle.doctor import pip
from livestyle.doctor.finding import Finding
from livestyle.errors import OutputError

SIZE = (1280, 720)
FRAMES = 12
HARDWARE = ("h264_nvenc", "h264_videotoolbox")


def check_codecs() -> Iterator[Finding]:
    """Records a short movie as livestyle does and reads it; then tries hardware."""
    yield _record()
    for name in HARDWARE:
        yield _try(name)


def _record() -> Finding:
    """A movie of some frames through the recorder's own way, counted afterwards."""
    check = "codec libx264"
    try:
        seconds, decoded = _movie()
    except OutputError as error:
        return Finding(check, "error", error.message, pip.install("av>=16", again=True))
    if decoded != FRAMES:
        text = f"of {FRAMES} frames that were recorded {decoded} can be read"
        return Finding(check, "error", text, pip.install("av>=16", again=True))
    return _encodes(check, seconds)


def _movie() -> tuple[float, int]:
    """Seconds to record the frames, and how many are in the file."""
    from livestyle.sinks.encoder import TICK, Movie  # OpenCV before PyAV, for windows

    # isort: split
    import av

    from livestyle.sinks.newfile import NewFile
    from livestyle.sources.demo import Demo

    step = round(1 / 30 / TICK)
    pictures = [Demo(SIZE).picture_at(n / 30) for n in range(FRAMES)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trial.mp4"
        file = NewFile(path)
        began = time.perf_counter()
        try:
            movie = Movie(file, *SIZE)
            for number, pixels in enumerate(pictures):
                movie.write(pixels, number * step, step)
            movie.close()
        finally:
            file.close()
        seconds = time.perf_counter() - began
        with av.open(path) as container:
            decoded = sum(1 for _ in container.decode(video=0))
    return seconds, decoded


def _try(name: str) -> Finding:
    """An encoder of hardware; recordings can do without, so it is never wrong."""
    import av
    from av.video.codeccontext import VideoCodecContext

    from livestyle.sources.demo import Demo

    check = f"codec {name}"
    picture = av.VideoFrame.from_ndarray(Demo(SIZE).picture_at(0.0), format="bgr24")
    picture = picture.reformat(format="yuv420p")
    began = time.perf_counter()
    try:
        context = cast(VideoCodecContext, VideoCodecContext.create(name, "w"))
        context.width, context.height = SIZE
        context.pix_fmt, context.framerate = "yuv420p", Fraction(30)
        packets = 0
        for number in range(FRAMES):
            picture.pts = number
            packets += len(context.encode(picture))
        packets += len(context.encode(None))
    except ValueError:
        return Finding(check, "ok", "not in this PyAV; recordings do without")
    except av.FFmpegError as error:
        why = error.strerror or type(error).__name__
        text = f"does not open here ({why}); recordings do without"
        return Finding(check, "ok", text)
    if packets != FRAMES:
        return Finding(check, "ok", f"not whole: {packets} of {FRAMES} frames came out")
    return _encodes(check, time.perf_counter() - began)


def _encodes(check: str, seconds: float) -> Finding:
    rate = FRAMES / seconds
    text = f"encodes {FRAMES} frames of {SIZE[0]}x{SIZE[1]} at {rate:.0f} frames/s"
    return Finding(check, "ok", text, "", {"fps": round(rate, 1)})
