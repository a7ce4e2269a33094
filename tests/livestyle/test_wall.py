import weakref
from itertools import count
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.contract import Embedding
from livestyle.controls import Controls
from livestyle.frame import Frame, Pixels
from livestyle.grid import Grid
from livestyle.model import Painter
from livestyle.stylizer import Stylizer
from livestyle.view import View
from livestyle.wall import Wall
from tests.livestyle.tiny_painter import NINE, card, painted, write_painter

HEIGHT, WIDTH = 240, 320


class Counting(Painter):
    """A painter that counts."""

    paintings = 0

    def paint(self, pixels: Pixels, style: Embedding) -> Pixels:
        self.paintings += 1
        return super().paint(pixels, style)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("painter") / "nine.onnx"
    return write_painter(path, card(list(NINE)))


@pytest.fixture
def painter(file: Path) -> Counting:
    return Counting(file)


@pytest.fixture
def controls(painter: Painter) -> Controls:
    return Controls(painter.names)


def scene(seed: int = 0) -> Pixels:
    small = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    return np.asarray(cv2.resize(small, (WIDTH, HEIGHT)), np.uint8)


def wall_of(painter: Painter, controls: Controls, tiles: int) -> Wall:
    """A wall with time for so many tiles a picture; it looks at the clock for each."""
    seconds = count()
    return Wall(painter, controls, tiles - 0.5, clock=lambda: next(seconds))


def tile(picture: Pixels, number: int) -> Pixels:
    """The middle of a tile's lower half, where no name is."""
    row, column = divmod(number, 3)
    top, left = row * 80, round(column * WIDTH / 3)
    return picture[top + 35 : top + 70, left + 10 : left + 95]


def expected(content: Pixels, number: int) -> Pixels:
    embedding = list(NINE.values())[number]
    return tile(painted(shrunk_onto(content), embedding), number)


def shrunk_onto(content: Pixels) -> Pixels:
    """The content nine times."""
    small = cv2.resize(content, (102, 76), interpolation=cv2.INTER_AREA)
    whole = np.zeros_like(content)
    for number in range(9):
        row, column = divmod(number, 3)
        top, left = row * 80 + 2, round(column * WIDTH / 3) + 2
        whole[top : top + 76, left : left + 102] = small
    return whole


@pytest.mark.parametrize("tiles", range(1, 21))
def test_every_tile_is_where_a_click_finds_it(tiles: int):
    grid = Grid(tiles)
    side = 1 / grid.columns
    for tile in range(tiles):
        left, top = grid.corner(tile)
        assert 0 <= left <= left + side <= 1 + 1e-9
        assert 0 <= top <= top + side <= 1 + 1e-9
        for across, down in ((0.01, 0.01), (0.5, 0.5), (0.99, 0.99)):
            assert grid.at(left + across * side, top + down * side) == tile


@pytest.mark.parametrize(
    ("tiles", "columns", "rows"),
    [(1, 1, 1), (2, 2, 1), (4, 2, 2), (5, 3, 2), (9, 3, 3), (10, 4, 3), (16, 4, 4)],
)
def test_tiles_are_as_large_as_they_can_be(tiles: int, columns: int, rows: int):
    assert (Grid(tiles).columns, Grid(tiles).rows) == (columns, rows)


def test_beside_the_tiles_there_is_none():
    assert Grid(5).at(0.9, 0.6) is None  # the sixth place of six
    assert Grid(5).at(0.5, 0.05) is None
    assert Grid(5).at(0.5, 0.95) is None
    assert Grid(4).at(1.0, 0.5) is None


def test_each_tile_is_the_camera_in_one_style(painter: Painter, controls: Controls):
    content = scene()
    picture = wall_of(painter, controls, tiles=9).of(content)
    assert picture.shape == content.shape
    for number in range(9):
        seen, wanted = tile(picture, number).astype(int), expected(content, number)
        assert np.abs(seen - wanted).max() <= 1, list(NINE)[number]


