import math
from pathlib import Path

import numpy as np
import pytest

from livestyle.errors import SettingsError, SourceError
from livestyle.frame import Pixels
from tests.training.motion import panned, texture, write_frames
from training.evaluation.flicker import clip_flicker, find_clips, still_flicker


def same(pixels: Pixels) -> Pixels:
    return pixels


class Flickering:
    """A painter that makes every other picture brighter."""

    def __init__(self, added: int) -> None:
        self.added = added
        self.painted = 0

    def __call__(self, pixels: Pixels) -> Pixels:
        self.painted += 1
        return pixels // 2 + np.uint8(self.added * (self.painted % 2))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_frames(tmp_path_factory.mktemp("clips") / "pan.mkv", panned(9))


def test_a_painter_that_changes_nothing_flickers_as_its_clip(clip: Path):
    found = clip_flicker(find_clips([clip])[0], {"same": same}, 8)
    assert found.compared == 8
    assert found.painted["same"] == found.source < 1
    assert found.seen > 0.9


def test_flicker_of_the_painter_shows_on_a_moving_clip(clip: Path):
    found = clip_flicker(find_clips([clip])[0], {"f": Flickering(12)}, 4)
    assert found.painted["f"] == pytest.approx(12, abs=1)


def test_pairs_are_neighbours_from_all_over_the_clip(clip: Path):
    seen: list[bytes] = []

    def paint(pixels: Pixels) -> Pixels:
        seen.append(pixels.tobytes())
        return pixels

    found = clip_flicker(find_clips([clip])[0], {"s": paint}, 2)
    places = [[f.tobytes() for f in panned(9)].index(frame) for frame in seen]
    assert found.compared == 2
    assert places == [0, 1, 4, 5]


def test_large_clips_are_shrunk_to_the_size_of_a_webcam(tmp_path: Path):
    path = write_frames(tmp_path / "large.mkv", panned(2, size_wh=(1280, 720)))
    shapes = set()

    def paint(pixels: Pixels) -> Pixels:
        shapes.add(pixels.shape)
        return pixels

    clip_flicker(find_clips([path])[0], {"s": paint}, 1)
    assert shapes == {(360, 640, 3)}


def test_a_still_scene_flickers_by_the_sensors_noise():
    scene = np.full((64, 64, 3), 128, np.uint8)
    styles = {"same": same, "negative": lambda p: 255 - p, "flat": lambda p: p * 0}
    found = still_flicker([scene], styles, 4, seed=0)
    # Two independent normal numbers differ by 2 sigma / sqrt(pi) on average.
    assert found.source == pytest.approx(8 / math.sqrt(math.pi), rel=0.03)
    assert found.painted["same"] == found.painted["negative"] == found.source
    assert found.painted["flat"] == 0
    assert found == still_flicker([scene], styles, 4, seed=0)
    assert found != still_flicker([scene], styles, 4, seed=1)


def test_a_painter_that_doubles_contrast_doubles_the_noise():
    scene = np.full((64, 64, 3), 60, np.uint8)
    found = still_flicker(
        [scene, texture(0) // 4 + 20], {"twice": lambda p: p * 2}, 3, 0
    )
    assert found.painted["twice"] == pytest.approx(2 * found.source)


def test_folders_give_their_clips_and_nothing_else(tmp_path: Path):
    for name in ("b.mkv", "a.mkv"):
        write_frames(tmp_path / name, panned(2))
    (tmp_path / "notes.txt").write_text("no clip")
    assert [clip.name for clip in find_clips([tmp_path])] == ["a.mkv", "b.mkv"]


def test_clips_that_cannot_be_read_are_told_before_anything_is_done(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"holds no clips\. Give one with .*mp4"):
        find_clips([tmp_path])
    with pytest.raises(SourceError, match="there is no file"):
        find_clips([tmp_path / "missing.mp4"])
    (tmp_path / "broken.mp4").write_bytes(b"no video" * 100)
    with pytest.raises(SourceError, match="is no video that can be read"):
        find_clips([tmp_path])


def test_a_clip_of_one_frame_has_nothing_to_compare(tmp_path: Path):
    path = write_frames(tmp_path / "one.mkv", panned(1))
    with pytest.raises(SourceError, match="no two frames that can be compared"):
        clip_flicker(find_clips([path])[0], {"same": same}, 4)
