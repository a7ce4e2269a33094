"""Styles of several painters in one live run."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livestyle import atelier as ateliers
from livestyle import backroom, shelf, tried
from livestyle.atelier import Atelier
from livestyle.errors import LivestyleError, UnknownStyleError
from livestyle.frame import Frame, Pixels
from livestyle.model import Painter
from livestyle.settings import Settings
from livestyle.view import View
from tests.livestyle.monsters import write_endless
from tests.livestyle.program import wait_until
from tests.livestyle.tiny_painter import card, painted, write_painter
from tests.livestyle.zoo_painter import negative_but_red, write_zoo

PICTURE = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)


class Run:
    """A live run without a window: somebody follows and paints again and again.

    Attributes:
        said: lines for the person at the terminal.
        frames: how many were painted.
    """

    def __init__(
        self,
        model: Path,
        folder: Path,
        style: str | None = None,
        last_style: str | None = None,
    ) -> None:
        self.said: list[str] = []
        self.frames = 0
        settings = Settings(
            style=style, provider="cpu", threads=1, styles_folder=folder
        )
        home = Painter(model, provider="cpu", threads=1)
        self.atelier = Atelier(home, settings, self.said.append, last_style)
        self.controls = self.atelier.controls

    def shown(self) -> Pixels:
        """The next frame, half a second after the one before."""
        frame = Frame(PICTURE, self.frames, self.frames / 2)
        self.frames += 1
        self.atelier.follow(frame)
        return self.atelier.stylize(frame).pixels

    def wait_until(self, reached: Callable[[], bool], what: str) -> None:
        """Follows until something is reached; a busy machine gets its time."""
        try:
            wait_until(reached, what, 120)
        except AssertionError as error:
            raise AssertionError(f"{error}; it said {self.said}") from error

    def choose(self, style: str) -> None:
        self.wait_until(lambda: self.lists(style), f"{style} is not listed")
        self.controls.choose_style(self.controls.styles.index(style))

    def lists(self, style: str) -> bool:
        self.shown()
        return style in self.controls.styles

    def wait_for(self, wanted: Pixels, what: str) -> None:
        self.wait_until(lambda: bool((self.shown() == wanted).all()), what)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backroom, "POLL", 0.05)
    monkeypatch.setattr(shelf.Shelf.look, "__defaults__", (tried.never, 0.1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "styles").mkdir()
    return tmp_path / "styles"


@pytest.fixture
def run(model: Path, folder: Path) -> Iterator[Run]:
    run = Run(model, folder)
    yield run
    run.atelier.close()
    assert "styles" not in [thread.name for thread in threading.enumerate()]


def bring(source: Path, folder: Path) -> Path:
    """Moves a finished file into the folder."""
    return source.rename(folder / source.name)


NEGATIVE, OTHER = 255 - PICTURE, negative_but_red(PICTURE)
# A trial that is ended sooner than in half a minute.
SHORT = {"threads": 0, "seconds": 2.0, "unwanted": tried.never}


def test_a_file_that_is_dropped_into_the_folder_can_be_chosen(
    run: Run, folder: Path, tmp_path: Path
):
    assert (run.shown() == NEGATIVE).all()
    bring(write_zoo(tmp_path / "mosaic-9.onnx"), folder)
    run.choose("mosaic")
    assert run.controls.styles == ("negative", "tinted", "mosaic")
    run.wait_for(OTHER, "mosaic is not painted")
    assert run.atelier.stylize.style == "mosaic"
    assert run.atelier.painter.card.name == "mosaic"
    run.controls.choose_style(1)
    assert (run.shown() == painted(PICTURE, (0, 1))).all()
    # Both are open: nobody waits.
    run.controls.choose_style(2)
    assert (run.shown() == OTHER).all()
    assert run.said == []


def test_until_a_painter_is_open_the_style_before_goes_on(
    run: Run, folder: Path, tmp_path: Path
):
    bring(write_zoo(tmp_path / "mosaic-9.onnx"), folder)
    run.choose("mosaic")
    assert (run.shown() == NEGATIVE).all()
    assert run.atelier.stylize.style == "negative"
    assert run.controls.recent_note() == "opening mosaic ..."
    run.wait_for(OTHER, "mosaic is not painted")
    assert run.controls.note == "mosaic"


def test_removing_a_file_while_it_paints_ends_nothing(
    run: Run, folder: Path, tmp_path: Path
):
    path = bring(write_zoo(tmp_path / "mosaic-9.onnx"), folder)
    bring(write_zoo(tmp_path / "candy.onnx", gain=-0.5), folder)
    run.choose("mosaic")
    run.wait_for(OTHER, "mosaic is not painted")
    path.unlink()
    (folder / "candy.onnx").unlink()
    run.wait_until(lambda: not run.lists("candy"), "candy stays in the list")
    assert (run.shown() == OTHER).all()
    assert run.controls.style == "mosaic"
    run.controls.choose_style(0)
    assert (run.shown() == NEGATIVE).all()
    assert run.controls.styles == ("negative", "tinted")
    assert len(run.atelier._open) == 1
    assert run.said == []


def test_a_newer_file_is_painted_with_when_it_takes_the_place_of_the_old_one(
    run: Run, folder: Path, tmp_path: Path
):
    path = write_zoo(tmp_path / "mosaic.onnx")
    bring(path, folder)
    run.choose("mosaic")
    run.wait_for(OTHER, "mosaic is not painted")
    bring(write_zoo(path, gain=0), folder)
    white = OTHER.copy()
    white[..., :2] = 255
    run.wait_for(white, "the new mosaic is not painted")
    assert run.controls.styles == ("negative", "tinted", "mosaic")


def test_a_painter_that_never_ends_is_left_out_and_the_picture_goes_on(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tried.try_apart, "__kwdefaults__", SHORT)
    bring(write_endless(tmp_path / "endless.onnx", beyond=64), folder)
    run.choose("endless")
    before = run.frames
    run.wait_until(lambda: not run.lists("endless"), "it stays in the list")
    assert run.frames > before + 20
    (line,) = run.said
    assert line.startswith("endless.onnx is left out: ")
    assert "did not pass a trial in a process of its own: it " in line
    assert run.controls.style == "negative"
    assert run.controls.note == "endless.onnx cannot be opened"
    assert (run.shown() == NEGATIVE).all()


def test_another_wish_does_not_wait_for_one_that_takes_long(
    run: Run, folder: Path, tmp_path: Path
):
    bring(write_endless(tmp_path / "endless.onnx", beyond=64), folder)
    bring(write_zoo(tmp_path / "mosaic-9.onnx"), folder)
    run.choose("mosaic")
    run.choose("endless")
    slot = run.atelier._backroom._slot
    run.wait_until(lambda: bool(run.shown().size) and not slot._items, "no trial")
    run.controls.choose_style(run.controls.styles.index("mosaic"))
    # The trial of the other one would take half a minute.
    run.wait_for(OTHER, "mosaic is not painted")
    assert run.said == []


def test_few_painters_are_open_at_once_and_the_first_one_always(
    run: Run, folder: Path, tmp_path: Path
):
    for number in range(4):
        bring(write_zoo(tmp_path / f"p{number}-x.onnx", gain=-(2.0**-number)), folder)
    for name in ("p0-x", "p1-x", "p2-x", "p0-x", "p3-x"):
        run.choose(name)
        run.wait_until(
            lambda n=name: run.lists(n) and run.atelier.stylize.style == n, name
        )
        assert len(run.atelier._open) <= ateliers.MOST_OPEN == 3
    names = [path.stem for path, _ in run.atelier._open]
    assert set(names) == {"tiny", "p0-x", "p3-x"}


def test_a_style_of_the_folder_may_be_the_first(model: Path, folder: Path):
    write_zoo(folder / "mosaic-9.onnx")
    run = Run(model, folder, style="mosaic")
    assert (run.shown() == OTHER).all()
    run.atelier.close()
    with pytest.raises(UnknownStyleError, match=r"'mosiac'.*Did you mean: mosaic\?"):
        Run(model, folder, style="mosiac")


def test_the_last_style_goes_before_that_of_the_settings_if_it_is_to_be_had(
    model: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    write_zoo(folder / "mosaic.onnx")
    write_endless(folder / "endless.onnx", beyond=64)
    monkeypatch.setattr(tried.try_apart, "__kwdefaults__", SHORT)
    for last, begun in (
        ("mosaic", "mosaic"),
        ("gone", "tinted"),
        ("endless", "negative"),
    ):
        run = Run(model, folder, style="tinted", last_style=last)
        assert (run.controls.style, run.atelier.stylize.style) == (begun, begun)
        run.atelier.close()
    (line,) = run.said
    assert line.startswith("endless.onnx is left out: ")
    with pytest.raises(LivestyleError, match="did not pass a trial"):
        Run(model, folder, style="endless")


def test_a_style_that_is_called_as_another_one_has_its_files_name_before_it(
    run: Run, folder: Path, tmp_path: Path
):
    bring(write_painter(tmp_path / "mine.onnx", card(["tinted"])), folder)
    run.choose("mine-tinted")
    run.wait_for(painted(PICTURE, (0, 1)), "it is not painted")
    assert run.atelier.painter.card.styles[0].name == "tinted"


def test_styles_of_another_painter_are_on_the_wall_by_name_and_in_no_blend(
    run: Run, folder: Path, tmp_path: Path
):
    view = View(run.atelier.stylize, run.controls, fps=1)
    run.controls.show("wall")
    run.shown()
    assert view.of(Frame(PICTURE, 0, 0.0, PICTURE)).shape == PICTURE.shape
    bring(write_zoo(tmp_path / "mosaic-9.onnx"), folder)
    run.wait_until(lambda: run.lists("mosaic"), "it is not listed")
    run.controls.second = 2
    assert (run.shown() == NEGATIVE).all()
    assert (run.controls.blended, run.atelier.stylize.blended) == ("mosaic", None)
    wall = view.of(Frame(PICTURE, 0, 0.0, PICTURE))
    # Two rows of two tiles: below the names, what is painted and what is not.
    assert wall[38:44, 8:56].std() > 20
    assert wall[86:92, 8:56].std() < 3  # the ground alone
    run.choose("mosaic")
    run.wait_for(OTHER, "mosaic is not painted")
    assert run.atelier.stylize.blended is None
    wall = view.of(Frame(PICTURE, 0, 0.0, PICTURE))
    assert wall[86:92, 8:56].std() > 20
    run.controls.relist(("negative", "tinted"))
    assert (run.controls.blended, run.controls.second) == (None, None)


def test_without_a_window_nobody_watches_the_folder(model: Path, folder: Path):
    settings = Settings(window=False, provider="cpu", styles_folder=folder)
    atelier = Atelier(Painter(model), settings, [].append)
    atelier.follow()
    assert "styles" not in [thread.name for thread in threading.enumerate()]
    atelier.close()


def test_someone_without_a_home_has_no_folder(
    model: Path, monkeypatch: pytest.MonkeyPatch
):
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    settings = replace(Settings(), window=False, style="none", provider="cpu")
    with pytest.raises(UnknownStyleError):
        Atelier(Painter(model), settings, [].append)
