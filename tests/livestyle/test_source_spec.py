"""What a person types to name a source."""

from pathlib import Path

import pytest

from livestyle.errors import SourceError
from livestyle.sources import Camera, Demo, Stream, VideoFile, open_source


def test_words_numbers_and_paths_open_the_right_source(clip: Path) -> None:
    assert isinstance(open_source("demo"), Demo)
    assert isinstance(open_source("0"), Camera)
    assert isinstance(open_source("/dev/video1"), Camera)
    assert isinstance(open_source("rtsp://host/path"), Stream)
    assert isinstance(open_source(str(clip)), VideoFile)
    assert isinstance(open_source(clip.as_uri()), VideoFile)


def test_size_and_rate_are_passed_on() -> None:
    demo = open_source("demo", size_wh=(320, 240), fps=15)
    assert isinstance(demo, Demo)
    assert (demo.size_wh, demo.fps) == ((320, 240), 15)


@pytest.mark.parametrize(
    ("spec", "advice"),
    [
        ("gopher://host/x", "Addresses begin with one of: http, https, rtmp"),
        ("udp://", "lacks an address"),
        ("nonsense", "is no source. Give a camera's number"),
        ("", "is no source"),
        ("-1", "is no source"),
        ("missing.mp4", "there is no file 'missing.mp4'. Check the path"),
        ("file:///nowhere/missing.mp4", "there is no file '/nowhere/missing.mp4'"),
    ],
)
def test_what_is_no_source_gets_advice(spec: str, advice: str) -> None:
    with pytest.raises(SourceError, match=advice):
        open_source(spec)
