from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from livestyle.frame import Frame
from livestyle.video import paint_video
from tests.livestyle.moving_card import write_clip
from tests.livestyle.probe import first_picture, probe, run, tool
from tests.livestyle.simple_painting import negative, same


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
