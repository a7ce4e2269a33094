import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.livestyle.screen import Screen, missing


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
