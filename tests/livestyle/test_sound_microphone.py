"""Microphones in real time; a script takes PortAudio's place, all above it is real."""

import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from livestyle.app import App
from livestyle.cli import main
from livestyle.controls import Controls
from livestyle.errors import SourceError
from livestyle.settings import Settings
from livestyle.sound import microphone, portaudio
from livestyle.sound.microphone import Microphone
from livestyle.sound.portaudio import MicrophoneInfo, choose, lag
from livestyle.sound.sound_input import Kind
from livestyle.sources import reconnect
from livestyle.takes import Takes
from tests.livestyle.app_run import no_news
from tests.livestyle.fake_sounddevice import FakeSoundDevice
from tests.livestyle.flash_and_beep import FPS, Clip, watch, write_clip
from tests.livestyle.moving_card import write_clip as write_video
from tests.livestyle.probe import probe
from tests.livestyle.program import wait_until
from tests.livestyle.refusal import Captured, refusal

FOUND = [
    MicrophoneInfo(1, "Built-in Audio", "ALSA", Kind(44100, 2), True),
    MicrophoneInfo(4, "HD Webcam C920", "ALSA", Kind(32000, 1), False),
    MicrophoneInfo(7, "C920", "JACK", Kind(32000, 1), False),
]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return Clip.read(write_clip(tmp_path_factory.mktemp("scene") / "clip.mkv"))


@pytest.fixture
def device(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSoundDevice]:
    """A microphone before the clip; its seconds begin with those of the clock."""
    fake = FakeSoundDevice(clip.heard)
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    monkeypatch.setattr(microphone, "SETTLE", 0.0)
    yield fake
    names = {thread.name for thread in threading.enumerate()}
    assert not names & {"microphone", "PortAudio"}


def test_what_is_filmed_and_heard_now_is_together(
    device: FakeSoundDevice, clip: Clip, tmp_path: Path
):
    device.rate = 8000 * (1 + 500e-6)
    heard = Microphone("usb")
    controls = Controls(("wave",), recording=True)
    takes = Takes(controls, tmp_path, None, FPS, clock=time.monotonic, microphone=heard)
    first = int(time.monotonic() * FPS) + 1
    for number in range(first, first + 3 * FPS):
        # What a camera saw then is painted 80 ms later.
        threading.Event().wait(max(0.0, number / FPS + 0.08 - time.monotonic()))
        takes.write(clip.frame(number))
    takes.close()
    heard.close()
    film = watch(takes.written[0])
    assert len(film.flashes) == 3
    assert np.abs(film.apart).max() < 0.040
    assert takes.sound_trouble == ""


