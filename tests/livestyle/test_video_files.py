import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.errors import OutputError, SourceError
from livestyle.frame import Frame
from livestyle.video import paint_video
from tests.livestyle.probe import probe, run
from tests.livestyle.simple_painting import same, stop_after


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
