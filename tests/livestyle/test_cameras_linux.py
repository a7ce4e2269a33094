"""Cameras as Linux files them, in a copy of its folders."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from livestyle.app import App
from livestyle.cameras import find_cameras, first_camera, linux
from livestyle.cameras.camera_info import CameraInfo
from livestyle.settings import Settings
from livestyle.sources import Camera, open_source
from livestyle.sources.device import diagnosis
from tests.livestyle.program import wait_until
from tests.livestyle.video_driver import Driver, file_device

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")


@pytest.fixture
def devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with a webcam of two nodes behind a loopback, without their files."""
    file_device(tmp_path, 0, "Painted", virtual=True)
    file_device(tmp_path, 2, "HD Pro Webcam C920")
    file_device(tmp_path, 3, "HD Pro Webcam C920", 1)
    file_device(tmp_path, 11, "Integrated Camera")
    folder = tmp_path / "dev"
    folder.mkdir()
    monkeypatch.setattr(linux, "SYSTEM", tmp_path / "class")
    monkeypatch.setattr(linux, "DEVICES", folder)
    return folder


def test_the_kernels_list_has_names_and_kinds_before_any_device_is_asked(devices: Path):
    found = [(camera.number, camera.name, camera.kind) for camera in find_cameras()]
    assert found == [
        (0, "Painted", "virtual"),
        (2, "HD Pro Webcam C920", "camera"),
        (3, "HD Pro Webcam C920", "metadata"),
        (11, "Integrated Camera", "camera"),
    ]


def test_a_device_without_a_file_says_so(devices: Path):
    camera = find_cameras()[1]
    assert camera.path == str(devices / "video2")
    assert camera.trouble == f"the kernel lists it, but {camera.path} does not exist"
    assert f"--device {camera.path}" in camera.fix
    assert camera.modes == ()


def test_a_file_that_answers_no_request_says_so(devices: Path):
    (devices / "video2").write_text("")
    assert "cannot be asked (Inappropriate ioctl" in find_cameras()[1].trouble


def test_a_machine_without_cameras_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(linux, "SYSTEM", tmp_path / "nothing")
    assert find_cameras() == []
    assert first_camera() == "0"


def test_the_first_camera_is_none_of_a_programs(devices: Path):
    assert first_camera() == "2"


@pytest.fixture
def camera(tmp_path: Path) -> CameraInfo:
    path = tmp_path / "video0"
    path.write_text("")
    return CameraInfo(0, "by sysfs", "camera", "V4L2", str(path))


def test_a_run_of_its_own_accord_passes_a_virtual_camera_over(
    devices: Path, settings: Settings
):
    said: list[str] = []
    App(replace(settings, source="auto"), said.append).run()
    assert [line.partition(" (")[0] for line in said] == ["camera 2 did not open"]


def test_a_device_that_answers_gives_name_and_modes(camera: CameraInfo):
    driver = Driver(formats={b"MJPG": {(1280, 720): [(1, 60)]}})
    asked = linux.asked(camera, driver)
    assert (asked.name, asked.driver) == ("HD Pro Webcam C920", "uvcvideo")
    assert [(m.format, m.size_wh, m.rates) for m in asked.modes] == [
        ("MJPG", (1280, 720), (60.0,))
    ]
    assert (asked.trouble, asked.usable) == ("", True)


def test_a_loopback_that_nobody_feeds_is_virtual_and_says_what_is_missing(
    camera: CameraInfo,
):
    asked = linux.asked(camera, Driver(name=b"v4l2 loopback", own=0x04000002))
    assert asked.kind == "virtual"
    assert "no program sends pictures" in asked.trouble
    assert "OBS" in asked.fix


def test_a_node_of_metadata_is_no_camera_and_says_what_it_is(camera: CameraInfo):
    asked = linux.asked(camera, Driver(own=0x04A00000))
    assert (asked.kind, asked.usable) == ("metadata", False)
    assert asked.trouble == "metadata of a camera"


def test_a_camera_in_use_says_by_whom(camera: CameraInfo):
    with (
        Path(camera.path).open() as device,
        subprocess.Popen(
            ["cat"], stdin=subprocess.PIPE, pass_fds=[device.fileno()]
        ) as user,
    ):
        wait_until(lambda: linux.programs_using(Path(camera.path)) != [], "no user")
        asked = linux.asked(camera, Driver())
        user.terminate()
    assert re.fullmatch(r"in use by \w+ \(process \d+\)", asked.trouble)
    assert str(user.pid) in asked.fix


def test_a_camera_is_found_by_a_part_of_its_name(devices: Path):
    source = open_source("c920", (640, 480), 15)
    assert isinstance(source, Camera)
    assert source.name == "camera HD Pro Webcam C920"
    with pytest.raises(Exception, match=r"C920 did not open \(V4L2: /dev/video2 "):
        next(iter(source))


def test_a_number_stays_a_number(devices: Path):
    assert open_source("920").name == "camera 920"


@pytest.fixture
def forbidden() -> Iterator[Path]:
    """A device's file that we may not open, in a folder that all may look into."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        path = folder / "video0"
        path.write_text("")
        path.chmod(0o060)
        me = os.geteuid()
        if me == 0:
            os.chown(path, 0, 2)
            os.seteuid(65534)  # root may open everything; nobody may not
        yield path
        os.seteuid(me)


def test_a_forbidden_device_names_the_group_to_join(forbidden: Path):
    import grp

    group = grp.getgrgid(forbidden.stat().st_gid).gr_name
    found = diagnosis(str(forbidden))
    assert found.reason == f"{forbidden}: permission denied"
    assert f"usermod -aG {group} $USER" in found.hint
    assert "log in again" in found.hint


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make such a file")
def test_a_device_of_root_alone_says_how_to_give_it_to_a_group(forbidden: Path):
    os.seteuid(0)
    os.chown(forbidden, 0, 0)
    forbidden.chmod(0o600)
    os.seteuid(65534)
    found = diagnosis(str(forbidden))
    assert f"chgrp video {forbidden}" in found.hint
    assert "usermod -aG root" not in found.hint
