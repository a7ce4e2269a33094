"""Recordings with the sound of a microphone: each flash has its beep beside it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from livestyle.errors import OutputError
from livestyle.sinks.aac import AacTrack
from livestyle.sinks.recorder import Recorder
from livestyle.sound.hearing import Hearing
from livestyle.sound.sound_input import Kind
from tests.livestyle.flash_and_beep import (
    FPS,
    RATE,
    Clip,
    Together,
    WrongClock,
    watch,
    write_clip,
)
from tests.livestyle.probe import probe
from tests.livestyle.program import files_of_at_most, wait_until

TOGETHER = 0.040  # seconds


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return Clip.read(write_clip(tmp_path_factory.mktemp("scene") / "clip.mkv"))


def filmed(
    path: Path,
    clip: Clip,
    card: WrongClock,
    seconds: float,
    *,
    paused: Callable[[float], bool] = lambda _: False,
    deaf: Callable[[float], bool] = lambda _: False,
    begin: float = 0.0,
) -> Recorder:
    """Records the clip as a camera and a microphone take it up, in no time.

    Args:
        path: of the movie.
        clip: what is before them.
        card: of the microphone.
        seconds: for how long.
        paused: whether the recording is, at a moment.
        deaf: whether the microphone is, at a moment; it says so afterwards.
        begin: when the recording does. The microphone hears from 0 on.
    """
    hearing, gap = Hearing(Kind(RATE, 1)), False
    recorder = Recorder(path, fps_hint=FPS, lossless=True, hearing=hearing)
    for number in range(round(begin * FPS), round(seconds * FPS)):
        frame = clip.frame(number)
        while card.now < frame.captured + 0.05:  # the picture was painted meanwhile
            silent = deaf(card.now)
            block = card.block(after_gap=gap)
            if not silent:
                hearing.hear(block)
            gap = silent
        if paused(frame.captured):
            recorder.skip(frame)
        else:
            recorder.write(frame)
    recorder.close(seconds)
    assert recorder.sound_failure == ""
    return recorder


def require_together(film: Together, seconds: float) -> None:
    assert film.flashes == pytest.approx(np.arange(round(seconds)), abs=0.001)
    assert len(film.beeps) == len(film.flashes)
    assert np.abs(film.apart).max() < TOGETHER
    assert film.picture_seconds == pytest.approx(seconds, abs=0.01)
    assert seconds - 0.3 < film.sound_seconds <= seconds + 0.2


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_a_flash_and_its_beep_are_together_in_every_container(
    tmp_path: Path, scene: Clip, suffix: str
):
    path = tmp_path / f"x{suffix}"
    filmed(path, scene, WrongClock(scene, RATE), 5)
    require_together(watch(path), 5)
    judged = probe(path)
    assert (judged.codec, judged.sound) == ("h264", "aac")


def test_ten_minutes_of_a_sound_card_whose_clock_is_wrong_stay_together(
    tmp_path: Path, scene: Clip
):
    card = WrongClock(scene, RATE * (1 + 200e-6), late=0.01)
    path = tmp_path / "x.mp4"
    filmed(path, scene, card, 600)
    require_together(watch(path), 600)


def test_a_pause_is_cut_out_of_both(tmp_path: Path, scene: Clip):
    card = WrongClock(scene, RATE * (1 - 200e-6), late=0.01)
    path = tmp_path / "x.mp4"
    pauses = ((10.4, 13.4), (20.6, 24.6), (30.0, 34.0))
    filmed(
        path,
        scene,
        card,
        40,
        paused=lambda now: any(a <= now < b - 0.001 for a, b in pauses),
    )
    require_together(watch(path), 29)


def test_a_recording_has_the_sound_of_its_first_picture(tmp_path: Path, scene: Clip):
    path = tmp_path / "x.mp4"
    filmed(path, scene, WrongClock(scene, RATE * (1 + 200e-6)), 25, begin=20)
    require_together(watch(path), 5)


def test_what_a_deaf_microphone_misses_is_silence(tmp_path: Path, scene: Clip):
    path = tmp_path / "x.mp4"
    card = WrongClock(scene, RATE * (1 + 200e-6), late=0.01)
    filmed(path, scene, card, 20, deaf=lambda now: 6.5 < now < 12.5)
    film = watch(path)
    assert len(film.flashes) == 20
    heard = np.abs(film.apart) < TOGETHER
    assert heard.tolist() == [not 7 <= second <= 12 for second in range(20)]
    assert len(film.beeps) == 14
    assert film.sound_seconds == pytest.approx(20, abs=0.3)


def hearing_at_once(clip: Clip, seconds: float) -> Hearing:
    """A microphone's last seconds, heard before anything is recorded."""
    hearing, card = Hearing(Kind(RATE, 1)), WrongClock(clip, RATE)
    while card.now < seconds:
        hearing.hear(card.block())
    return hearing


