from itertools import islice, pairwise

import numpy as np
import pytest

import livestyle.sources.demo
from livestyle.errors import SourceError
from livestyle.sources import Demo
from livestyle.sources.demo import FACE_XY
from tests.livestyle.fake_time import FakeTime
from tests.livestyle.first_frames import some

SMALL = (64, 48)


@pytest.mark.parametrize("size", [(640, 480), (33, 47), (1920, 400), (1, 1)])
def test_the_demo_has_exactly_the_size_asked_for(size: tuple[int, int]) -> None:
    (frame,) = some(Demo(size), 1)
    assert (frame.width, frame.height) == size


def test_the_demo_keeps_its_rate_without_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    time = FakeTime(monkeypatch, livestyle.sources.demo)
    began, moments = time.now, []
    for frame in islice(Demo(SMALL, fps=60), 61):
        moments.append(frame.captured - began)
        time.now += 0.007  # that a reader takes for each
    assert moments == pytest.approx([tick / 60 for tick in range(61)])


def test_the_same_moment_of_the_demo_is_the_same_picture() -> None:
    assert np.array_equal(Demo().picture_at(2.5), Demo().picture_at(2.5))


def test_the_demo_moves_smoothly_and_never_stands_still() -> None:
    demo = Demo((160, 120))
    pictures = [demo.picture_at(tick / 30).astype(int) for tick in range(120)]
    steps = [np.abs(b - a).mean() for a, b in pairwise(pictures)]
    assert min(steps) > 0.05
    assert max(steps) < 8
    assert np.abs(pictures[-1] - pictures[0]).mean() > 10


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (1920, 400), (300, 900)])
def test_the_demo_shows_no_border_and_keeps_the_face_in_view(
    size: tuple[int, int],
) -> None:
    demo = Demo(size)
    width, height = size
    corners = np.array([[0, 0, 1], [width - 1, 0, 1], [0, height - 1, 1]]).T
    for tick in range(600):
        view = demo._view(tick / 5)
        seen = view @ corners
        opposite = seen[:, 1] + seen[:, 2] - seen[:, 0]
        assert min(seen.min(), opposite.min()) > -0.01
        assert max(seen.max(), opposite.max()) < 511.01
        face = np.linalg.solve(view[:, :2], np.array(FACE_XY) * 512 - view[:, 2])
        assert 0.25 < face[0] / width < 0.75
        assert 0.15 < face[1] / height < 0.75


def test_a_reader_that_is_late_meets_the_demo_where_it_is_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    time = FakeTime(monkeypatch, livestyle.sources.demo)
    demo = Demo(SMALL, fps=100)
    frames = iter(demo)
    began = next(frames).captured
    time.now += 0.305
    late, next_one = next(frames), next(frames)
    assert [late.index, next_one.index] == [1, 2]
    assert late.captured - began == pytest.approx(0.305)
    assert np.array_equal(late.pixels, demo.picture_at(0.30))
    assert next_one.captured - began == pytest.approx(0.31)
    assert np.array_equal(next_one.pixels, demo.picture_at(0.31))
    frames.close()  # type: ignore[attr-defined]  # as who lets go of a camera does
    time.now += 0.405
    again = next(iter(demo))
    assert np.array_equal(again.pixels, demo.picture_at(0.71))


def test_the_demo_refuses_impossible_sizes_and_rates() -> None:
    with pytest.raises(SourceError, match=r"0x480.*--size 640x480"):
        Demo((0, 480))
    with pytest.raises(SourceError, match="0 frames/s"):
        Demo(fps=0)
