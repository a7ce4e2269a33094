import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from livestyle.errors import ModelError, OutputError, SourceError
from livestyle.frame import Frame
from livestyle.video import VideoReport, paint_video
from tests.livestyle.moving_card import write_clip
from tests.livestyle.probe import first_picture, probe, run, tool


def negative(frame: Frame) -> Frame:
    return frame.with_pixels(255 - frame.pixels)


def same(frame: Frame) -> Frame:
    return frame


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of clips that ffmpeg made: pictures, sound, containers of all kinds."""
    folder = tmp_path_factory.mktemp("clips")
    run(
        *("ffmpeg", "-f", "lavfi", "-i", "testsrc=s=160x120:r=25:d=2"),
        *("-f", "lavfi", "-i", "sine=d=2", "-pix_fmt", "yuv420p"),
        *("-c:v", "libx264", "-bf", "2", "-c:a", "aac", folder / "aac.mp4"),
    )
    for name, options in {
        "aac.ts": ["-c", "copy"],
        "aac.mkv": ["-c", "copy"],
        "vorbis.mkv": ["-c:v", "copy", "-c:a", "libvorbis"],
        "opus.webm": ["-c:v", "libvpx", "-c:a", "libopus", "-ac", "2"],
        "pcm.mov": ["-c:v", "copy", "-c:a", "pcm_s16le"],
        "mp3.avi": ["-c:v", "mpeg4", "-c:a", "libmp3lame"],
        "ac3.mp4": ["-c:v", "copy", "-c:a", "ac3"],
        "mute.mp4": ["-c:v", "copy", "-an"],
        "soundonly.m4a": ["-c:a", "copy", "-vn"],
        "vfr.mp4": [
            *("-vf", "select='lt(n,12)+not(mod(n,5))'", "-vsync", "vfr"),
            *("-c:v", "libx264", "-c:a", "copy"),
        ],
        "wide.mp4": ["-vf", "setsar=4/3", "-c:v", "libx264", "-an"],
    }.items():
        run("ffmpeg", "-i", folder / "aac.mp4", *options, folder / name)
    for name in ("late.mp4", "late.ts"):  # the sound comes half a second late
        run(
            *("ffmpeg", "-i", folder / "aac.mp4", "-itsoffset", "0.5"),
            *("-i", folder / "aac.mp4", "-map", "0:v", "-map", "1:a"),
            *("-c", "copy", folder / name),
        )
    return folder


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


def test_irregular_times_are_kept(clips: Path, tmp_path: Path) -> None:
    paint_video(clips / "vfr.mp4", tmp_path / "out.mp4", same)
    before, after = probe(clips / "vfr.mp4"), probe(tmp_path / "out.mp4")
    assert len({round(gap, 3) for gap in np.diff(before.times)}) > 1
    assert after.times == pytest.approx(before.times, abs=1e-5)


def test_the_painter_sees_upright_frames_in_order(clips: Path, tmp_path: Path) -> None:
    seen: list[Frame] = []

    def paint(frame: Frame) -> Frame:
        seen.append(frame)
        return frame

    paint_video(clips / "vfr.mp4", tmp_path / "out.mp4", paint)
    assert [frame.index for frame in seen] == list(range(len(seen)))
    times = probe(clips / "vfr.mp4").times
    assert [frame.captured for frame in seen] == pytest.approx(times, abs=1e-5)


def test_the_picture_is_what_the_painter_gave(clips: Path, tmp_path: Path) -> None:
    paint_video(clips / "aac.mp4", tmp_path / "out.mp4", negative)
    before = first_picture(clips / "aac.mp4", (160, 120)).astype(float)
    after = first_picture(tmp_path / "out.mp4", (160, 120)).astype(float)
    assert np.abs(255 - before - after).mean() < 6


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_turned_video_comes_out_upright(tmp_path: Path, rotation: int) -> None:
    tool("ffprobe")
    source, target = tmp_path / "in.mp4", tmp_path / "out.mp4"
    write_clip(source, count=3, rotation=rotation)
    paint_video(source, target, same)
    size_wh = (48, 64) if rotation % 180 else (64, 48)
    assert probe(target).size_wh == size_wh
    difference = first_picture(source, size_wh).astype(float) - first_picture(
        target, size_wh
    )
    assert np.abs(difference).mean() < 6


def test_wide_pixels_stay_wide(clips: Path, tmp_path: Path) -> None:
    paint_video(clips / "wide.mp4", tmp_path / "out.mp4", same)
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.streams.video[0].sample_aspect_ratio == Fraction(4, 3)


def test_odd_sizes_lose_one_row_and_column(tmp_path: Path) -> None:
    tool("ffprobe")
    source = write_clip(tmp_path / "in.mkv", size_wh=(65, 49), codec="ffv1")
    paint_video(source, tmp_path / "out.mp4", same)
    assert probe(tmp_path / "out.mp4").size_wh == (64, 48)


def test_a_cover_picture_is_not_the_video(clips: Path, tmp_path: Path) -> None:
    cover, source = tmp_path / "cover.png", tmp_path / "in.mp4"
    cv2.imwrite(str(cover), np.zeros((300, 300, 3), np.uint8))
    run(
        *("ffmpeg", "-i", clips / "aac.mp4", "-i", cover, "-map", "1", "-map", "0"),
        *("-c", "copy", "-disposition:v:0", "attached_pic", source),
    )
    report = paint_video(source, tmp_path / "out.mp4", same)
    assert report.frames == 50
    assert probe(tmp_path / "out.mp4").size_wh == (160, 120)


def test_progress_counts_up_to_the_promised_number(clips: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    paint_video(
        clips / "aac.mp4",
        tmp_path / "out.mp4",
        same,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(done, 50) for done in range(1, 51)]


def clip_with_junk(path: Path) -> Path:
    """Ten pictures, two of which are no pictures at all."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for number in range(10):
            pixels = np.full((48, 64, 3), 20 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="bgr24")
            for packet in stream.encode(frame):
                if number in (4, 5):
                    junk = av.Packet(b"\xff\xd8 this is no picture")
                    junk.pts, junk.dts, junk.stream = packet.pts, packet.dts, stream
                    junk.time_base = packet.time_base
                    packet = junk
                container.mux(packet)
    return path


