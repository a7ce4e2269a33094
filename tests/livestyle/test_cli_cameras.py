"""`livestyle cameras` on machines that are folders."""

import json
import sys
from pathlib import Path

import pytest

from livestyle.cameras import Mode, linux
from livestyle.cameras.camera_info import CameraInfo
from livestyle.cameras.measure import Measured
from livestyle.cli import main
from livestyle.commandline.cameras import _told
from tests.livestyle.refusal import Captured, refusal
from tests.livestyle.video_driver import file_device

pytestmark = [
    pytest.mark.usefixtures("home"),
    pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux"),
]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any device."""
    monkeypatch.setattr(linux, "SYSTEM", tmp_path / "class")
    monkeypatch.setattr(linux, "DEVICES", tmp_path / "dev")
    return tmp_path


def test_no_camera_is_a_sentence_with_what_to_do(machine: Path, capsys: Captured):
    assert "no camera was found" in refusal(capsys, "cameras")


def test_no_camera_is_an_empty_list_for_programs(machine: Path, capsys: Captured):
    assert main(["cameras", "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out) == []
    assert "no camera was found" in err


def test_metadata_alone_is_no_camera(machine: Path, capsys: Captured):
    file_device(machine, 1, "Webcam", 1)
    assert main(["cameras"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("no cameras: 1 Webcam (")
    assert "no camera was found" in err


def test_cameras_are_listed_for_people_with_what_is_wrong(
    machine: Path, capsys: Captured
):
    file_device(machine, 0, "Painted", virtual=True)
    file_device(machine, 2, "HD Pro Webcam C920")
    assert main(["cameras"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(" 0  Painted  (virtual, ")
    assert any(line.startswith(" 2  HD Pro Webcam C920  (") for line in lines)
    assert "video2 does not exist" in " ".join("".join(lines).split())


def test_measuring_a_camera_that_is_not_there_says_so_and_goes_on(
    machine: Path, capsys: Captured
):
    file_device(machine, 97, "HD Pro Webcam C920")
    file_device(machine, 98, "Painted", virtual=True)
    file_device(machine, 99, "HD Pro Webcam C920", 1)
    assert main(["cameras", "--json", "--measure", "--seconds", "1"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["number"] for row in rows] == [97, 98, 99]
    assert rows[0]["measured"] is None
    assert "C920 did not open (V4L2: " in rows[0]["not_measured"]
    assert "Painted did not open" in rows[1]["not_measured"]
    assert rows[2]["not_measured"] == ""  # it is no camera
    keys = "number name kind backend path driver bus modes trouble fix"
    assert list(rows[0]) == [*keys.split(), "measured", "not_measured"]


def told(camera: CameraInfo, measured: Measured | str | None = None) -> list[str]:
    return list(_told(camera, measured))


def test_modes_are_told_by_format_with_their_greatest_rates():
    modes = (
        Mode("MJPG", (1920, 1080), None, (30.0, 15.0)),
        Mode("MJPG", (1280, 720), None, ()),
        Mode("YU12", (8192, 4096), (2, 1), (7.5, 1.0), any_rate=True),
    )
    camera = CameraInfo(
        2, "C920", "camera", "V4L2", "/dev/video2", "uvcvideo", "usb-1", modes
    )
    assert told(camera) == [
        " 2  C920  (/dev/video2, uvcvideo, usb-1)",
        "    MJPG  1920x1080 at 30, 1280x720",
        "    YU12  2x1 to 8192x4096 at 7.5",
    ]


def test_what_was_measured_is_told_beside_what_was_stated():
    camera = CameraInfo(0, "FaceTime", "camera", "AVFOUNDATION")
    assert told(camera) == [
        " 0  FaceTime",
        "    its modes are known only when it is opened: --measure",
    ]
    measured = Measured((640, 480), 14.96, 30.0, 45, 0.83)
    assert " ".join(" ".join(told(camera, measured)).split()) == (
        "0 FaceTime measured: 640x480 at 15.0 frames/s (it says 30), the first after "
        "0.8 s"
    )
    assert told(camera, "it is asleep.")[-1] == "    not measured: it is asleep."
