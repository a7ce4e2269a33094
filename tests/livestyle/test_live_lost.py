"""What a person sees, and can do, while the source is away."""

import os
import signal
from pathlib import Path

import numpy as np

from tests.livestyle.program import running, wait_until
from tests.livestyle.screen import Screen
from tests.livestyle.sender import free_port, sending
from tests.livestyle.tiny_painter import write_painter

WIDTH, HEIGHT = 160, 120


def test_the_last_picture_stays_with_a_banner_and_the_keys_work(
    screen: Screen, tmp_path: Path
):
    model = write_painter(tmp_path / "tiny.onnx")
    url = f"udp://127.0.0.1:{free_port()}"
    words = ["--source", url, "--model", model]

    def seen() -> np.ndarray:
        return screen.picture()[:HEIGHT, :WIDTH].astype(int)

    def is_alarmed() -> bool:
        blue, green, red = seen()[6:9, 6:9].mean((0, 1))
        return bool(red > 100 and max(blue, green) < 70)

    with (
        sending(url) as sender,
        running(*words, cwd=tmp_path, screen=screen.environ) as program,
    ):
        screen.focus(screen.wait_for_window(seconds=60))
        wait_until(lambda: not is_alarmed() and bool(seen().any()), "no picture")
        os.kill(sender.pid, signal.SIGSTOP)
        wait_until(is_alarmed, "no banner")
        below = seen()[70:100]
        assert below.std() > 20  # the last picture is still there
        screen.key("h")  # the help covers the middle
        wait_until(lambda: np.abs(seen()[70:100] - below).mean() > 10, "no help")
        screen.key("h")
        wait_until(lambda: np.abs(seen()[70:100] - below).mean() < 1, "help stays")
        os.kill(sender.pid, signal.SIGCONT)
        wait_until(lambda: not is_alarmed(), "the banner stays")
        screen.key("q")
        _, err = program.communicate(timeout=30)
    assert program.returncode == 0
    assert "Traceback" not in err
