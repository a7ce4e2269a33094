"""One suite for every source: what the rest of the program relies on."""

from collections.abc import Callable, Generator, Iterator
from itertools import islice
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from livestyle.latest import Latest
from livestyle.sources import Camera, Demo, Source, Stream, VideoFile
from tests.livestyle.first_frames import some
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


@pytest.mark.parametrize("kind", ALL)
def test_frames_are_contiguous_bgr_bytes(kind: str, clip: Path, url: str) -> None:
    for frame in some(ALL[kind](clip, url), 1 if kind in RACING else 6):
        assert frame.pixels.dtype == np.uint8
        assert frame.pixels.shape == (frame.height, frame.width, 3)
        assert frame.pixels.flags.c_contiguous


@pytest.mark.parametrize("kind", DIRECT)
def test_index_counts_up_from_zero(kind: str, clip: Path, url: str) -> None:
    frames = some(DIRECT[kind](clip, url))
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("kind", set(THREADED) - set(RACING))
def test_index_only_rises_behind_a_thread(kind: str, clip: Path, url: str) -> None:
    seen = [frame.index for frame in some(THREADED[kind](clip, url))]
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("kind", set(ALL) - set(RACING))
def test_captured_never_decreases(kind: str, clip: Path, url: str) -> None:
    times = [frame.captured for frame in some(ALL[kind](clip, url))]
    assert times == sorted(times)


@pytest.mark.parametrize("kind", set(ALL) - {"file", "latest file"})
def test_a_live_source_tells_the_time_of_capture(
    kind: str, clip: Path, url: str
) -> None:
    source = ALL[kind](clip, url)
    assert source.live
    began = monotonic()
    (frame,) = some(source, 1)
    assert began <= frame.captured <= monotonic()


@pytest.mark.parametrize("kind", set(ALL) - set(RACING))
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
