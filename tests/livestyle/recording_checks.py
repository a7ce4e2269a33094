"""What a person finds at the keys of recordings and of the last seconds."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.livestyle.probe import probe
from tests.livestyle.program import wait_until
from tests.livestyle.sitting import (
    HEIGHT,
    SIZE,
    WIDTH,
    Sitting,
)


def see_record(sitting: Sitting, key: str) -> None:
    before = sitting.takes("*.mp4")
    sitting.press(key)
    wait_until(lambda: len(sitting.takes("*.mp4")) > len(before), "no movie", 10)
    sitting.wait_for(sitting.look, "the picture stands still", ticks=25)
    sitting.press(key)
    (path,) = set(sitting.takes("*.mp4")) - set(before)
    wait_until(lambda: _is_finished(path), "the movie does not end", 10)
    judged = probe(path)
    assert (judged.codec, judged.pix_fmt, judged.size_wh) == ("h264", "yuv420p", SIZE)
    assert judged.frames >= 5
    assert judged.span > 0.5


def see_replay(sitting: Sitting, key: str) -> None:
    before = sitting.takes("*.mp4")
    sitting.wait_for(sitting.look, "the picture stands still", ticks=25)
    sitting.press(key)
    wait_until(lambda: len(sitting.takes("*.mp4")) > len(before), "no movie", 10)
    (path,) = set(sitting.takes("*.mp4")) - set(before)
    judged = probe(path)  # it has its name only when it is whole
    assert (judged.codec, judged.pix_fmt, judged.size_wh) == ("h264", "yuv420p", SIZE)
    assert judged.frames >= 5
    assert judged.span > 0.5


def see_gif(sitting: Sitting, key: str) -> None:
    before = sitting.takes("*.gif")
    sitting.wait_for(sitting.look, "the picture stands still", ticks=25)
    sitting.press(key)
    wait_until(lambda: len(sitting.takes("*.gif")) > len(before), "no GIF", 20)
    (path,) = set(sitting.takes("*.gif")) - set(before)
    with Image.open(path) as gif:  # it has its name only when it is whole
        assert gif.size == SIZE
        assert getattr(gif, "n_frames", 1) >= 5


def _is_finished(path: Path) -> bool:
    """Whether the boxes of an MP4 end with its index, and none is a fragment."""
    data, at, names = path.read_bytes(), 0, [b""]
    while at + 16 <= len(data):
        size, names = int.from_bytes(data[at : at + 4]), [*names, data[at + 4 : at + 8]]
        at += max(8, int.from_bytes(data[at + 8 : at + 16]) if size == 1 else size)
    return names[-1] == b"moov" and b"moof" not in names


def see_cut(sitting: Sitting, key: str) -> None:
    before = sitting.takes("*.mp4")
    sitting.press("r")
    sitting.wait_for(sitting.look, "the picture stands still", ticks=10)
    sitting.press(key)
    sitting.wait_for(sitting.look, "the pause has no picture", ticks=60)
    sitting.press(key)
    sitting.wait_for(sitting.look, "the picture stands still", ticks=10)
    sitting.press("r")
    (path,) = set(sitting.takes("*.mp4")) - set(before)
    wait_until(lambda: _is_finished(path), "the movie does not end", 10)
    judged = probe(path)
    # A frame was shown every thirtieth of a second, where the machine kept up.
    assert max(np.diff(judged.times)) < 1.0
    assert judged.frames >= 5


def see_what(sitting: Sitting, key: str) -> None:
    before = sitting.takes("*.mp4")
    sitting.press(key)
    sitting.wait_for(sitting.look, "the window shows something else", ticks=3)
    sitting.press(key)
    sitting.wait_for(sitting.look, "the window shows something else", ticks=3)
    sitting.press("r")
    sitting.wait_for(sitting.look, "the picture stands still", ticks=10)
    sitting.press("r")
    (path,) = set(sitting.takes("*.mp4")) - set(before)
    wait_until(lambda: _is_finished(path), "the movie does not end", 10)
    assert probe(path).size_wh == (2 * WIDTH, HEIGHT)
    sitting.press(key)
