from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from livestyle.errors import SourceError
from livestyle.sources import VideoFile
from tests.livestyle.moving_card import card, number_on, write_clip, write_damaged_clip
from tests.livestyle.probe import run


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
