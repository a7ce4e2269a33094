"""Names, choices and measured rates of cameras, on any machine."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from livestyle.cameras import CameraInfo, choose, find_cameras
from livestyle.cameras.absence import advice
from livestyle.cameras.elsewhere import kind_by_name, parse_macos
from livestyle.cameras.measure import measure
from livestyle.errors import SourceError
from livestyle.frame import Frame
from livestyle.sources import Camera, Demo


def named(number: int, name: str, kind: str = "camera") -> CameraInfo:
    return CameraInfo(number, name, kind, "V4L2")  # type: ignore[arg-type]


CAMERAS = [
    named(0, "Integrated Camera"),
    named(1, "Integrated Camera", "metadata"),
    named(2, "HD Pro Webcam C920"),
    named(4, "BRIO"),
    named(5, "BRIO 4K"),
    named(6, "OBS Virtual Camera", "virtual"),
]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("c920", 2),
        ("HD Pro Webcam C920", 2),
        (" integrated ", 0),
        ("brio", 4),  # the whole name goes before a part of another
        ("4k", 5),
        ("obs", 6),
    ],
)
def test_a_part_of_a_name_chooses_a_camera(text: str, number: int):
    chosen = choose(text, CAMERAS)
    assert chosen is not None
    assert chosen.number == number


@pytest.mark.parametrize("text", ["", "  ", "logitech", "9k"])
def test_what_is_in_no_name_chooses_none(text: str):
    assert choose(text, CAMERAS) is None


def test_a_part_of_several_names_lists_them():
    with pytest.raises(SourceError, match=r"0 \(Integrated.*6 \(OBS.*or the number"):
        choose("camera", CAMERAS)


def test_macos_tells_names_in_the_order_of_opencvs_numbers():
    rows = [
        {"_name": "USB Camera", "spcamera_unique-id": "0x11000000c45636d"},
        {"_name": "OBS Virtual Camera", "spcamera_unique-id": "7626645E-4425"},
        {"_name": "FaceTime HD Camera", "spcamera_unique-id": "0x1000005ac8514"},
    ]
    found = parse_macos(json.dumps({"SPCameraDataType": rows}))
    assert [(c.number, c.name, c.kind, c.backend) for c in found] == [
        (0, "FaceTime HD Camera", "camera", "AVFOUNDATION"),
        (1, "USB Camera", "camera", "AVFOUNDATION"),
        (2, "OBS Virtual Camera", "virtual", "AVFOUNDATION"),
    ]


@pytest.mark.parametrize("answer", ["", "{}", "[]", '{"SPCameraDataType": [{}]}'])
def test_an_answer_that_is_no_list_of_cameras_is_none(answer: str):
    assert parse_macos(answer) == []


def test_programs_that_pose_as_cameras_are_known_by_their_names():
    assert kind_by_name("OBS Virtual Camera") == "virtual"
    assert kind_by_name("Unity Video Capture") == "virtual"
    assert kind_by_name("Jobson Camera") == "camera"


@pytest.mark.parametrize("system", ["darwin", "win32", "sunos5"])
def test_machines_that_cannot_be_asked_have_no_cameras(system: str):
    if system == sys.platform:
        pytest.skip("this machine can be asked")
    assert find_cameras(system) == []


def test_the_advice_suits_the_machine(tmp_path: Path):
    linux = advice(tmp_path, "6.8.0-generic", "linux")
    assert "lsusb" in linux
    assert "usbipd" in advice(tmp_path, "5.15.90.1-microsoft-standard-WSL2", "linux")
    assert "Privacy" in advice(system="darwin")
    assert "Privacy" in advice(system="win32")
    (tmp_path / ".dockerenv").touch()
    assert "--device /dev/video0" in advice(tmp_path, "6.8.0-generic", "linux")


class Stuttering:
    """A source that says 60 frames/s, gives 20, and repeats its last picture."""

    name, live, fps, status = "stutterer", True, 60.0, "the picture has not changed"

    def __iter__(self) -> Iterator[Frame]:
        demo = Demo((64, 48), 20.0)
        yield from demo

    def close(self) -> None:
        pass


def test_a_rate_is_counted_and_not_believed():
    measured = measure(Stuttering(), 1.0)
    assert measured.stated_fps == 60
    assert 2 < measured.fps < 25  # not 60; a busy machine may miss some
    assert measured.size_wh == (64, 48)
    assert measured.frames == pytest.approx(1 + measured.fps, abs=3)
    assert 0 < measured.first_after < 5
    assert measured.remark == "the picture has not changed"


def test_a_camera_that_stops_while_it_is_measured_says_so(clip: Path):
    with pytest.raises(SourceError, match="stopped delivering after 12"):
        measure(Camera(str(clip), patience=0.1), 2.0)


def test_a_camera_that_does_not_open_says_so():
    with pytest.raises(SourceError, match="did not open"):
        measure(Camera("/dev/video97"), 1.0)


def test_a_camera_of_one_backend_is_opened_by_no_other():
    camera = Camera(97, called="Red Dot", backend="V4L2")
    with pytest.raises(SourceError) as caught:
        next(iter(camera))
    assert "camera Red Dot did not open (V4L2: " in caught.value.message
    assert "any" not in caught.value.message