def test_sound_goes_on_while_no_picture_comes(tmp_path: Path, scene: Clip):
    hearing, card = Hearing(Kind(RATE, 1)), WrongClock(scene, RATE)
    recorder = Recorder(tmp_path / "x.mp4", fps_hint=FPS, hearing=hearing)
    (listener,) = hearing._listeners
    recorder.write(scene.frame(0))
    while card.now < 8:  # the camera is lost
        hearing.hear(card.block())
        recorder.wish_pause(False, card.now)
    wait_until(lambda: listener[0].captured > 6, "sound waits for pictures")
    for number in range(8 * FPS, 10 * FPS):
        hearing.hear(card.block())
        hearing.hear(card.block())
        recorder.write(scene.frame(number))
    recorder.close(10.0)
    film = watch(tmp_path / "x.mp4")
    assert film.beeps == pytest.approx(np.arange(10), abs=TOGETHER)
    assert film.flashes[-2:] == pytest.approx([8, 9], abs=0.001)


def test_a_microphone_that_never_gives_anything_keeps_no_picture_waiting(
    tmp_path: Path, scene: Clip
):
    path = tmp_path / "x.mp4"
    filmed(path, scene, WrongClock(scene, RATE), 6, deaf=lambda _: True)
    film = watch(path)
    assert len(film.flashes) == 6
    assert not len(film.beeps)
    assert film.picture_seconds == pytest.approx(6, abs=0.01)
    filmed(tmp_path / "y.mp4", scene, WrongClock(scene, RATE), 0.6, deaf=lambda _: True)
    assert watch(tmp_path / "y.mp4").sound_seconds == pytest.approx(0.6, abs=0.2)


@pytest.mark.parametrize("error", [ValueError, ZeroDivisionError, OutputError])
def test_sound_that_cannot_be_encoded_ends_alone(
    tmp_path: Path,
    scene: Clip,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
):
    def fails(*_: object) -> None:
        raise error("no sound today")

    monkeypatch.setattr(AacTrack, "_encode", fails)
    recorder = Recorder(tmp_path / "x.mp4", hearing=hearing_at_once(scene, 3.0))
    for number in range(3 * FPS):
        recorder.write(scene.frame(number))
    recorder.close(3.0)
    assert recorder.sound_failure == "recording without sound: no sound today"
    assert probe(tmp_path / "x.mp4").frames == 3 * FPS


def test_a_full_disk_ends_a_recording_with_sound_and_what_there_is_plays(
    tmp_path: Path, scene: Clip
):
    path, card = tmp_path / "x.mp4", WrongClock(scene, RATE)
    hearing = Hearing(Kind(RATE, 1))
    recorder = Recorder(path, fps_hint=FPS, lossless=True, hearing=hearing)

    def film() -> None:
        for number in range(600):
            hearing.hear(card.block())
            hearing.hear(card.block())
            recorder.write(scene.frame(number))
        recorder.close()

    told = pytest.raises(OutputError, match=r"not grow larger here")
    with told, files_of_at_most(100_000):
        film()
    recorder.close()
    judged = probe(path)
    assert judged.frames > 5
    assert judged.sound == "aac"
