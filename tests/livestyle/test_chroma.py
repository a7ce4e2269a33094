import tracemalloc
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livestyle.chroma import Chroma
from livestyle.controls import Controls
from livestyle.frame import Frame, Pixels
from livestyle.model import Painter
from livestyle.overlay import Status, status_line
from livestyle.stylizer import Stylizer

NUMBERS = np.random.default_rng(0)
# Blue, green, red: the luminance of ITU-R BT.601, as in YIQ and YCrCb.
LUMINANCE = np.array([0.114, 0.587, 0.299])


def noise(height: int = 40, width: int = 56, low: int = 0, high: int = 256) -> Pixels:
    return NUMBERS.integers(low, high, (height, width, 3), np.uint8)


def chroma(pixels: Pixels) -> NDArray[np.float64]:
    """Blue and red without the luminance, which Cb and Cr are in proportion to."""
    flat = pixels.astype(float)
    return flat[:, :, ::2] - (flat @ LUMINANCE)[:, :, None]


def test_luminance_is_the_paintings_and_chroma_the_cameras():
    content, pastiche = noise(low=90, high=160), noise(low=90, high=160)
    kept = Chroma().keep(pastiche.copy(), content)
    assert np.abs(chroma(kept) - chroma(content)).max() < 1.5
    assert np.abs(kept @ LUMINANCE - pastiche @ LUMINANCE).max() < 1.5
    assert np.abs(chroma(pastiche) - chroma(content)).max() > 30


def test_what_leaves_the_range_is_cut_off_and_never_wraps_round():
    content, pastiche = noise(), noise()
    kept = Chroma().keep(pastiche.copy(), content)
    shift = (pastiche @ LUMINANCE - content @ LUMINANCE)[:, :, None]
    assert np.abs(kept - (content + shift).clip(0, 255)).max() < 1.5


def test_a_grey_picture_stays_grey():
    content = np.repeat(noise()[:, :, :1], 3, axis=2)
    kept = Chroma().keep(noise(), content)
    assert (kept == kept[:, :, :1]).all()


def test_where_nothing_got_lighter_or_darker_it_is_the_cameras_picture():
    content = noise()
    assert (Chroma().keep(content.copy(), content) == content).all()


def test_pictures_of_several_sizes_may_take_turns():
    keeper = Chroma()
    for height, width in ((40, 56), (33, 48), (40, 56)):
        content, pastiche = noise(height, width), noise(height, width)
        once = Chroma().keep(pastiche.copy(), content)
        assert (keeper.keep(pastiche, content) == once).all()


def test_it_takes_no_memory_of_a_pictures_size():
    keeper, content, pastiche = Chroma(), noise(480, 640), noise(480, 640)
    keeper.keep(pastiche, content)
    tracemalloc.start()
    kept = keeper.keep(pastiche, content)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept is pastiche
    assert most < 480 * 640 / 10


def test_the_stylizer_paints_in_the_cameras_colours(model: Path):
    painter = Painter(model)
    controls = Controls(painter.names, keep_colours=True)
    content = noise(low=90, high=160)
    content.flags.writeable = False
    shown = Stylizer(painter, controls)(Frame(content, 0, 0.0)).pixels
    assert np.abs(chroma(shown) - chroma(content)).max() < 1.5
    assert np.abs(shown @ LUMINANCE - (255 - content) @ LUMINANCE).max() < 1.5
    controls.toggle("keep_colours")
    shown = Stylizer(painter, controls)(Frame(content, 0, 0.0)).pixels
    assert (shown == 255 - content).all()


def test_the_status_line_says_so():
    status = Status("great-wave", 1.0, "CPU", 30.0, keep_colours=True)
    assert status_line(status).startswith("great-wave 100 %  camera's colours  CPU")
