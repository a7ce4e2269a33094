import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
from PIL import Image

import livestyle.sources.demo
from livestyle.errors import SourceError
from livestyle.frame import Frame
from livestyle.latest import Latest
from livestyle.sources import Camera, Demo, Source, Stream, VideoFile, open_source
from livestyle.sources.camera import as_bgr
from livestyle.sources.demo import FACE_XY
from livestyle.sources.device import diagnosis, programs_using
from tests.livestyle.fake_time import FakeTime
from tests.livestyle.moving_card import (
    card,
    number_on,
    write_clip,
    write_damaged_clip,
)
from tests.livestyle.probe import run
from tests.livestyle.sender import free_port, sending

SMALL = (64, 48)


# One suite for every source: what the rest of the program relies on.


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    address = f"udp://127.0.0.1:{free_port()}"
    with sending(address):
        yield address


Make = Callable[[Path, str], Source]

DIRECT: dict[str, Make] = {
    "camera": lambda clip, url: Camera(str(clip), patience=0.1),
    "file": lambda clip, url: VideoFile(clip),
    "stream": lambda clip, url: Stream(url),
    "demo": lambda clip, url: Demo(SMALL, fps=50),
}
THREADED: dict[str, Make] = {
    "latest camera": lambda clip, url: Latest(Camera(str(clip), patience=0.1)),
    "latest file": lambda clip, url: Latest(VideoFile(clip)),
    "latest stream": lambda clip, url: Latest(Stream(url)),
    "latest demo": lambda clip, url: Latest(Demo(SMALL, fps=50)),
}
ALL = DIRECT | THREADED
# Read by a thread, these race to their end: only the last frame is sure to be seen.
RACING = ("latest camera", "latest file")


def some(source: Source, count: int = 6) -> list[Frame]:
    """The first frames of a source, which is then closed."""
    frames = []
    for frame in source:
        if frame is not None:
            frames.append(frame)
        if len(frames) == count:
            break
    source.close()
    return frames


@pytest.mark.parametrize("kind", ALL)
def test_frames_are_contiguous_bgr_bytes(kind: str, clip: Path, url: str) -> None:
    for frame in some(ALL[kind](clip, url), 1 if kind in RACING else 6):
        assert frame.pixels.dtype == np.uint8
        assert frame.pixels.shape == (frame.height, frame.width, 3)
        assert frame.pixels.flags.c_contiguous


@pytest.mark.parametrize("kind", DIRECT)
def test_index_counts_up_from_zero(kind: str, clip: Path, url: str) -> None:
    frames = some(DIRECT[kind](clip, url))
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("kind", set(THREADED) - set(RACING))
def test_index_only_rises_behind_a_thread(kind: str, clip: Path, url: str) -> None:
    seen = [frame.index for frame in some(THREADED[kind](clip, url))]
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("kind", set(ALL) - set(RACING))
def test_captured_never_decreases(kind: str, clip: Path, url: str) -> None:
    times = [frame.captured for frame in some(ALL[kind](clip, url))]
    assert times == sorted(times)


@pytest.mark.parametrize("kind", set(ALL) - {"file", "latest file"})
def test_a_live_source_tells_the_time_of_capture(
    kind: str, clip: Path, url: str
) -> None:
    source = ALL[kind](clip, url)
    assert source.live
    began = monotonic()
    (frame,) = some(source, 1)
    assert began <= frame.captured <= monotonic()


@pytest.mark.parametrize("kind", set(ALL) - set(RACING))
def test_close_ends_the_iteration(kind: str, clip: Path, url: str) -> None:
    source = ALL[kind](clip, url)
    frames = iter(source)
    assert any(frame is not None for frame in frames)
    source.close()
    rest = list(islice(frames, 100))
    assert len(rest) < 100
    assert len([frame for frame in rest if frame is not None]) <= 1


@pytest.mark.parametrize("kind", ALL)
def test_close_twice_or_before_the_start_is_fine(
    kind: str, clip: Path, url: str
) -> None:
    source = ALL[kind](clip, url)
    source.close()
    source.close()
    assert [frame for frame in source if frame is not None] == []


@pytest.mark.parametrize("kind", ALL)
def test_a_source_has_a_name_and_nothing_to_complain_about(
    kind: str, clip: Path, url: str
) -> None:
    source = ALL[kind](clip, url)
    assert source.name
    assert source.fps >= 0
    assert source.status == ""
    source.close()


# Video files


def test_a_file_gives_every_frame_in_order(clip: Path) -> None:
    video = VideoFile(clip)
    assert [number_on(frame.pixels) for frame in video] == list(range(12))
    assert (video.frames, video.fps, video.live) == (12, 10, False)
    assert video.duration == pytest.approx(1.2, abs=0.01)
    assert video.name == "clip.mp4"


