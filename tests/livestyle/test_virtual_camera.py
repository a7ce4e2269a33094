"""With a device that keeps what it is sent: there is no real one where tests run."""

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from livestyle.app import App
from livestyle.errors import OutputError
from livestyle.frame import Frame, Pixels
from livestyle.settings import Settings
from livestyle.sinks import virtual_camera, virtual_device
from livestyle.sinks.virtual_camera import VirtualCamera
from livestyle.sinks.virtual_device import open_device
from tests.livestyle.app_run import no_news
from tests.livestyle.moving_card import card, number_on
from tests.livestyle.program import wait_until


class Kept:
    """Keeps the pictures that a device would show.

    Args:
        lasts: how many it takes before it breaks, as a device that is unplugged.
    """

    device = "/dev/video9"

    def __init__(self, lasts: int = 1_000_000) -> None:
        self.lasts = lasts
        self.opened: list[tuple[tuple[int, int], float]] = []
        self.pictures: list[Pixels] = []
        self.closed = 0

    def open(self, size_wh: tuple[int, int], fps: float) -> "Kept":
        self.opened.append((size_wh, fps))
        return self

    def send(self, frame: Pixels) -> None:
        if len(self.pictures) == self.lasts:
            raise RuntimeError("the device\nis gone")
        assert frame.flags.c_contiguous
        self.pictures.append(frame)

    def close(self) -> None:
        self.closed += 1


def sent(device: Kept, count: int) -> Callable[[], bool]:
    return lambda: len(device.pictures) >= count


def test_one_picture_is_sent_again_and_again_at_the_rate() -> None:
    device = Kept()
    camera = VirtualCamera(fps=50, open=device.open)
    began = monotonic()
    camera.write(Frame(card(3), 0, 0.0))
    wait_until(sent(device, 10), "it is not sent again")
    camera.close()
    took = monotonic() - began
    assert len(device.pictures) <= took * 50 + 1  # and never faster than that
    assert {number_on(picture) for picture in device.pictures} == {3}
    assert device.opened == [((64, 48), 50)]
    assert camera.sent == len(device.pictures)


def test_of_many_pictures_the_newest_is_sent_and_none_waits() -> None:
    device = Kept()
    camera = VirtualCamera(fps=20, open=device.open)
    began = monotonic()
    for number in range(17):
        camera.write(Frame(card(number), number, number / 1000))
    wait_until(lambda: number_on(device.pictures[-1:][0]) == 16, "the last never comes")
    camera.close()
    assert len(device.pictures) <= (monotonic() - began) * 20 + 1


def test_pictures_of_any_size_leave_in_one_size() -> None:
    device = Kept()
    camera = VirtualCamera(fps=200, open=device.open)
    for count, size_wh in enumerate([(65, 49), (128, 96), (48, 96)], start=1):
        before = len(device.pictures)
        camera.write(Frame(np.full((*size_wh[::-1], 3), 255, np.uint8), count, count))
        wait_until(sent(device, before + 3), "nothing is sent")
    camera.close()
    assert device.opened == [((64, 48), 200)]
    assert {picture.shape for picture in device.pictures} == {(48, 64, 3)}
    bright = device.pictures[-1][24, :, 0] > 128
    assert bright.sum() == 24  # 48x96 in 48 rows
    assert bright[20:44].all()


def test_a_size_that_was_asked_for_is_kept_to() -> None:
    device = Kept()
    camera = VirtualCamera((160, 120), open=device.open)
    camera.write(Frame(card(3), 0, 0.0))
    wait_until(sent(device, 1), "nothing is sent")
    camera.close()
    assert device.pictures[0].shape == (120, 160, 3)


def test_the_device_is_given_back_once_and_the_thread_ends() -> None:
    device = Kept()
    camera = VirtualCamera(open=device.open)
    camera.write(Frame(card(3), 0, 0.0))
    camera.close()
    camera.close()
    camera.write(Frame(card(3), 1, 1.0))
    assert device.closed == 1
    assert "virtual camera" not in {thread.name for thread in threading.enumerate()}
    assert len(device.opened) == 1


