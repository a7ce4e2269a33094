from pathlib import Path

import numpy as np
import pytest

from livestyle.errors import OutputError
from livestyle.frame import Frame
from livestyle.sinks.recorder import Recorder
from tests.livestyle.probe import probe
from tests.livestyle.recording import (
    CARD,
    HeldFrame,
    encoder_is_alive,
    steady,
    write_all,
)


def hold_encoder(recorder: Recorder) -> HeldFrame:
    """Gives the first frame and comes back when the encoder is busy with it."""
    held = HeldFrame(CARD, 0, 0.0)
    held.taken.clear()
    held.let_go.clear()
    recorder.write(held)
    assert held.taken.wait(30)
    return held


def test_a_full_queue_leaves_frames_out_and_never_waits(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.mp4", queue_frames=2)
    held = hold_encoder(recorder)
    for index in range(1, 60):
        recorder.write(Frame(CARD, index, index / 30))  # the encoder cannot go on
    assert (recorder.frames, recorder.left_out) == (0, 57)
    held.let_go.set()
    recorder.close()
    assert (recorder.frames, recorder.left_out) == (3, 57)
    assert probe(tmp_path / "x.mp4").times == pytest.approx(
        [0, 1 / 30, 2 / 30], abs=1e-4
    )


@pytest.mark.parametrize(
    ("size_wh", "waiting"), [((320, 240), 32), ((3840, 2160), 5), ((6000, 4000), 2)]
)
def test_the_queue_is_bounded_in_bytes_too(
    tmp_path: Path, size_wh: tuple[int, int], waiting: int
) -> None:
    recorder = Recorder(tmp_path / "x.mp4")
    held = hold_encoder(recorder)
    pixels = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    for index in range(1, 41):
        recorder.write(Frame(pixels, index, index / 30))
    held.let_go.set()
    recorder.close()
    assert (recorder.frames, recorder.left_out) == (1 + waiting, 40 - waiting)


def test_a_lossless_recorder_waits_for_room_in_bytes(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.mp4", lossless=True, queue_bytes=1)
    write_all(recorder, steady(20, 30))
    recorder.close()
    assert (recorder.frames, recorder.left_out) == (20, 0)


def broken_frame(captured: float) -> Frame:
    """A frame without a pixel, which no program makes: scaling divides by zero."""
    return Frame(np.empty((0, 0, 3), np.uint8), 0, captured)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_an_encoder_that_dies_is_told_by_close(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    recorder = Recorder(path, lossless=True)
    write_all(recorder, [0.0, 0.1, 0.2])
    recorder.write(broken_frame(0.3))
    with pytest.raises(OutputError, match=f"{path.name}' died of ZeroDiv") as caught:
        recorder.close(60.0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    recorder.close()  # it was told already
    assert not encoder_is_alive()
    judged = probe(path)
    assert judged.frames == recorder.frames == 3
    assert judged.whole_duration == pytest.approx(0.3, abs=0.002)


def test_an_encoder_that_dies_is_told_by_every_write(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.mp4", lossless=True, queue_frames=1)
    recorder.write(Frame(CARD, 0, 0.0))
    recorder.write(broken_frame(0.1))
    with pytest.raises(OutputError, match=r"x\.mp4' died of ZeroDivisionError: "):
        write_all(recorder, steady(100, 10, start=0.2))
    with pytest.raises(OutputError, match=r"x\.mp4' died of ZeroDivisionError: "):
        recorder.write(Frame(CARD, 0, 100.0))
    recorder.close()  # it was told already
    assert probe(tmp_path / "x.mp4").frames == 1


def test_even_an_encoder_that_leaves_is_told(tmp_path: Path) -> None:
    class Leaving(Frame):
        @property
        def width(self) -> int:
            raise SystemExit

    recorder = Recorder(tmp_path / "x.mp4")
    recorder.write(Leaving(CARD, 0, 0.0))
    with pytest.raises(OutputError, match=r"x\.mp4' died of SystemExit\. "):
        recorder.close()
    assert list(tmp_path.iterdir()) == []  # no frame, no file
