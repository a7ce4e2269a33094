"""Where frames come from: cameras, files, streams and a demo that needs nothing."""

from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from livestyle.cameras import choose, find_cameras
from livestyle.errors import SourceError
from livestyle.sources.camera import Camera
from livestyle.sources.demo import Demo
from livestyle.sources.file import VideoFile
from livestyle.sources.source import Source
from livestyle.sources.stream import SCHEMES, Stream

__all__ = ["Camera", "Demo", "Source", "Stream", "VideoFile", "open_source"]

# Enough to tell a file that is missing from a word that is no source at all.
VIDEO_SUFFIXES = (
    ".avi", ".flv", ".gif", ".m2ts", ".m4v", ".mjpeg", ".mkv", ".mov", ".mp4",
    ".mpeg", ".mpg", ".mts", ".ogv", ".ts", ".webm", ".wmv",
)  # fmt: skip


def open_source(
    spec: str,
    size_wh: tuple[int, int] | None = None,
    fps: float | None = None,
    format: str = "auto",
) -> Source:
    """The source that a person means by a few characters.

    Args:
        spec: "demo"; a camera's number "0", device "/dev/video0" or name, of which a
            part is enough; an address such as "rtsp://host/path" or
            "file:///clip.mp4"; or the path of a video.
        size_wh: width and height wanted from a camera or the demo, in pixels. Files and
            streams keep their own.
        fps: frames/s wanted from a camera or the demo. Others keep theirs.
        format: of a camera's pixels: "mjpg", "yuyv" or "auto".

    Returns:
        A source whose device is not opened yet; a file's header has been read. A camera
        or a stream that is lost after it has worked comes back by itself.

    Raises:
        SourceError: this means no source, or several, or a file that is no video.
    """
    if spec == "demo":
        return Demo(size_wh or (640, 480), fps or 30.0)
    camera = partial(Camera, size_wh=size_wh, fps=fps, format=format, reconnect=True)
    if spec.isascii() and spec.isdigit():
        return camera(int(spec))
    if spec.lower().startswith("file://"):
        return VideoFile(_path_of(spec))
    if "://" in spec:
        return Stream(spec)
    if _is_device(spec):
        return camera(spec)
    if _looks_like_path(spec):
        return VideoFile(spec)
    if found := choose(spec, find_cameras()):
        return camera(found.number, called=found.name, backend=found.backend)
    raise SourceError(
        f"'{spec}' is no source",
        hint="Give a camera's number (0) or a part of its name ('livestyle cameras' "
        f"lists them), a video file, an address ({', '.join(SCHEMES)}), or demo.",
    )


def _path_of(url: str) -> Path:
    parts = urlsplit(url)
    # Two slashes instead of three are a common slip: file://clip.mp4
    return Path(unquote(parts.netloc) + url2pathname(parts.path))


def _is_device(spec: str) -> bool:
    path = Path(spec)
    return spec.startswith("/dev/") or path.is_char_device()


def _looks_like_path(spec: str) -> bool:
    path = Path(spec)
    named = len(path.parts) > 1 or path.suffix.lower() in VIDEO_SUFFIXES
    return bool(spec) and (named or path.exists())