def test_times_in_a_file_are_presentation_times_from_zero(tmp_path: Path) -> None:
    times = [5.0, 5.1, 5.5, 5.6, 6.0]
    clip = write_clip(tmp_path / "uneven.mkv", count=5, codec="ffv1", times=times)
    seen = [frame.captured for frame in VideoFile(clip)]
    assert seen == pytest.approx([0.0, 0.1, 0.5, 0.6, 1.0], abs=0.002)


@pytest.mark.parametrize("rotation", [90, -90, 180])
def test_a_turned_phone_video_stands_upright(tmp_path: Path, rotation: int) -> None:
    clip = write_clip(tmp_path / "turned.mp4", count=1, rotation=rotation)
    mine = next(iter(VideoFile(clip))).pixels
    run("ffmpeg", "-i", clip, "-frames:v", "1", tmp_path / "upright.png")
    upright = np.asarray(Image.open(tmp_path / "upright.png").convert("RGB"))
    assert mine.shape == upright.shape
    assert mine.flags.c_contiguous
    assert np.abs(mine[..., ::-1].astype(int) - upright).mean() < 3


@pytest.mark.parametrize(
    ("codec", "pix_fmt"),
    [
        ("ffv1", "gray"),
        ("ffv1", "gray16le"),
        ("ffv1", "yuva420p"),
        ("ffv1", "bgra"),
        ("ffv1", "yuv422p10le"),
    ],
)
def test_any_pixel_format_comes_out_bgr(
    tmp_path: Path, codec: str, pix_fmt: str
) -> None:
    size = (33, 27)  # odd
    clip = write_clip(
        tmp_path / "odd.mkv", count=2, size_wh=size, codec=codec, pix_fmt=pix_fmt
    )
    first, second = (frame.pixels for frame in VideoFile(clip))
    assert first.shape == (27, 33, 3)
    assert number_on(second) == 1
    if "gray" in pix_fmt:
        assert np.ptp(first, axis=2).max() == 0
    else:
        assert np.abs(first[:10, :12].astype(int) - card(0)[0, 0]).max() < 12


def test_a_gif_is_a_video(tmp_path: Path) -> None:
    pictures = [Image.fromarray(card(number)[..., ::-1]) for number in range(4)]
    path = tmp_path / "moving.gif"
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=200)
    frames = list(VideoFile(path))
    assert [number_on(frame.pixels) for frame in frames] == [0, 1, 2, 3]
    assert [frame.captured for frame in frames] == pytest.approx([0, 0.2, 0.4, 0.6])


def test_damaged_packets_are_skipped_and_counted(tmp_path: Path) -> None:
    clip = write_damaged_clip(tmp_path / "clip.mkv", damaged=(4, 5))
    video = VideoFile(clip)
    numbers = [number_on(frame.pixels) for frame in video]
    assert numbers == [0, 1, 2, 3, 6, 7, 8, 9, 10, 11]
    assert video.status == "2 damaged packets skipped"


def test_a_file_that_was_cut_off_plays_as_far_as_it_goes(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", codec="ffv1")
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    numbers = [number_on(frame.pixels) for frame in VideoFile(clip)]
    assert 3 < len(numbers) < 12
    assert numbers == list(range(len(numbers)))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no file '.*nothing\.mp4'.*Check the path"):
        VideoFile(tmp_path / "nothing.mp4")


def test_a_folder_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"is a folder\. Name one video"):
        VideoFile(tmp_path)


@pytest.mark.parametrize("content", [b"", b"Dear diary, today I was no video.\n" * 99])
def test_a_file_that_is_no_video_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "diary.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"no video that can be read.*convert it"):
        VideoFile(path)


def test_a_sound_file_has_no_video_track(tmp_path: Path) -> None:
    path = tmp_path / "song.mka"
    run("ffmpeg", "-f", "lavfi", "-i", "sine=duration=0.2", path)
    with pytest.raises(SourceError, match="it has no video track"):
        VideoFile(path)


def test_a_video_without_pictures_is_an_error(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", codec="ffv1")
    data = clip.read_bytes()
    first_cluster = data.index(b"\x1f\x43\xb6\x75")
    clip.write_bytes(data[:first_cluster])
    with pytest.raises(SourceError, match="no video that can be read"):
        list(VideoFile(clip))


# Cameras


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
        user.terminate()


def test_a_file_that_is_no_camera_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("no camera")
    with pytest.raises(SourceError, match=r"note\.txt is no camera"):
        next(iter(Camera(str(path))))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_a_forbidden_device_says_what_to_join() -> None:
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)  # root may open everything; nobody may not
    try:
        found = diagnosis("/etc/shadow")
    finally:
        os.seteuid(me)
    assert found.reason == "/etc/shadow: permission denied"
    assert "usermod -aG video" in found.hint


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