def test_broken_packets_are_skipped_and_counted(tmp_path: Path) -> None:
    tool("ffprobe")
    source = clip_with_junk(tmp_path / "in.mkv")
    report = paint_video(source, tmp_path / "out.mp4", same)
    assert (report.frames, report.skipped, report.partial) == (8, 2, False)
    times = probe(tmp_path / "out.mp4").times
    assert times == pytest.approx([0, 0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9], abs=0.001)


def test_damaged_files_end_in_a_movie_or_a_clear_error(
    clips: Path, tmp_path: Path
) -> None:
    whole = (clips / "aac.ts").read_bytes()
    random = np.random.default_rng(0)
    damaged = np.frombuffer(whole, np.uint8).copy()
    places = random.integers(5000, len(damaged), 300)
    damaged[places] = random.integers(0, 256, 300)
    (tmp_path / "in.ts").write_bytes(damaged.tobytes())
    report = paint_video(tmp_path / "in.ts", tmp_path / "out.mp4", same)
    assert report.frames == probe(tmp_path / "out.mp4").frames > 25


@pytest.mark.parametrize("offset", ["0", "5000"])
def test_a_clock_that_jumps_does_not_stretch_the_movie(
    clips: Path, tmp_path: Path, offset: str
) -> None:
    second, source = tmp_path / "second.ts", tmp_path / "in.ts"
    run(
        *("ffmpeg", "-i", clips / "aac.ts", "-c", "copy"),
        *("-output_ts_offset", offset, second),
    )
    source.write_bytes((clips / "aac.ts").read_bytes() + second.read_bytes())
    report = paint_video(source, tmp_path / "out.mp4", same)
    judged = probe(tmp_path / "out.mp4")
    assert report.frames == judged.frames == 100
    assert judged.span == pytest.approx(4.0, abs=0.1)
    assert np.diff(judged.times) == pytest.approx(0.04, abs=0.1)
    assert (np.diff(judged.times) < 0.02).sum() <= 2


