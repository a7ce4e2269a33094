"""Display, encoders and cameras of the doctor."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from livestyle.cameras import linux
from livestyle.doctor.cameras import check_cameras, weighed
from livestyle.doctor.codecs import check_codecs
from livestyle.doctor.display import check_display
from livestyle.doctor.finding import Finding
from livestyle.doctor.microphones import check_microphones
from livestyle.doctor.virtual_camera import check_virtual_camera
from tests.livestyle.fake_installation import module
from tests.livestyle.program import ROOT
from tests.livestyle.screen import Screen
from tests.livestyle.video_driver import file_device

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux's own ways")


def only(found: Iterator[Finding]) -> Finding:
    (one,) = found
    return one


def test_a_window_that_comes_up_is_fine(on_screen: Screen):
    found = only(check_display())
    assert found.status == "ok"
    assert f"X11 display {on_screen.name}" in found.text
    assert found.figures["ms"] > 0


@only_linux
@pytest.mark.parametrize(
    ("environ", "status", "text", "fix"),
    [
        ({}, "warning", "there is no display", "--no-window"),
        ({"DISPLAY": ":987"}, "error", "':987' does not answer", "--no-window"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "error", "no display", "install xwayland"),
    ],
)
def test_a_display_that_lacks_is_told_apart_from_one_that_is_broken(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    status: str,
    text: str,
    fix: str,
):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    found = only(check_display())
    assert found.status == status
    assert text in found.text
    assert fix in found.fix


@only_linux
def test_a_process_that_ends_in_qt_is_a_finding(
    on_screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # A window that aborts as Qt does where it cannot load its plug-in.
    module(tmp_path, "sitecustomize")
    (tmp_path / "sitecustomize" / "__init__.py").write_text(
        "import sys, os\n"
        "if 'livestyle.doctor.window_trial' in sys.orig_argv: os.abort()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = only(check_display())
    assert found.status == "error"
    assert "died of SIGABRT" in found.text


def test_a_movie_is_really_encoded_and_read():
    found = {finding.check: finding for finding in check_codecs()}
    assert list(found) == [
        *("codec libx264", "codec h264_nvenc", "codec h264_videotoolbox")
    ]
    assert {finding.status for finding in found.values()} == {"ok"}
    assert found["codec libx264"].figures["fps"] > 1
    if sys.platform != "darwin":
        assert found["codec h264_videotoolbox"].text.startswith("not in this PyAV")


def test_an_encoder_that_is_broken_is_an_error(monkeypatch: pytest.MonkeyPatch):
    from livestyle.sinks import h264

    monkeypatch.setattr(h264, "QUALITY", {"prompt": "no number"})
    found = next(check_codecs())
    assert found.status == "error"
    assert "cannot encode" in found.text
    assert "av>=16" in found.fix


def test_frames_that_get_lost_are_an_error(monkeypatch: pytest.MonkeyPatch):
    from livestyle.sinks.encoder import Movie

    monkeypatch.setattr(Movie, "close", Movie._finish)  # the last frame stays behind
    found = next(check_codecs())
    assert found.status == "error"
    assert "of 12 frames that were recorded 11 can be read" in found.text


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any video device."""
    monkeypatch.setattr(linux, "SYSTEM", tmp_path / "class")
    monkeypatch.setattr(linux, "DEVICES", tmp_path / "dev")
    return tmp_path


@only_linux
def test_no_camera_is_a_warning_with_what_to_do(machine: Path):
    file_device(machine, 0, "Painted", virtual=True)
    found = only(check_cameras())
    assert (found.check, found.status) == ("camera", "warning")
    assert "--source demo" in found.fix


@only_linux
def test_cameras_none_of_which_opens_are_errors(machine: Path):
    file_device(machine, 2, "HD Pro Webcam C920")
    file_device(machine, 4, "BRIO")
    found = list(check_cameras())
    assert [f.check for f in found] == ["camera 2", "camera 4"]
    assert {f.status for f in found} == {"error"}
    assert "BRIO: the kernel lists it, but " in found[1].text
    assert "--device" in found[1].fix


def test_a_broken_camera_beside_one_that_works_is_a_warning():
    broken = Finding("camera 0", "error", "no", "Plug it in.")
    works = Finding("camera 1", "ok", "30 frames/s")
    busy = Finding("camera 2", "warning", "in use by zoom")
    assert [f.status for f in weighed([broken, works])] == ["warning", "ok"]
    assert [f.status for f in weighed([broken, busy])] == ["warning", "warning"]
    assert [f.status for f in weighed([broken, broken])] == ["error", "error"]


TAKES_PICTURES = """
class Camera:
    device, backend = "/dev/video9", "v4l2loopback"
    def __init__(self, *wish): assert wish == (640, 480, 30)
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def send(self, pixels): assert pixels.shape == (480, 640, 3)
"""
REFUSES = "def Camera(*_): raise RuntimeError('device is\\n busy')"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a pyvirtualcam, seen by this process and those that it starts."""
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return tmp_path / "site"


@only_linux
def test_what_a_virtual_camera_lacks_is_told_with_the_commands(machine: Path):
    found = list(check_virtual_camera())
    assert {f.status for f in found} == {"warning"}
    fixes = " ".join(f.fix for f in found)
    assert "modprobe v4l2loopback devices=1 exclusive_caps=1" in fixes
    try:
        import pyvirtualcam  # noqa: F401
    except ImportError:
        assert "pip install 'pyvirtualcam>=0.12'" in fixes


@only_linux
@pytest.mark.parametrize(
    ("code", "status", "text"),
    [
        (TAKES_PICTURES, "ok", "/dev/video9 takes pictures (v4l2loopback)"),
        (REFUSES, "warning", "no picture can be sent: device is busy"),
        ("import os; os.abort()", "warning", "it died of SIGABRT"),
    ],
)
def test_a_picture_is_sent_to_a_virtual_camera(
    machine: Path, package: Path, code: str, status: str, text: str
):
    module(package, "pyvirtualcam", code)
    file_device(machine, 9, "livestyle", virtual=True)
    found = only(check_virtual_camera())
    assert found.status == status
    assert text in found.text


HEARS = """
import sys
sys.path.insert(0, {root!r})
from tests.livestyle.fake_sounddevice import FakeSoundDevice
import numpy
fake = FakeSoundDevice(lambda moments: numpy.zeros((len(moments), 1), "f4"), {names!r})
sys.modules["sounddevice"] = fake
"""


def microphones(*names: str) -> str:
    """A package sounddevice with these."""
    return HEARS.format(root=str(ROOT), names=list(names))


@pytest.mark.parametrize(
    ("code", "status", "text"),
    [
        (microphones("Built-in", "USB"), "ok", "Built-in gives 8000 samples/s"),
        (microphones(), "warning", "no microphone was found"),
        ("raise OSError('no library')", "warning", "PortAudio (no library)"),
        ("import os; os.abort()", "warning", "no sound comes: it died of SIGABRT"),
    ],
)
def test_a_microphone_is_really_heard(package: Path, code: str, status: str, text: str):
    module(package, "sounddevice", code)
    found = only(check_microphones())
    assert found.status == status
    assert text in found.text


def test_without_the_package_of_microphones_there_is_the_command(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("livestyle.doctor.microphones.find_spec", lambda _: None)
    found = only(check_microphones())
    assert found.status == "warning"
    assert "pip install 'sounddevice>=0.5'" in found.fix
