from pathlib import Path

import pytest

from tests.livestyle.probe import probe
from tests.livestyle.program import running
from tests.livestyle.screen import Screen
from tests.livestyle.sitting import OPTIONS, Sitting


@pytest.mark.parametrize("key", ["q", "escape"])
def test_the_keys_that_quit_end_it_in_good_order(
    screen: Screen, model: Path, tmp_path: Path, key: str
):
    words = [*OPTIONS.split(), model, "--record", "a.mp4"]
    with running(*words, cwd=tmp_path, screen=screen.environ) as process:
        sitting = Sitting(screen, process, tmp_path)
        sitting.settle()
        sitting.press(key)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "saved a.mp4\n")
    assert "Traceback" not in err
    assert probe(tmp_path / "a.mp4").frames > 0


def test_closing_the_window_ends_it_in_good_order(
    screen: Screen, model: Path, tmp_path: Path
):
    words = [*OPTIONS.split(), model, "--record", "a.mp4"]
    with running(*words, cwd=tmp_path, screen=screen.environ) as process:
        sitting = Sitting(screen, process, tmp_path)
        sitting.settle()
        screen.press_close_button(sitting.window)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "saved a.mp4\n")
    assert "Traceback" not in err
