import shutil
from pathlib import Path

import pytest

from livestyle.errors import OutputError
from livestyle.frame import Frame
from livestyle.sinks.recorder import Recorder
from tests.livestyle.recording import CARD, encoder_is_alive, record, steady, write_all


def test_without_frames_there_is_no_file(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.mp4")
    assert (tmp_path / "x.mp4").exists()  # the name is taken from the first moment
    recorder.close()
    assert list(tmp_path.iterdir()) == []
    assert (recorder.frames, recorder.seconds) == (0, 0.0)


def test_closing_twice_is_fine_and_ends_the_thread(tmp_path: Path) -> None:
    recorder = record(tmp_path / "x.mp4", [0.0, 0.1])
    assert recorder.closed
    recorder.close()
    assert not encoder_is_alive()
    with pytest.raises(ValueError, match="closed"):
        recorder.write(Frame(CARD, 2, 0.2))


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match=r"already there.*choose another name"):
        Recorder(path)
    assert path.read_bytes() == b"precious"
    assert not encoder_is_alive()


def test_a_suffix_that_we_do_not_write_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"'\.avi'.*\.mp4"):
        Recorder(tmp_path / "x.avi")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="folder is not there"):
        Recorder(tmp_path / "none" / "x.mp4")


def test_a_removed_folder_is_told_once_by_close(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    recorder = Recorder(folder / "x.mp4", lossless=True)
    write_all(recorder, steady(5, 30))
    shutil.rmtree(folder)
    with pytest.raises(OutputError, match=r"x\.mp4': its folder is not there"):
        recorder.close()
    recorder.close()
    assert not encoder_is_alive()


def test_a_removed_folder_is_noticed_while_recording(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    recorder = Recorder(folder / "x.mp4", lossless=True, queue_frames=1)
    shutil.rmtree(folder)
    with pytest.raises(OutputError, match="folder is not there"):
        write_all(recorder, steady(100, 10))
    with pytest.raises(OutputError, match="folder is not there"):
        recorder.write(Frame(CARD, 0, 100.0))
    recorder.close()  # it was told already


def test_a_file_that_cannot_be_put_away_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    recorder = Recorder(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(OutputError, match=r"cannot write '.*x\.mp4'"):
        recorder.close()
    assert not encoder_is_alive()
