"""What may happen to a camera in the middle of a run, and that it comes back."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

import livestyle.cameras.linux
import livestyle.sources.asleep
import livestyle.sources.camera
import livestyle.sources.capture
import livestyle.sources.device
import livestyle.sources.reconnect
from livestyle.cameras.again import number_again
from livestyle.errors import SourceError
from livestyle.frame import Frame
from livestyle.sources import Camera
from livestyle.sources.reconnect import AWAKE
from tests.livestyle.fake_time import FakeTime
from tests.livestyle.moving_card import number_on
from tests.livestyle.scripted_camera import Driver, noise
from tests.livestyle.video_driver import file_device

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """All waiting for a camera takes no time."""
    sources = livestyle.sources
    return FakeTime(
        monkeypatch, sources.camera, sources.capture, sources.reconnect, sources.asleep
    )


def until(
    frames: Iterator[Frame | None], reached: Callable[[Frame | None], bool]
) -> list[Frame]:
    """Reads on until something is reached; gives the frames that came meanwhile."""
    seen = []
    for _ in range(2000):
        frame = next(frames)
        if frame is not None:
            seen.append(frame)
        if reached(frame):
            return seen
    pytest.fail("it never happened")


def picture(frame: Frame | None) -> bool:
    return frame is not None


@linux_only
def test_a_camera_that_is_unplugged_comes_back_when_it_is_plugged_in_again(
    clip: Path, tmp_path: Path, time: FakeTime
):
    plugged = tmp_path / "camera.mp4"  # a clip, which OpenCV opens as it does a camera
    plugged.write_bytes(clip.read_bytes())
    camera = Camera(str(plugged), reconnect=True)
    frames = iter(camera)
    seen = until(frames, lambda _: "lost (no pictures come)" in camera.status)
    assert [number_on(frame.pixels) for frame in seen] == list(range(12))
    away = plugged.rename(tmp_path / "away.mp4")
    seen = until(frames, lambda _: "camera.mp4 does not exist)" in camera.status)
    assert seen == []
    away.rename(plugged)
    (back,) = until(frames, picture)
    assert (back.index, number_on(back.pixels)) == (12, 0)
    assert camera.status == ""
    camera.close()


def test_pauses_before_a_camera_is_opened_again_grow_to_a_bound(
    monkeypatch: pytest.MonkeyPatch, time: FakeTime
):
    driver = Driver(monkeypatch, [noise(0)])
    camera = Camera(0, backend="V4L2", reconnect=True)
    frames, tried = iter(camera), list[float]()
    assert next(frames) is not None
    for _ in range(600):  # each a sign of life after at most 50 ms
        before, began = len(driver.opened), time.now
        assert next(frames) is None
        if len(driver.opened) > before:
            tried.append(time.now)
        elif tried:
            assert time.now - began < 2 * AWAKE
    assert np.diff(tried)[:6] == pytest.approx([1, 2, 4, 5, 5, 5], abs=0.01)
    camera.close()
    assert list(frames) == []


@linux_only
def test_a_camera_that_another_program_took_names_it_and_comes_back(
    clip: Path, tmp_path: Path, time: FakeTime, monkeypatch: pytest.MonkeyPatch
):
    # A plain file stands for the device; that it is one is all that is made up.
    monkeypatch.setattr(livestyle.sources.device, "_is_video", lambda path: True)
    device = tmp_path / "camera.mp4"
    device.write_bytes(clip.read_bytes())
    camera = Camera(str(device), reconnect=True)
    frames = iter(camera)
    until(frames, lambda _: "lost" in camera.status)
    device.write_bytes(b"not for you")
    with (
        device.open() as handle,
        subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=handle) as user,
    ):
        busy = f"camera.mp4 is busy: cat (process {user.pid})"
        until(frames, lambda _: busy in camera.status)
        user.terminate()
    device.write_bytes(clip.read_bytes())
    until(frames, picture)
    assert camera.status == ""


def test_reads_that_fail_now_and_then_are_no_loss(
    monkeypatch: pytest.MonkeyPatch, time: FakeTime
):
    broken = cv2.error("imdecode: half a picture")
    steps = [None, noise(0), None, None, noise(1), broken, noise(2), broken, noise(3)]
    driver = Driver(monkeypatch, steps)
    frames = iter(Camera(0))
    for seed in range(4):
        frame = next(frames)
        assert frame is not None
        assert frame.index == seed
        assert np.array_equal(frame.pixels, noise(seed))
    with pytest.raises(
        SourceError, match=r"stopped delivering after 4.*Check its plug"
    ):
        next(frames)
    assert (len(driver.opened), driver.released) == (1, 1)


def test_a_camera_may_change_its_size_in_mid_stream(monkeypatch: pytest.MonkeyPatch):
    Driver(monkeypatch, [noise(0), noise(1, (96, 64)), noise(2)])
    camera = Camera(0)
    sizes = []
    for _, frame in zip(range(3), camera, strict=False):
        assert frame is not None
        sizes.append((frame.width, frame.height))
        assert camera.got == sizes[-1]
    assert sizes == [(64, 48), (96, 64), (64, 48)]


@linux_only
def test_a_camera_is_opened_anew_when_the_machine_has_slept(
    monkeypatch: pytest.MonkeyPatch, time: FakeTime
):
    def sleeps() -> None:
        time.asleep += 3600

    def wakes() -> np.ndarray:
        sleeps()
        return noise(1)  # from before, left in a buffer

    driver = Driver(monkeypatch, [noise(0), wakes], [noise(2)])
    camera = Camera(0, reconnect=True)
    frames = iter(camera)
    until(frames, lambda _: "lost (the machine slept for 3600 s)" in camera.status)
    (fresh,) = until(frames, picture)
    assert np.array_equal(fresh.pixels, noise(2))
    assert len(driver.opened) == 2
    assert driver.released == 1


def test_black_pictures_are_a_message_and_no_end(
    monkeypatch: pytest.MonkeyPatch, time: FakeTime
):
    def later(seed: int, most: int) -> Callable[[], np.ndarray]:
        def step() -> np.ndarray:
            time.now += 1
            return noise(seed, most=most)

        return step

    dark = [later(seed, most=20) for seed in range(6)]  # a covered lens has noise too
    Driver(monkeypatch, [noise(0), *dark, later(7, most=200), later(8, most=20)])
    camera = Camera(0)
    said = [camera.status for frame in zip(range(9), camera, strict=False)]
    assert said[:4] == [""] * 4
    assert said[4] == "the picture has been black for 4 s: is the lens covered?"
    assert said[6].startswith("the picture has been black for 6 s")
    assert said[7:] == ["", ""]


def test_a_lamp_in_the_night_is_not_black(
    monkeypatch: pytest.MonkeyPatch, time: FakeTime
):
    def night() -> np.ndarray:
        time.now += 1
        picture = noise(int(time.now), (160, 120), most=20)
        picture[50:60, 70:80] = 255
        return picture

    Driver(monkeypatch, [night] * 6)
    camera = Camera(0)
    assert [camera.status for _ in zip(range(6), camera, strict=False)] == [""] * 6


def test_a_picture_that_stands_still_is_a_message_and_no_end(
    monkeypatch: pytest.MonkeyPatch, time: FakeTime
):
    def frozen() -> np.ndarray:
        time.now += 1
        return noise(0)

    Driver(monkeypatch, [*[frozen] * 6, noise(1)])
    camera = Camera(0)
    said = [camera.status for _ in zip(range(7), camera, strict=False)]
    assert said[:4] == [""] * 4
    assert said[4] == "the picture has not changed for 4 s"
    assert said[6] == ""


@linux_only
def test_a_camera_that_gets_another_number_is_found_by_its_name(
    monkeypatch: pytest.MonkeyPatch, time: FakeTime, tmp_path: Path
):
    monkeypatch.setattr(livestyle.cameras.linux, "SYSTEM", tmp_path / "class")
    file_device(tmp_path, 0, "C920")
    file_device(tmp_path, 1, "C920", index=1)  # its metadata
    file_device(tmp_path, 2, "Built-in")

    def replug() -> None:
        for number in (0, 1):
            (tmp_path / "class" / f"video{number}").unlink()
        file_device(tmp_path, 3, "C920", index=1)
        file_device(tmp_path, 4, "C920")

    driver = Driver(monkeypatch, [noise(0), replug], [noise(1)])
    camera = Camera(0, backend="V4L2", reconnect=True)
    frames = iter(camera)
    assert next(frames) is not None
    until(frames, picture)
    assert [device for device, _ in driver.opened] == [0, 4]
    assert number_again(2, "Built-in") == 2
    assert number_again(2, "") == 2
    assert number_again(7, "gone") == 7


@linux_only
def test_another_camera_of_the_same_name_does_not_take_its_place(
    monkeypatch: pytest.MonkeyPatch, time: FakeTime, tmp_path: Path
):
    monkeypatch.setattr(livestyle.cameras.linux, "SYSTEM", tmp_path / "class")
    file_device(tmp_path, 0, "C920")
    file_device(tmp_path, 2, "C920")

    def unplug() -> None:
        (tmp_path / "class" / "video0").unlink()

    driver = Driver(monkeypatch, [noise(0), unplug], None, [noise(1)])
    frames = iter(Camera(0, backend="V4L2", reconnect=True))
    assert next(frames) is not None
    until(frames, lambda _: len(driver.opened) == 2)
    file_device(tmp_path, 3, "C920")
    until(frames, picture)
    assert [device for device, _ in driver.opened] == [0, 0, 3]


def test_a_camera_that_never_worked_is_an_error_also_where_it_may_come_back():
    with pytest.raises(SourceError, match=r"camera 97 did not open.*--source demo"):
        next(iter(Camera(97, reconnect=True)))
