from pathlib import Path

import numpy as np
import pytest

from livestyle.video import VideoReport, paint_video
from tests.livestyle.probe import probe, run
from tests.livestyle.simple_painting import negative, same


@pytest.mark.parametrize(
    ("name", "suffix", "sound"),
    [
        ("aac.mp4", ".mp4", "aac, copied"),
        ("aac.mp4", ".mkv", "aac, copied"),
        ("aac.mp4", ".mov", "aac, copied"),
        ("aac.ts", ".mp4", "aac, copied"),
        ("aac.ts", ".mkv", "aac, copied"),
        ("aac.mkv", ".mp4", "aac, copied"),
        ("vorbis.mkv", ".mp4", "vorbis, as aac"),
        ("vorbis.mkv", ".mkv", "vorbis, copied"),
        ("opus.webm", ".mp4", "opus, copied"),
        ("opus.webm", ".mov", "opus, as aac"),
        ("pcm.mov", ".mp4", "pcm_s16le, as aac"),
        ("mp3.avi", ".mp4", "mp3, copied"),
        ("ac3.mp4", ".mp4", "ac3, copied"),
        ("late.mp4", ".mp4", "aac, copied"),
        ("late.mp4", ".mkv", "aac, copied"),
        ("late.ts", ".mp4", "aac, copied"),
        ("mute.mp4", ".mp4", "none"),
    ],
)
def test_every_frame_and_the_sound_are_kept(
    clips: Path, tmp_path: Path, name: str, suffix: str, sound: str
) -> None:
    target = tmp_path / f"out{suffix}"
    report = paint_video(clips / name, target, negative)
    before, after = probe(clips / name), probe(target)
    assert (after.codec, after.pix_fmt) == ("h264", "yuv420p")
    assert after.size_wh == (160, 120)
    assert after.frames == before.frames == 50
    assert after.span == pytest.approx(before.span, abs=0.002)
    assert np.diff(after.times) == pytest.approx(np.diff(before.times), abs=0.0021)
    assert report.seconds == pytest.approx(2.0, abs=0.041)
    assert report == VideoReport(50, report.seconds, 0, sound, target, False)
    assert after.sound == {"none": None, "as aac": "aac"}.get(
        sound.split(", ")[-1], before.sound
    )
    if sound != "none":
        assert heard_hertz(target) == pytest.approx(440, abs=3)
        # Containers count the silence before encoded sound in or out: 1024 samples.
        assert after.sound_lead == pytest.approx(before.sound_lead, abs=0.025)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def heard_hertz(path: Path) -> float:
    raw = run("ffmpeg", "-i", path, "-ac", "1", "-ar", "8000", "-f", "f32le", "-")
    heard = np.frombuffer(raw, np.float32)
    assert len(heard) / 8000 == pytest.approx(2.0, abs=0.1)
    assert float(np.abs(heard).max()) > 0.05
    strength = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    return float(strength.argmax() * 8000 / len(heard))


def test_copied_sound_is_the_same_to_the_bit(clips: Path, tmp_path: Path) -> None:
    paint_video(clips / "aac.mp4", tmp_path / "out.mp4", same)
    before, after = (
        run("ffmpeg", "-i", path, "-map", "0:a", "-c", "copy", "-f", "md5", "-")
        for path in (clips / "aac.mp4", tmp_path / "out.mp4")
    )
    assert before == after