def test_tiles_are_painted_in_turns_so_many_as_there_is_time_for(
    painter: Counting, controls: Controls
):
    wall = wall_of(painter, controls, tiles=4)
    painter.paintings = 0
    done = []
    for seed in range(4):
        picture = wall.of(scene(seed))
        done.append(painter.paintings)
    assert np.diff([0, *done]).tolist() == [4, 4, 4, 4]
    # 4 pictures of 4 tiles each: of 16 turns the last 9 are what is seen.
    for turn in range(7, 16):
        seen, wanted = tile(picture, turn % 9), expected(scene(turn // 4), turn % 9)
        assert np.abs(seen.astype(int) - wanted).max() <= 1


def test_a_machine_that_is_too_slow_still_paints_one_tile_a_picture(
    painter: Counting, controls: Controls
):
    wall = wall_of(painter, controls, tiles=-100)
    painter.paintings = 0
    for seed in range(5):
        wall.of(scene(seed))
    assert painter.paintings == 5


def test_a_picture_that_stands_still_is_not_painted_again(
    painter: Counting, controls: Controls
):
    wall, content = wall_of(painter, controls, tiles=5), scene()
    painter.paintings = 0
    for _ in range(6):
        wall.of(content)
    assert painter.paintings == 9


def test_of_the_pictures_that_tiles_were_painted_from_only_the_last_is_kept(
    painter: Painter, controls: Controls
):
    wall, shown = wall_of(painter, controls, tiles=1), []
    for seed in range(5):
        content = scene(seed).copy()
        shown.append(weakref.ref(content))
        wall.of(content)
    del content
    assert [picture() is None for picture in shown[:-1]] == [True] * 4


def test_the_chosen_styles_tile_has_a_light_frame(painter: Painter, controls: Controls):
    wall = wall_of(painter, controls, tiles=9)
    for chosen in (0, 4, 8):
        controls.choose_style(chosen)
        picture = wall.of(scene())
        for number in range(9):
            row, column = divmod(number, 3)
            edge = picture[row * 80 + 1, round(column * WIDTH / 3) + 20]
            assert (edge.min() > 200) == (number == chosen)


def test_the_names_are_on_the_tiles(painter: Painter, controls: Controls):
    content = scene()
    picture = wall_of(painter, controls, tiles=9).of(content)
    wanted = painted(shrunk_onto(content), NINE["negative"]).astype(int)
    upper = np.abs(picture[2:15, 2:60] - wanted[2:15, 2:60])
    assert upper.mean() > 20


def test_the_wall_keeps_the_cameras_colours_when_they_are_wished_for(
    painter: Painter, controls: Controls
):
    controls.toggle("keep_colours")
    grey = np.repeat(scene()[:, :, :1], 3, axis=2)
    picture = wall_of(painter, controls, tiles=9).of(grey)
    tinted = tile(picture, 1)
    assert (tinted == tinted[:, :, :1]).all()


@pytest.mark.parametrize("size", [(32, 32), (33, 500), (500, 33)])
def test_tiny_pictures_have_a_wall_too(
    painter: Painter, controls: Controls, size: tuple[int, int]
):
    content = np.zeros((*size, 3), np.uint8)
    assert wall_of(painter, controls, tiles=9).of(content).shape == content.shape


def test_a_click_chooses_and_leaves_the_wall(controls: Controls):
    controls.show("wall")
    controls.click(0.5, 0.5)
    assert (controls.style, controls.view) == ("dim", "painting")


def test_a_number_chooses_and_leaves_the_wall(controls: Controls):
    controls.show("wall")
    controls.type_digit(7)
    assert (controls.style, controls.view) == ("bright", "painting")


def test_arrows_go_along_the_wall_and_what_is_no_style_stays_on_it(
    controls: Controls,
):
    controls.show("wall")
    controls.step_style(+1)
    controls.type_digit(0)
    assert (controls.style, controls.view) == ("tinted", "wall")
    assert controls.note == "no style 10"


def test_the_window_shows_the_view_that_was_asked_for_and_frames_stay_as_painted(
    painter: Painter, controls: Controls
):
    stylize, content = Stylizer(painter, controls), scene()
    controls.mirror = True
    shown = stylize(Frame(content, 0, 0.0))
    view, mirrored = View(stylize, controls, fps=0.0), content[:, ::-1]
    assert view.of(shown) is shown.pixels
    controls.show("wipe")
    divided = view.of(shown)
    assert (divided[:, :150] == mirrored[:, :150]).all()
    assert (divided[:, 170:] == 255 - mirrored[:, 170:]).all()
    controls.show("beside")
    assert (view.of(shown)[:, :310] == mirrored[:, :310]).all()
    controls.show("wall")
    first = tile(view.of(shown), 0).astype(int)
    assert np.abs(first - expected(np.ascontiguousarray(mirrored), 0)).max() <= 1
    assert (shown.pixels == 255 - mirrored).all()
