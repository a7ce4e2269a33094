import os
from pathlib import Path

import pytest

from livestyle.batch.mark import mark_in, mark_of, remove_parts
from livestyle.model import Painter
from livestyle.video import paint_video
from tests.livestyle.moving_card import write_clip
from tests.livestyle.probe import run
from tests.livestyle.simple_painting import same, stop_after


@pytest.fixture(scope="module")
def painter(model: Path) -> Painter:
    return Painter(model, provider="cpu", threads=1)


@pytest.mark.parametrize("suffix", [".mp4", ".m4v", ".mov", ".mkv"])
def test_a_movie_and_its_part_say_their_mark(tmp_path: Path, suffix: str) -> None:
    clip, target = write_clip(tmp_path / "in.mp4"), tmp_path / f"out{suffix}"
    part = paint_video(clip, target, same, mark="Painted so", stop=stop_after(3)).path
    paint_video(clip, target, same, mark="Painted so")
    assert mark_in(part) == mark_in(target) == "Painted so"
    comment = run(
        *("ffprobe", "-show_entries", "format_tags=comment", "-of", "csv=p=0", target)
    )
    assert comment.strip() == b"Painted so"


def test_a_mark_is_another_one_where_the_movie_would_be(
    tmp_path: Path, painter: Painter
) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"first")
    mark = mark_of(clip, painter, "negative", 1.0)
    assert mark == mark_of(clip, painter, "negative", 1.0)
    others = [
        mark_of(clip, painter, "tinted", 1.0),
        mark_of(clip, painter, "negative", 0.5),
    ]
    os.utime(clip, ns=(1, 1))
    others.append(mark_of(clip, painter, "negative", 1.0))
    assert len({mark, *others}) == 4
    assert str(tmp_path) not in mark


def test_what_is_no_movie_has_no_mark(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"garbage" * 99)
    assert mark_in(tmp_path / "a.mp4") == ""
    assert mark_in(tmp_path / "gone.mp4") == ""


def test_only_parts_of_the_same_movie_are_removed(tmp_path: Path) -> None:
    clip, target = write_clip(tmp_path / "in.mp4"), tmp_path / "out.mp4"
    for mark in ("ours", "another", "ours"):
        paint_video(clip, target, same, mark=mark, stop=stop_after(3))
    (tmp_path / "out.partial-4.mp4").write_bytes(b"")
    (tmp_path / "out.partial-5.mp4").write_bytes(b"precious" * 1000)
    (tmp_path / "out.partially.mp4").write_bytes(b"")
    remove_parts(target, "ours")
    assert sorted(path.name for path in tmp_path.glob("out*")) == [
        "out.partial-2.mp4",
        "out.partial-5.mp4",
        "out.partially.mp4",
    ]