def test_a_microphone_that_is_lost_is_silent_told_and_comes_back(
    device: FakeSoundDevice,
    clip: Clip,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(reconnect, "PAUSES", (0.05, 0.05))
    heard = Microphone("USB")
    takes = Takes(
        Controls(("wave",), recording=True), tmp_path, None, FPS, microphone=heard
    )
    takes.write(clip.frame(0))
    device.names.clear()
    wait_until(lambda: bool(takes.sound_trouble), "nobody says that it is lost")
    assert "microphone USB Microphone lost (it stopped), recon" in takes.sound_trouble
    wait_until(lambda: "no microphone was found" in takes.sound_trouble, "never tried")
    takes.write(clip.frame(1))
    device.names += ["New", "USB Microphone", "Built-in"]
    wait_until(lambda: not takes.sound_trouble, "it does not come back")
    assert device.lists > 1  # PortAudio has looked again
    takes.write(clip.frame(2))
    takes.close()
    heard.close()
    assert (takes.trouble, len(takes.written)) == ("", 1)


def test_the_first_blocks_after_opening_are_not_believed(
    device: FakeSoundDevice, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(microphone, "SETTLE", 0.3)
    opened = time.monotonic()
    heard = Microphone("default")
    listener = heard.hearing.listen()
    wait_until(lambda: len(listener) > 0, "nothing is ever heard")
    heard.close()
    assert listener[0].captured > opened + 0.3
    assert heard.status == ""


def test_a_microphone_that_hangs_is_lost(
    device: FakeSoundDevice, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(microphone, "QUIET", 0.1)
    device.lag = 0.5  # nothing comes for so long
    heard = Microphone("default")
    wait_until(lambda: "no sound for 0.1 s" in heard.status, "it is not noticed")
    heard.close()


def test_a_bug_in_a_microphone_is_told_and_nothing_else_ends(
    device: FakeSoundDevice, monkeypatch: pytest.MonkeyPatch
):
    def broken(self: object, timeout: float) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(portaudio._Input, "read", broken)
    heard = Microphone("default")
    wait_until(lambda: bool(heard.status), "it is not told")
    assert heard.status == "microphone Built-in ended with ZeroDivisionError: a bug"
    heard.close()


@pytest.mark.parametrize(
    ("name", "number"),
    [("default", 1), ("4", 4), ("built", 1), ("c920", 7), ("webcam", 4), (" HD ", 4)],
)
def test_a_microphone_is_meant_by_number_name_or_a_part_of_it(name: str, number: int):
    assert choose(FOUND, name).number == number


@pytest.mark.parametrize(
    ("found", "name", "message"),
    [
        (FOUND, "yeti", "no microphone 'yeti'. There are: 1 Built-in Audio, 4 HD"),
        (FOUND, "", "no microphone ''"),
        (FOUND, "9", "no microphone '9'"),
        (FOUND[1:], "default", "no microphone 'default'. There are: 4 HD"),
        ([], "default", "no microphone was found. Plug it in"),
    ],
)
def test_a_microphone_that_is_not_there_leads_to_those_that_are(
    found: list[MicrophoneInfo], name: str, message: str
):
    with pytest.raises(SourceError, match=message):
        choose(found, name)


@pytest.mark.parametrize(
    ("now", "captured", "seconds"),
    [(7.0, 6.9, 0.1), (7.0, 0.0, 0.02), (0.0, 0.0, 0.02), (7.0, 5.0, 0.02)],
)
def test_a_lag_that_cannot_be_is_the_length_of_the_block(
    now: float, captured: float, seconds: float
):
    moments = SimpleNamespace(currentTime=now, inputBufferAdcTime=captured)
    assert lag(moments, 0.02) == pytest.approx(seconds)


def test_sound_that_nobody_takes_is_a_gap_and_no_memory(device: FakeSoundDevice):
    opened = portaudio._Input(FOUND[0], Kind(8000, 1))
    opened.close()
    block = np.zeros((160, 1), np.float32)
    moments = SimpleNamespace(currentTime=0, inputBufferAdcTime=0)
    for _ in range(portaudio.MOST_WAITING + 5):
        opened._hear(block, 160, moments, SimpleNamespace(input_overflow=False))
    for _ in range(portaudio.MOST_WAITING):
        assert opened.read(0) is not None
    opened._hear(block, 160, moments, SimpleNamespace(input_overflow=False))
    after = opened.read(0)
    assert after is not None
    assert after.after_gap


def test_a_missing_package_is_a_sentence_with_the_command(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(SourceError, match=r"sounddevice. Install it: pip install"):
        App(replace(settings, microphone="default"), no_news)


def test_a_missing_library_is_a_sentence_with_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
):
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio is not here')")
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    said = refusal(capsys, "microphones")
    assert "PortAudio is not here" in said
    assert "apt-get install libportaudio2" in said


def test_microphones_are_listed(device: FakeSoundDevice, capsys: Captured):
    assert main(["microphones"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        " 1  Built-in  (Fake, 1 channel, 8000 Hz, the default)",
        " 2  USB Microphone  (Fake, 1 channel, 8000 Hz)",
    ]
    device.names.clear()
    assert "no microphone was found" in refusal(capsys, "microphones")


def test_a_run_with_a_microphone_records_its_sound(
    device: FakeSoundDevice, settings: Settings, tmp_path: Path
):
    path = tmp_path / "a.mp4"
    wanted = replace(settings, microphone="usb", record=path, seconds=1.5)
    App(wanted, no_news).run()
    film = watch(path)
    assert len(film.beeps) >= 1
    assert 1 < film.sound_seconds <= probe(path).duration + 0.2


def test_a_file_is_recorded_without_the_microphone(
    device: FakeSoundDevice, settings: Settings, tmp_path: Path
):
    said: list[str] = []
    video = write_video(tmp_path / "video.mp4")
    App(replace(settings, microphone="usb", source=str(video)), said.append).run()
    assert "recorded without the microphone" in said[0]
    assert device.opened == 0
