from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.frame import Frame
from livestyle.sinks.recorder import Recorder
from tests.livestyle.probe import first_picture, probe
from tests.livestyle.recording import CARD, boxes, record, steady


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_recording_is_h264_that_every_player_takes(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    recorder = record(path, steady(45, 30))
    judged = probe(path)
    assert (judged.codec, judged.pix_fmt) == ("h264", "yuv420p")
    assert judged.size_wh == (320, 240)
    assert judged.frames == recorder.frames == 45
    assert judged.duration == pytest.approx(1.5, abs=0.002)
    assert recorder.seconds == pytest.approx(1.5, abs=0.0001)
    assert recorder.left_out == 0


def test_a_keyframe_comes_every_second(tmp_path: Path) -> None:
    for fps in (10, 60):
        path = tmp_path / f"{fps}.mp4"
        record(path, steady(4 * fps, fps))
        keyframes = probe(path).keyframes
        assert keyframes[0] == 0
        assert max(np.diff([*keyframes, 4.0])) <= 1.0 + 1e-4


def test_closed_file_is_an_ordinary_mp4(tmp_path: Path) -> None:
    record(tmp_path / "x.mp4", steady(90, 30))
    kinds = boxes(tmp_path / "x.mp4")
    assert kinds.count("moov") == 1
    assert "moof" not in kinds


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(641, 481, (640, 480)), (33, 32, (32, 32)), (338, 451, (338, 450))],
)
def test_odd_sizes_lose_one_row_or_column(
    tmp_path: Path, width: int, height: int, expected: tuple[int, int]
) -> None:
    pixels = np.full((height, width, 3), 128, np.uint8)
    record(tmp_path / "x.mp4", steady(3, 30), pixels)
    assert probe(tmp_path / "x.mp4").size_wh == expected


@pytest.mark.parametrize(
    "bgr", [(200, 60, 30), (30, 60, 200), (20, 180, 40), (255, 255, 255), (0, 0, 0)]
)
@pytest.mark.parametrize("size_wh", [(64, 48), (1280, 720)])
def test_colours_come_back(
    tmp_path: Path, bgr: tuple[int, int, int], size_wh: tuple[int, int]
) -> None:
    pixels = np.empty((size_wh[1], size_wh[0], 3), np.uint8)
    pixels[:] = bgr
    record(tmp_path / "x.mp4", [0.0], pixels)
    mean = first_picture(tmp_path / "x.mp4", size_wh).mean(axis=(0, 1))
    assert mean == pytest.approx(bgr, abs=1.3)


def test_the_picture_stays_close_to_what_was_given(tmp_path: Path) -> None:
    record(tmp_path / "x.mp4", [0.0])
    difference = first_picture(tmp_path / "x.mp4", (320, 240)).astype(float) - CARD
    assert 20 * np.log10(255 / np.sqrt((difference**2).mean())) > 32  # dB


def test_another_size_is_fitted_between_bars(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.mp4", lossless=True)
    white = np.full((240, 320, 3), 255, np.uint8)
    tall = np.full((480, 240, 3), 255, np.uint8)
    for index, pixels in enumerate([white, tall, white]):
        recorder.write(Frame(pixels, index, index / 10))
    recorder.close()
    capture = cv2.VideoCapture(str(tmp_path / "x.mp4"))
    shown = [capture.read()[1] for _ in range(3)]
    capture.release()
    bright = shown[1][120, :, 1] > 128
    assert shown[1].shape == (240, 320, 3)
    assert bright.sum() == pytest.approx(120, abs=2)  # 240x480 in 240 rows: 120 wide
    assert bright[100:220].all()
    assert shown[2].min() > 200


def test_frames_are_read_only_for_the_recorder(tmp_path: Path) -> None:
    pixels = CARD.copy()
    pixels.flags.writeable = False
    record(tmp_path / "x.mp4", [0.0, 0.1], pixels)
    assert np.array_equal(pixels, CARD)