def test_without_a_picture_no_device_is_opened() -> None:
    device = Kept()
    VirtualCamera(open=device.open).close()
    assert (device.opened, device.closed) == ([], 0)


def test_a_device_that_is_lost_is_told_and_nothing_else_ends() -> None:
    device = Kept(lasts=3)
    camera = VirtualCamera(fps=200, open=device.open)
    camera.write(Frame(card(3), 0, 0.0))
    wait_until(lambda: bool(camera.trouble), "it is not told")
    assert camera.trouble == (
        "the virtual camera is lost (RuntimeError: the device is gone)"
    )
    camera.write(Frame(card(4), 1, 1.0))  # raises nothing
    camera.close()
    assert (camera.sent, device.closed) == (3, 1)


def test_a_device_that_hangs_does_not_hang_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(virtual_camera, "JOIN", 0.1)
    let_go, sending = threading.Event(), threading.Event()

    class Hanging(Kept):
        def send(self, frame: Pixels) -> None:
            sending.set()
            let_go.wait(5)

    device = Hanging()
    camera = VirtualCamera(open=device.open)
    camera.write(Frame(card(3), 0, 0.0))
    assert sending.wait(30)
    camera.close()
    assert device.closed == 0  # it hangs still
    let_go.set()
    wait_until(lambda: device.closed == 1, "it is never given back")


def test_without_a_window_the_terminal_is_told_of_a_lost_device(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, said = Kept(lasts=3), list[str]()
    monkeypatch.setattr("livestyle.sinks.virtual_camera.open_device", device.open)
    monkeypatch.setattr("livestyle.sinks.virtual_camera.require_package", lambda: None)
    app = App(replace(settings, virtual_camera=True, seconds=0.8), said.append)
    app.run()
    assert said == ["the virtual camera is lost (RuntimeError: the device is gone)"]


STANDS_IN = """
from enum import Enum
class PixelFormat(Enum):
    BGR = "24BG"
class Camera:
    device = "/dev/video9"
    def __init__(self, width, height, fps, *, fmt):
        self.asked = (width, height, fps, fmt)
        if width > 1000:
            raise RuntimeError("v4l2loopback:\\nno device")
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A module in the place of pyvirtualcam, which looks for devices."""
    (tmp_path / "pyvirtualcam.py").write_text(STANDS_IN)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "pyvirtualcam", raising=False)
    yield
    sys.modules.pop("pyvirtualcam", None)


def test_the_device_is_asked_for_pictures_as_we_have_them(package: None) -> None:
    asked = open_device((640, 480), 30.0).asked  # type: ignore[attr-defined]
    assert (*asked[:3], asked[3].name) == (640, 480, 30.0, "BGR")


@pytest.mark.parametrize(
    ("platform", "advice"), [("linux", "v4l2loopback-dkms"), ("darwin", "OBS Studio")]
)
def test_without_a_device_the_error_says_what_to_install(
    package: None, monkeypatch: pytest.MonkeyPatch, platform: str, advice: str
) -> None:
    monkeypatch.setattr(virtual_device.sys, "platform", platform)
    with pytest.raises(OutputError, match=rf"\(v4l2loopback: no device\)\. .*{advice}"):
        open_device((1920, 1080), 30.0)


def test_without_the_package_a_run_ends_before_it_begins(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(virtual_device, "find_spec", lambda name: None)
    with pytest.raises(OutputError, match=r"pyvirtualcam.*\[virtual-camera\]"):
        App(replace(settings, virtual_camera=True), no_news)


def test_a_run_gives_its_painting_to_the_device(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Kept()
    monkeypatch.setattr("livestyle.sinks.virtual_camera.open_device", device.open)
    monkeypatch.setattr("livestyle.sinks.virtual_camera.require_package", lambda: None)
    app = App(replace(settings, virtual_camera=True, seconds=0.6), no_news)
    app.run()
    assert device.opened == [((160, 120), 30.0)]
    assert device.pictures
    assert device.closed == 1
    assert app.stats()["frames_shown"] > 0
