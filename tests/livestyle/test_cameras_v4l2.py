"""What Video4Linux devices say, read from the bytes of their answers."""

import pytest

from livestyle.cameras import v4l2
from livestyle.cameras.camera_info import Mode
from tests.livestyle.video_driver import CONTINUOUS, STREAMING, Driver

C920 = {
    b"YUYV": {(640, 480): [(1, 30), (1, 15)], (2304, 1536): [(1, 2)]},
    b"MJPG": {(1920, 1080): [(1, 30), (2, 15), (1, 24)], (1280, 720): []},
}


def test_the_requests_have_the_numbers_of_the_kernels_header():
    assert v4l2.QUERYCAP == 0x80685600
    assert v4l2.ENUM_FMT == 0xC0405602
    assert v4l2.ENUM_FRAMESIZES == 0xC02C564A
    assert v4l2.ENUM_FRAMEINTERVALS == 0xC034564B


def test_a_camera_says_who_it_is():
    capable = v4l2.capability(Driver())
    assert capable.driver == "uvcvideo"
    assert capable.card == "HD Pro Webcam C920"
    assert capable.bus == "usb-0000:00:14.0-1"
    assert (capable.kind, capable.captures) == ("camera", True)


def test_a_cameras_modes_are_read_in_its_own_order():
    driver = Driver(formats=C920)
    assert list(v4l2.modes(driver, v4l2.capability(driver))) == [
        Mode("YUYV", (640, 480), None, (30.0, 15.0)),
        Mode("YUYV", (2304, 1536), None, (2.0,)),
        Mode("MJPG", (1920, 1080), None, (30.0, 24.0, 7.5)),
        Mode("MJPG", (1280, 720), None, ()),
    ]


@pytest.mark.parametrize("kind", [CONTINUOUS, 3])
def test_free_sizes_and_rates_are_told_as_ranges(kind: int):
    free = {(2, 8192, 2, 1, 4096, 1): [(1, 1000, 1, 1, 0, 1)]}
    driver = Driver(formats={b"YU12": free}, range_type=kind)
    (mode,) = v4l2.modes(driver, v4l2.capability(driver))
    assert mode == Mode("YU12", (8192, 4096), (2, 1), (1000.0, 1.0), any_rate=True)


def test_a_camera_whose_planes_lie_apart_is_asked_for_those():
    formats = {b"NM12": {(640, 480): [(1, 30)]}}
    driver = Driver(own=0x1000 | STREAMING, buffers=9, formats=formats)
    capable = v4l2.capability(driver)
    assert capable.kind == "camera"
    assert [mode.format for mode in v4l2.modes(driver, capable)] == ["NM12"]


@pytest.mark.parametrize(
    ("name", "own", "kind"),
    [
        (b"uvcvideo", 0x04A00000, "metadata"),
        (b"v4l2 loopback", 0x04000001, "virtual"),  # a program sends pictures
        (b"v4l2 loopback", 0x04000002, "virtual"),  # none does, exclusive_caps=1
        (b"v4l2 loopback", 0x04008003, "virtual"),  # versions of old: a codec as well
        (b"bcm2835-codec", 0x04004000, "other"),
        (b"unicam", 0x24200001, "other"),
        (b"pwc-out", 0x04000002, "other"),
    ],
)
def test_devices_that_only_look_like_cameras_are_told_apart(
    name: bytes, own: int, kind: str
):
    assert v4l2.capability(Driver(name=name, own=own)).kind == kind


def test_a_node_is_judged_by_what_it_can_do_itself_not_its_family():
    # Both nodes of a webcam tell the family's bits, where capture is among them.
    pictures = v4l2.capability(Driver(family=0x84A00001, own=0x04200001))
    metadata = v4l2.capability(Driver(family=0x84A00001, own=0x04A00000))
    assert (pictures.kind, metadata.kind) == ("camera", "metadata")


def test_a_driver_of_old_has_only_the_familys_bits():
    assert v4l2.capability(Driver(family=0x04000001, own=None)).kind == "camera"


def test_a_driver_that_never_ends_its_list_holds_nobody():
    driver = Driver(formats={b"MJPG": {(640, 480): [(1, 30)]}}, endless=True)
    (mode,) = v4l2.modes(driver, v4l2.capability(driver))
    assert mode == Mode("MJPG", (640, 480), None, (30.0,))


def test_a_rate_of_nothing_is_left_out():
    driver = Driver(formats={b"MJPG": {(640, 480): [(0, 30), (1, 0), (1, 30)]}})
    (mode,) = v4l2.modes(driver, v4l2.capability(driver))
    assert mode.rates == (30.0,)


def test_a_name_cannot_steer_the_terminal():
    capable = v4l2.capability(Driver(card=b"Cam\x1b[2J\xff \x00leftover"))
    assert capable.card == "Cam [2J\ufffd"


def test_a_format_of_swapped_bytes_is_marked():
    assert v4l2.code_name(b"Y16\xa0") == "Y16-BE"
