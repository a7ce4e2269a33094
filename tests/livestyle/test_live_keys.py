from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.commands import COMMANDS
from tests.livestyle.program import running, wait_until
from tests.livestyle.recording_checks import (
    see_cut,
    see_gif,
    see_record,
    see_replay,
    see_what,
)
from tests.livestyle.screen import Screen
from tests.livestyle.sitting import (
    HEIGHT,
    OPTIONS,
    WIDTH,
    Sitting,
    as_it_is,
    at_strength,
    styled,
)
from tests.livestyle.tiny_painter import NINE, card, write_painter
from tests.livestyle.view_checks import VIEW_CHECKS


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("painter") / "tiny.onnx"
    return write_painter(path, card(list(NINE)))


@pytest.fixture(scope="module")
def shared(
    screen: Screen, model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sitting]:
    """One sitting for all keys but those that end it.

    It ends with this file: beside another window the two would hide each other.
    """
    folder = tmp_path_factory.mktemp("sitting")
    with running(*OPTIONS.split(), model, cwd=folder, screen=screen.environ) as process:
        sitting = Sitting(screen, process, folder)
        yield sitting
        assert process.poll() is None
        screen.key("q")
        assert process.wait(20) == 0


@pytest.fixture
def sitting(shared: Sitting) -> Sitting:
    """The sitting as it began: every test brings it back to that."""
    shared.settle()
    return shared


def see_style(sitting: Sitting, key: str) -> None:
    if key == "0":  # there is no tenth
        sitting.press(key)
        return
    name = list(NINE)[int(key) - 1]
    sitting.press(key)
    sitting.wait_for(styled(name), f"{key} does not give {name}")
    sitting.press("1")


def see_next(sitting: Sitting, key: str) -> None:
    sitting.press(key)
    sitting.wait_for(styled("tinted"), "no next style")
    sitting.press("p")


def see_previous(sitting: Sitting, key: str) -> None:
    sitting.press(key)
    sitting.wait_for(styled("pale"), "before the first is not the last")
    sitting.press("n")


def see_weaker(sitting: Sitting, key: str) -> None:
    for tenths in range(9, -1, -1) if key == "-" else [9]:
        sitting.press(key)
        sitting.wait_for(at_strength(tenths / 10), f"it does not sink to 0.{tenths}")
    if key == "-":
        sitting.wait_for(as_it_is, "strength 0 is not the camera's picture")
    while tenths < 10:
        tenths += 1
        sitting.press("+")
        sitting.wait_for(at_strength(tenths / 10), f"no rise to {tenths / 10}")


def see_stronger(sitting: Sitting, key: str) -> None:
    sitting.press("-")
    sitting.wait_for(at_strength(0.9), "it does not sink to 0.9")
    sitting.press(key)


def see_stylize(sitting: Sitting, key: str) -> None:
    sitting.press(key)
    sitting.wait_for(as_it_is, "switched off is not the camera's picture")
    sitting.press(key)


def see_mirror(sitting: Sitting, key: str) -> None:
    sitting.press(key)
    sitting.wait_for(lambda pixels: 255 - pixels[:, ::-1], "no mirror")
    sitting.press(key)


def see_overlay(sitting: Sitting, key: str) -> None:
    assert not has_status_line(sitting)
    sitting.press(key)
    wait_until(lambda: has_status_line(sitting), "no status line", 10)
    sitting.press(key)


def has_status_line(sitting: Sitting) -> bool:
    """Whether the picture is the demo's above and not below."""
    seen = sitting.picture()
    above = sitting.tick_of(seen, sitting.look, rows=HEIGHT // 4)
    return above is not None and sitting.tick_of(seen, sitting.look) is None


def see_help(sitting: Sitting, key: str) -> None:
    def panel() -> bool:
        """Light letters on a dark ground in the middle, which no negative has."""
        middle = sitting.picture()[HEIGHT // 4 : -HEIGHT // 4, WIDTH // 4 : -WIDTH // 4]
        brightest = middle.max(axis=2)
        return bool((brightest < 60).mean() > 0.7 and (brightest > 120).any())

    assert not panel()
    sitting.press(key)
    wait_until(panel, "no help", 10)
    sitting.press(key)


def see_snapshot(sitting: Sitting, key: str) -> None:
    before = sitting.takes("*.png")
    # What is on top of the picture is not in the file.
    sitting.press("o")
    wait_until(lambda: has_status_line(sitting), "no status line", 10)
    sitting.press(key)
    wait_until(lambda: len(sitting.takes("*.png")) > len(before), "no file", 10)
    (path,) = set(sitting.takes("*.png")) - set(before)
    assert "_negative" in path.name
    saved = np.asarray(cv2.imread(str(path)), np.uint8)
    assert sitting.tick_of(saved, sitting.look) is not None
    sitting.press("o")


def see_still(sitting: Sitting, key: str) -> None:
    """Pause and release look the same: a picture that stands, and then goes on."""
    sitting.press(key)
    same = 0
    last = sitting.picture()

    def stands() -> bool:
        nonlocal same, last
        now = sitting.picture()
        same, last = (same + 1 if (now == last).all() else 0), now
        return same >= 25  # half a second

    wait_until(stands, "the picture moves", 10)
    tick = sitting.tick_of(last, sitting.look)
    assert tick is not None
    sitting.press(key)
    sitting.wait_for(sitting.look, "it stands still for ever", ticks=5)


def see_fullscreen(sitting: Sitting, key: str) -> None:
    def filled() -> bool:
        seen = sitting.screen.picture()
        # 4:3 on 16:10 leaves black bars on either side; the pointer rests below.
        return bool(
            seen[:780, 150:-150].any(axis=(0, 2)).mean() > 0.99
            and seen[700:780, 300:-300].any(axis=(1, 2)).all()
        )

    assert not filled()
    sitting.press(key)
    wait_until(filled, "the screen is not filled", 10)
    sitting.press(key)
    wait_until(lambda: not filled(), "it stays filled", 10)


def see_quality(sitting: Sitting, key: str) -> None:
    """A machine that is fast enough goes on at full size, pixel for pixel."""
    sitting.press(key)
    sitting.wait_for(sitting.look, "it is painted smaller without need", ticks=30)
    sitting.press(key)


CHECKS: dict[str, Callable[[Sitting, str], None]] = {
    "style": see_style,
    "next": see_next,
    "previous": see_previous,
    "stronger": see_stronger,
    "weaker": see_weaker,
    "stylize": see_stylize,
    "mirror": see_mirror,
    "overlay": see_overlay,
    "help": see_help,
    "snapshot": see_snapshot,
    "replay": see_replay,
    "gif": see_gif,
    "record": see_record,
    "cut": see_cut,
    "what": see_what,
    "fullscreen": see_fullscreen,
    "pause": see_still,
    "release": see_still,
    "quality": see_quality,
    **VIEW_CHECKS,
}
KEYS = [(c.name, key) for c in COMMANDS for key in c.keys if c.name != "quit"]


def test_every_command_of_the_table_is_looked_at():
    assert {c.name for c in COMMANDS} == {*CHECKS, "quit"}


@pytest.mark.parametrize(("name", "key"), KEYS)
def test_a_key_does_on_the_screen_what_the_table_says(
    sitting: Sitting, name: str, key: str
):
    CHECKS[name](sitting, key)
    sitting.settle()


def test_keys_that_are_typed_within_one_picture_all_count(sitting: Sitting):
    sitting.screen.key(*"nnnnn")
    sitting.wait_for(styled(list(NINE)[5]), "five keys are not five styles on")
    sitting.screen.key(*"ppppp")
    sitting.settle()
