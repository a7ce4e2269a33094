"""One suite for every source: what the rest of the program relies on."""

import functools
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from livestyle.frame import Frame
from livestyle.latest import Latest
from livestyle.sources import Camera, Demo, Source, Stream, VideoFile
from tests.livestyle.sender import free_port, sending

SMALL = (64, 48)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    address = f"udp://127.0.0.1:{free_port()}"
    with sending(address):
        yield address


Make = Callable[[Path, str], Source]

DIRECT: dict[str, Make] = {
    "camera": lambda clip, url: Camera(str(clip), patience=0.1),
    "file": lambda clip, url: VideoFile(clip),
    "stream": lambda clip, url: Stream(url),
    "demo": lambda clip, url: Demo(SMALL, fps=50),
}
THREADED: dict[str, Make] = {
    "latest camera": lambda clip, url: Latest(Camera(str(clip), patience=0.1)),
    "latest file": lambda clip, url: Latest(VideoFile(clip)),
    "latest stream": lambda clip, url: Latest(Stream(url)),
    "latest demo": lambda clip, url: Latest(Demo(SMALL, fps=50)),
}
ALL = DIRECT | THREADED
# Read by a thread, these race to their end: only the last frame is sure to be seen.
RACING = ("latest camera", "latest file")
STEADY = [kind for kind in ALL if kind not in RACING]


@dataclass(frozen=True)
class Start:
    """What came first from a source, which was then closed.

    Attributes:
        live: whether the source says so of itself.
        began: when it was asked for the first frame.
        frames: one of a source that races, six of others.
        there: when each of them was there.
    """

    live: bool
    began: float
    frames: list[Frame]
    there: list[float]


@pytest.fixture(scope="module")
def start(clip: Path, url: str) -> Callable[[str], Start]:
    """Opens each source once for all tests that only look at its frames."""

    @functools.cache
    def read(kind: str) -> Start:
        source = ALL[kind](clip, url)
        start = Start(source.live, monotonic(), [], [])
        for frame in source:
            if frame is not None:
                start.frames.append(frame)
                start.there.append(monotonic())
            if len(start.frames) == (1 if kind in RACING else 6):
                break
        source.close()
        return start

    return read


@pytest.mark.parametrize("kind", ALL)
def test_frames_are_contiguous_bgr_bytes(
    kind: str, start: Callable[[str], Start]
) -> None:
    frames = start(kind).frames
    assert len(frames) == (1 if kind in RACING else 6)
    for frame in frames:
        assert frame.pixels.dtype == np.uint8
        assert frame.pixels.shape == (frame.height, frame.width, 3)
        assert frame.pixels.flags.c_contiguous


@pytest.mark.parametrize("kind", DIRECT)
def test_index_counts_up_from_zero(kind: str, start: Callable[[str], Start]) -> None:
    assert [frame.index for frame in start(kind).frames] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("kind", [kind for kind in STEADY if kind in THREADED])
def test_index_only_rises_behind_a_thread(
    kind: str, start: Callable[[str], Start]
) -> None:
    seen = [frame.index for frame in start(kind).frames]
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("kind", STEADY)
def test_captured_never_decreases(kind: str, start: Callable[[str], Start]) -> None:
    times = [frame.captured for frame in start(kind).frames]
    assert times == sorted(times)


@pytest.mark.parametrize("kind", [kind for kind in ALL if "file" not in kind])
def test_a_live_source_tells_the_time_of_capture(
    kind: str, start: Callable[[str], Start]
) -> None:
    first = start(kind)
    assert first.live
    for frame, there in zip(first.frames, first.there, strict=True):
        assert first.began <= frame.captured <= there


@pytest.mark.parametrize("kind", STEADY)
def test_close_ends_the_iteration(kind: str, clip: Path, url: str) -> None:
    source = ALL[kind](clip, url)
    frames = iter(source)
    assert any(frame is not None for frame in frames)
    source.close()
    rest = list(islice(frames, 100))
    assert len(rest) < 100
    assert len([frame for frame in rest if frame is not None]) <= 1


@pytest.mark.parametrize("kind", ALL)
def test_close_twice_or_before_the_start_is_fine(
    kind: str, clip: Path, url: str
) -> None:
    source = ALL[kind](clip, url)
    source.close()
    source.close()
    assert [frame for frame in source if frame is not None] == []


@pytest.mark.parametrize("kind", set(DIRECT) - {"file"})
def test_a_live_source_can_be_let_go_of_and_goes_on_counting(
    kind: str, clip: Path, url: str
) -> None:
    source, indices = DIRECT[kind](clip, url), list[int]()
    for _ in range(2):
        frames = iter(source)
        assert isinstance(frames, Generator)
        indices.append(next(frame.index for frame in frames if frame is not None))
        frames.close()
    source.close()
    assert indices == [0, 1]


@pytest.mark.parametrize("kind", ALL)
def test_a_source_has_a_name_and_nothing_to_complain_about(
    kind: str, clip: Path, url: str
) -> None:
    source = ALL[kind](clip, url)
    assert source.name
    assert source.fps >= 0
    assert source.status == ""
    source.close()
