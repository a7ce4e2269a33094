import os
from collections.abc import Iterator, Mapping
from pathlib import Path

# Before PyAV, which helpers import: the other way round no window comes up.
import cv2  # noqa: F401
import pytest

from livestyle import choice
from livestyle.model import Painter
from livestyle.settings import Settings
from livestyle.trial import frame, race
from tests.livestyle.choosing import SLOW
from tests.livestyle.ffmpeg_clips import write_clips
from tests.livestyle.moving_card import write_clip
from tests.livestyle.screen import Screen, missing
from tests.livestyle.tiny_painter import write_painter


@pytest.fixture(scope="session", autouse=True)
def nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Runs without settings, styles and memories of the person who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for kind in ("DATA", "CONFIG", "STATE", "CACHE"):
            folder = tmp_path_factory.mktemp(kind.lower(), numbered=False)
            patch.setenv(f"XDG_{kind}_HOME", str(folder))
        yield


@pytest.fixture(scope="session")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """One screen for all tests; `screen.environ` brings a program onto it."""
    lacking = ", ".join(missing())
    if lacking and os.environ.get("CI") == "true":
        pytest.fail(f"not installed: {lacking}")
    if lacking:
        pytest.skip(f"not installed: {lacking}")
    screen = Screen(Path(tmp_path_factory.mktemp("screen")))
    yield screen
    screen.close()


@pytest.fixture
def on_screen(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> Screen:
    """The screen, with this very process on it."""
    monkeypatch.setenv("DISPLAY", screen.name)
    return screen


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run in, on a machine without a screen."""
    monkeypatch.chdir(tmp_path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny painter of two styles."""
    return write_painter(tmp_path_factory.mktemp("painter") / "tiny.onnx")


@pytest.fixture
def settings(model: Path, tmp_path: Path) -> Settings:
    """The demo for half a second without a window."""
    return Settings(
        source="demo",
        size=(160, 120),
        model=model,
        quality="full",  # pictures are compared, on machines of any speed
        window=False,
        seconds=0.5,
        folder=tmp_path / "takes",
    )


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The test card as a video of 12 pictures."""
    return write_clip(tmp_path_factory.mktemp("card") / "clip.mp4")


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of clips that ffmpeg made: pictures, sound, containers of all kinds."""
    return write_clips(tmp_path_factory.mktemp("clips"))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what is remembered, empty and not there yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "livestyle" / "precision"


@pytest.fixture
def plain(tmp_path: Path, cache: Path) -> Path:
    """A slow painter in float32."""
    return write_painter(tmp_path / "tiny.onnx", products=SLOW)


@pytest.fixture
def races(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, float]]:
    """What every race found that was held; they are as short as they can be."""
    held: list[dict[str, float]] = []

    def watched(painters: Mapping[str, Painter]) -> dict[str, float]:
        held.append(race(painters, frame(64, 48), budget=0))
        return held[-1]

    monkeypatch.setattr(choice, "trial", watched)
    return held


@pytest.fixture
def device(tmp_path: Path) -> Path:
    """A plain file in the place of a camera."""
    path = tmp_path / "video7"
    path.touch()
    return path