def stop_after(frames: int) -> Callable[[], bool]:
    calls = iter(range(1, 1000))
    return lambda: next(calls) >= frames


def test_stopping_leaves_a_playable_part(clips: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    report = paint_video(clips / "aac.mp4", target, same, stop=stop_after(20))
    assert report.path == tmp_path / "out.partial.mp4"
    assert (report.frames, report.partial) == (20, True)
    assert report.seconds == pytest.approx(0.8, abs=0.001)
    judged = probe(report.path)
    assert (judged.frames, judged.sound) == (20, "aac")
    assert judged.span == pytest.approx(0.8, abs=0.041)
    assert not target.exists()


def test_parts_are_never_overwritten(clips: Path, tmp_path: Path) -> None:
    parts = [
        paint_video(
            clips / "aac.mp4", tmp_path / "out.mkv", same, stop=stop_after(n)
        ).path.name
        for n in (2, 3, 4)
    ]
    assert parts == ["out.partial.mkv", "out.partial-2.mkv", "out.partial-3.mkv"]
    frames = [probe(tmp_path / part).frames for part in parts]
    assert frames == [2, 3, 4]


def failing_at(index: int, error: BaseException) -> Callable[[Frame], Frame]:
    def paint(frame: Frame) -> Frame:
        if frame.index == index:
            raise error
        return frame

    return paint


def test_ctrl_c_leaves_a_playable_part(clips: Path, tmp_path: Path) -> None:
    paint = failing_at(20, KeyboardInterrupt())
    report = paint_video(clips / "aac.mp4", tmp_path / "out.mp4", paint)
    assert (report.frames, report.partial) == (20, True)
    assert probe(report.path).frames == 20


def test_an_error_of_the_painter_says_where_the_part_is(
    clips: Path, tmp_path: Path
) -> None:
    error = ModelError("the model broke", hint="Take another.")
    with pytest.raises(
        ModelError, match=r"broke. Take another. What was .*out\.partial\.mp4'"
    ):
        paint_video(clips / "aac.mp4", tmp_path / "out.mp4", failing_at(20, error))
    assert probe(tmp_path / "out.partial.mp4").frames == 20


def test_a_bug_in_the_painter_keeps_its_traceback(clips: Path, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        paint_video(
            clips / "aac.mp4", tmp_path / "out.mp4", failing_at(5, ZeroDivisionError())
        )
    assert "out.partial.mp4" in caught.value.__notes__[0]
    assert probe(tmp_path / "out.partial.mp4").frames == 5


def test_a_failure_before_the_first_frame_leaves_nothing(
    clips: Path, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=r"^broke\.$"):
        paint_video(
            clips / "aac.mp4", tmp_path / "out.mp4", failing_at(0, ModelError("broke"))
        )
    assert list(tmp_path.iterdir()) == []


PROGRAM = """
import sys
from pathlib import Path
from livestyle.errors import OutputError
from livestyle.video import paint_video

source, target, limit = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
if limit:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    paint_video(source, target, lambda frame: frame,
                progress=lambda done, total: print(done, flush=True))
except OutputError as error:
    sys.exit(str(error))
"""


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    run(
        *("ffmpeg", "-f", "lavfi", "-i", "testsrc=s=160x120:r=25:d=30"),
        *("-f", "lavfi", "-i", "sine=d=30", "-vf", "noise=alls=40:allf=t"),
        *("-c:v", "mpeg4", "-c:a", "aac", path),
    )
    return path


def test_a_killed_process_leaves_a_playable_part(
    long_clip: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", PROGRAM, long_clip, tmp_path / "out.mp4", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        painted = next(n for n in map(int, process.stdout) if n >= 300)
        process.send_signal(signal.SIGKILL)
    assert [path.name for path in tmp_path.iterdir()] == ["out.partial.mp4"]
    judged = probe(tmp_path / "out.partial.mp4")
    assert judged.frames >= painted - 100  # the encoder looks ahead
    assert judged.sound == "aac"


def test_a_full_disk_is_told_and_the_part_plays(
    long_clip: Path, tmp_path: Path
) -> None:
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, long_clip, tmp_path / "out.mp4", "700000"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "files may not grow larger" in done.stderr
    assert "out.partial.mp4" in done.stderr
    assert "Traceback" not in done.stderr
    assert probe(tmp_path / "out.partial.mp4").frames > 25
    assert not (tmp_path / "out.mp4").exists()


def test_an_existing_target_is_kept_unless_told(clips: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    target.write_bytes(b"precious")
    with pytest.raises(OutputError, match=r"already there.*--overwrite"):
        paint_video(clips / "mute.mp4", target, same)
    assert target.read_bytes() == b"precious"
    paint_video(clips / "mute.mp4", target, same, overwrite=True)
    assert probe(target).frames == 50


def test_an_existing_target_is_replaced_at_the_end_only(
    clips: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.mp4"
    target.write_bytes(b"precious")
    paint_video(clips / "mute.mp4", target, same, overwrite=True, stop=stop_after(3))
    assert target.read_bytes() == b"precious"


def test_a_target_that_appears_meanwhile_is_kept(clips: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"

    def paint(frame: Frame) -> Frame:
        target.write_bytes(b"precious")
        return frame

    with pytest.raises(OutputError, match=r"already there.*out\.partial\.mp4"):
        paint_video(clips / "mute.mp4", target, paint)
    assert target.read_bytes() == b"precious"
    assert probe(tmp_path / "out.partial.mp4").frames == 50


def test_the_source_is_never_the_target(clips: Path, tmp_path: Path) -> None:
    source = shutil.copy(clips / "mute.mp4", tmp_path / "in.mp4")
    before = source.read_bytes()
    link = tmp_path / "link.mp4"
    link.symlink_to(source)
    for target in (source, link):
        with pytest.raises(OutputError, match="is the video that is read"):
            paint_video(source, target, same, overwrite=True)
    assert source.read_bytes() == before


@pytest.mark.parametrize("name", ["out.avi", "out", "out.gif"])
def test_other_kinds_of_target_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match=r"not written.*\.mp4"):
        paint_video(tmp_path / "in.mp4", tmp_path / name, same)


def test_a_target_without_a_folder_is_refused(clips: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"out\.mp4': its folder is not there"):
        paint_video(clips / "mute.mp4", tmp_path / "none" / "out.mp4", same)
    (tmp_path / "out.mp4").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        paint_video(clips / "mute.mp4", tmp_path / "out.mp4", same)


def test_sources_that_are_no_video_are_named(clips: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("no video at all")
    cover, song = tmp_path / "cover.png", tmp_path / "song.m4a"
    cv2.imwrite(str(cover), np.zeros((64, 64, 3), np.uint8))
    run(
        *("ffmpeg", "-i", clips / "soundonly.m4a", "-i", cover, "-map", "0", "-map"),
        *("1", "-c", "copy", "-disposition:v:0", "attached_pic", song),
    )
    for source, message in [
        (tmp_path / "none.mp4", r"no file '.*none\.mp4'"),
        (tmp_path, "is a folder"),
        (text, r"text\.mp4' is no video"),
        (clips / "soundonly.m4a", "no moving picture"),
        (song, "no moving picture"),
    ]:
        with pytest.raises(SourceError, match=message):
            paint_video(source, tmp_path / "out.mp4", same)
    assert not list(tmp_path.glob("out*"))
