"""What a camera is asked for, in which order, and what it answered."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event

import cv2
import pytest

from livestyle.app import App
from livestyle.settings import Settings
from livestyle.sources import Camera, open_source
from livestyle.sources.wish import Wish
from tests.livestyle.scripted_camera import Driver, noise

MJPG, YUYV = (float(cv2.VideoWriter.fourcc(*code)) for code in ("MJPG", "YUYV"))
WIDTH, HEIGHT = cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT
FORMAT, RATE = cv2.CAP_PROP_FOURCC, cv2.CAP_PROP_FPS


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Wish(), ""),
        (Wish((640, 480), 30), ""),
        (Wish((1280, 720)), "MJPG"),
        (Wish((640, 480), 60), "MJPG"),
        (Wish(fps=60), "MJPG"),
        (Wish((320, 240), format="mjpg"), "MJPG"),
        (Wish((1920, 1080), format="yuyv"), "YUYV"),
    ],
)
def test_high_modes_are_compressed_unless_something_else_was_asked_for(
    wish: Wish, code: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "platform", "linux")
    assert wish.code == code


def test_raw_pictures_have_another_name_in_windows(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert Wish(format="yuyv").code == "YUY2"


def test_the_format_is_asked_for_before_the_size(monkeypatch: pytest.MonkeyPatch):
    driver = Driver(monkeypatch, [noise(0)])
    next(iter(Camera(0, (1280, 720), 30, backend="V4L2")))
    asked = [(what, value) for what, value in driver.wishes if what != 38]
    assert asked == [(FORMAT, MJPG), (WIDTH, 1280), (HEIGHT, 720), (RATE, 30)]


def test_directshow_is_asked_for_the_rate_first_which_would_undo_the_format(
    monkeypatch: pytest.MonkeyPatch,
):
    driver = Driver(monkeypatch, [noise(0)])
    next(iter(Camera(0, (1280, 720), 30, backend="DSHOW")))
    asked = [what for what, _ in driver.wishes if what != 38]
    assert asked == [RATE, FORMAT, WIDTH, HEIGHT]


def test_on_windows_directshow_is_tried_before_media_foundation(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(sys, "platform", "win32")
    driver = Driver(monkeypatch, None, None, [noise(0)])
    next(iter(Camera(0)))
    backends = [backend for _, backend in driver.opened]
    assert backends == [cv2.CAP_DSHOW, cv2.CAP_MSMF, cv2.CAP_ANY]


def test_what_opencv_reads_once_is_set_before_it_is_imported():
    names = "MSMF_ENABLE_HW_TRANSFORMS", "V4L_SELECT_TIMEOUT"
    program = (
        "import os, sys, livestyle\n"
        "assert 'cv2' not in sys.modules\n"
        f"print(*[os.environ['OPENCV_VIDEOIO_' + name] for name in {names}])"
    )

    def run(**more: str) -> str:
        bare = {k: v for k, v in os.environ.items() if not k.startswith("OPENCV_")}
        return subprocess.run(
            [sys.executable, "-c", program],
            env={**bare, **more},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    assert run() == "0 2\n"
    assert run(OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT="9") == "0 9\n"  # a person's own


def test_wishes_reach_the_camera_that_is_named_by_a_few_characters():
    camera = open_source("0", (800, 600), 25, "yuyv")
    assert isinstance(camera, Camera)
    assert camera.wish == Wish((800, 600), 25, "yuyv")


def test_one_line_tells_what_was_asked_and_got_with_the_rate_that_was_counted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    pause = 0.02

    def step():
        Event().wait(pause)
        return noise(1)

    Driver(monkeypatch, [noise(0), *[step] * 1000], fourcc="MJPG", fps=60)
    said: list[str] = []
    wished = replace(
        settings, source="0", size=(1280, 720), fps=60, format="mjpg", seconds=1.0
    )
    app = App(wished, said.append)
    app.run()
    (line,) = said
    counted = app.stats()["camera"]["measured_fps"]
    assert line == (
        f"camera 0 gives 64x48 MJPG at {counted:g} frames/s (it says 60), "
        "asked for 1280x720 MJPG at 60 frames/s"
    )
    assert 1 < counted < 1 / pause
    assert app.stats()["camera"] == {
        "asked": {"size": "1280x720", "fps": 60, "format": "mjpg"},
        "got": {
            "size": "64x48",
            "format": "MJPG",
            "stated_fps": 60,
            "backend": app.source.inside.answer.backend,
        },
        "measured_fps": counted,
    }


def test_the_demo_takes_a_rate_and_has_nothing_to_tell(settings: Settings):
    said: list[str] = []
    app = App(replace(settings, fps=12.0, seconds=0.2), said.append)
    app.run()
    assert app.source.fps == 12
    assert said == []
    assert app.stats()["camera"] is None


def test_the_answer_of_a_clip_is_its_own(clip: Path):
    camera = Camera(str(clip), (1280, 720))
    next(iter(camera))
    assert camera.answer is not None
    assert camera.answer.size_wh == (64, 48)
    assert camera.fps == 10
