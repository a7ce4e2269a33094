import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from livestyle.errors import SourceError
from livestyle.frame import Frame
from livestyle.sources import Camera
from livestyle.sources.capture import as_bgr
from livestyle.sources.device import programs_using
from tests.livestyle.moving_card import number_on

SMALL = (64, 48)


def test_a_camera_knows_the_size_that_it_got(clip: Path) -> None:
    camera = Camera(str(clip), size_wh=(1280, 720), fps=60)
    assert camera.got is None
    next(iter(camera))
    assert camera.got == SMALL


def test_a_camera_that_stops_delivering_says_so(clip: Path) -> None:
    camera = Camera(str(clip), patience=0.1)
    frames: list[Frame] = []
    with pytest.raises(
        SourceError, match=r"stopped delivering after 12.*Check its plug"
    ):
        frames.extend(camera)
    assert [number_on(frame.pixels) for frame in frames] == list(range(12))
    assert camera.got == SMALL


@pytest.mark.parametrize("device", [97, "/dev/video97"])
def test_a_missing_camera_is_one_clear_error(
    device: int | str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SourceError) as caught:
        next(iter(Camera(device)))
    assert f"camera {device} did not open (" in caught.value.message
    assert "any: " in caught.value.message
    assert "--source demo" in caught.value.hint
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_who_uses_a_device_is_found(tmp_path: Path) -> None:
    device = tmp_path / "device"
    device.touch()
    assert programs_using(device) == []
    with (
        device.open() as handle,
        subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=handle) as user,
    ):
        assert programs_using(device) == [f"cat (process {user.pid})"]
        assert programs_using(device, reading=True) == [f"cat (process {user.pid})"]
        user.terminate()
    with (
        device.open("wb") as handle,
        subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=handle) as user,
    ):
        assert programs_using(device) == [f"cat (process {user.pid})"]
        assert programs_using(device, reading=True) == []
        user.terminate()


def test_a_file_that_is_no_camera_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("no camera")
    with pytest.raises(SourceError, match=r"note\.txt is no camera"):
        next(iter(Camera(str(path))))


def test_impossible_wishes_are_refused_at_once() -> None:
    with pytest.raises(SourceError, match="first camera is 0"):
        Camera(-1)
    with pytest.raises(SourceError, match="0x480"):
        Camera(0, size_wh=(0, 480))
    with pytest.raises(SourceError, match="-3 frames/s"):
        Camera(0, fps=-3)


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1), (4, 6, 3), (4, 6, 4)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_whatever_a_camera_gives_becomes_bgr(
    shape: tuple[int, ...], dtype: type[np.unsignedinteger]
) -> None:
    white = np.full(shape, np.iinfo(dtype).max, dtype)
    picture = as_bgr(white)
    assert picture.shape == (4, 6, 3)
    assert picture.dtype == np.uint8
    assert picture.min() == 255


def test_a_layout_that_is_no_picture_is_an_error() -> None:
    with pytest.raises(SourceError, match=r"2 channels.*another mode"):
        as_bgr(np.zeros((4, 6, 2), np.uint8))