def test_a_picture_that_stands_still_is_noticed(tmp_path: Path) -> None:
    from livestyle.sources.camera import _StillnessWatch

    watch = _StillnessWatch()
    assert watch(card(0), 10.0) == ""
    assert watch(card(0), 14.0) == "the picture has not changed for 4 s"
    assert watch(card(1), 15.0) == ""


# The demo


@pytest.mark.parametrize("size", [(640, 480), (33, 47), (1920, 400), (1, 1)])
def test_the_demo_has_exactly_the_size_asked_for(size: tuple[int, int]) -> None:
    (frame,) = some(Demo(size), 1)
    assert (frame.width, frame.height) == size


def test_the_demo_keeps_its_rate_without_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    time = FakeTime(monkeypatch, livestyle.sources.demo)
    began, moments = time.now, []
    for frame in islice(Demo(SMALL, fps=60), 61):
        moments.append(frame.captured - began)
        time.now += 0.007  # that a reader takes for each
    assert moments == pytest.approx([tick / 60 for tick in range(61)])


def test_the_same_moment_of_the_demo_is_the_same_picture() -> None:
    assert np.array_equal(Demo().picture_at(2.5), Demo().picture_at(2.5))


def test_the_demo_moves_smoothly_and_never_stands_still() -> None:
    demo = Demo((160, 120))
    pictures = [demo.picture_at(tick / 30).astype(int) for tick in range(120)]
    steps = [np.abs(b - a).mean() for a, b in pairwise(pictures)]
    assert min(steps) > 0.05
    assert max(steps) < 8
    assert np.abs(pictures[-1] - pictures[0]).mean() > 10


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (1920, 400), (300, 900)])
def test_the_demo_shows_no_border_and_keeps_the_face_in_view(
    size: tuple[int, int],
) -> None:
    demo = Demo(size)
    width, height = size
    corners = np.array([[0, 0, 1], [width - 1, 0, 1], [0, height - 1, 1]]).T
    for tick in range(600):
        view = demo._view(tick / 5)
        seen = view @ corners
        opposite = seen[:, 1] + seen[:, 2] - seen[:, 0]
        assert min(seen.min(), opposite.min()) > -0.01
        assert max(seen.max(), opposite.max()) < 511.01
        face = np.linalg.solve(view[:, :2], np.array(FACE_XY) * 512 - view[:, 2])
        assert 0.25 < face[0] / width < 0.75
        assert 0.15 < face[1] / height < 0.75


def test_a_reader_that_is_late_meets_the_demo_where_it_is_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    time = FakeTime(monkeypatch, livestyle.sources.demo)
    demo = Demo(SMALL, fps=100)
    frames = iter(demo)
    began = next(frames).captured
    time.now += 0.305
    late, next_one = next(frames), next(frames)
    assert [late.index, next_one.index] == [1, 2]
    assert late.captured - began == pytest.approx(0.305)
    assert np.array_equal(late.pixels, demo.picture_at(0.30))
    assert next_one.captured - began == pytest.approx(0.31)
    assert np.array_equal(next_one.pixels, demo.picture_at(0.31))


def test_the_demo_refuses_impossible_sizes_and_rates() -> None:
    with pytest.raises(SourceError, match=r"0x480.*--size 640x480"):
        Demo((0, 480))
    with pytest.raises(SourceError, match="0 frames/s"):
        Demo(fps=0)


# What a person types


def test_words_numbers_and_paths_open_the_right_source(clip: Path) -> None:
    assert isinstance(open_source("demo"), Demo)
    assert isinstance(open_source("0"), Camera)
    assert isinstance(open_source("/dev/video1"), Camera)
    assert isinstance(open_source("rtsp://host/path"), Stream)
    assert isinstance(open_source(str(clip)), VideoFile)
    assert isinstance(open_source(clip.as_uri()), VideoFile)


def test_size_and_rate_are_passed_on() -> None:
    demo = open_source("demo", size_wh=(320, 240), fps=15)
    assert isinstance(demo, Demo)
    assert (demo.size_wh, demo.fps) == ((320, 240), 15)


@pytest.mark.parametrize(
    ("spec", "advice"),
    [
        ("gopher://host/x", "Addresses begin with one of: http, https, rtmp"),
        ("udp://", "lacks an address"),
        ("nonsense", "is no source. Give a camera's number"),
        ("", "is no source"),
        ("-1", "is no source"),
        ("missing.mp4", "there is no file 'missing.mp4'. Check the path"),
        ("file:///nowhere/missing.mp4", "there is no file '/nowhere/missing.mp4'"),
    ],
)
def test_what_is_no_source_gets_advice(spec: str, advice: str) -> None:
    with pytest.raises(SourceError, match=advice):
        open_source(spec)
