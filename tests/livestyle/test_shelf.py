"""The folder for painters of one's own."""

import os
from pathlib import Path

import pytest

from livestyle import shelf as shelves
from livestyle.shelf import SETTLED, Shelf
from tests.livestyle.tiny_painter import write_painter, write_variant
from tests.livestyle.zoo_painter import write_zoo


class Watch:
    """A shelf whose clock stands still until somebody turns it."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.now = 0.0
        self.shelf = Shelf(folder, self.said.append, threads=1, clock=lambda: self.now)

    def names(self, passed: float = 0.0) -> list[str]:
        """What is there so many seconds later."""
        self.now += passed
        self.shelf.look()
        return [about.path.name for about in self.shelf.painters]


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


def age(path: Path) -> Path:
    """Makes a file an hour old."""
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 3600))
    return path


def test_what_lies_there_is_found_at_once(tmp_path: Path, watch: Watch):
    age(write_painter(tmp_path / "b.onnx"))
    age(write_zoo(tmp_path / "a.onnx"))
    (tmp_path / "readme.txt").write_text("no painter")
    assert watch.names() == ["a.onnx", "b.onnx"]
    assert [a.card.styles[0].name for a in watch.shelf.painters] == ["a", "negative"]
    assert watch.said == []


def test_a_file_that_comes_is_found_when_it_has_settled(tmp_path: Path, watch: Watch):
    assert watch.names() == []
    age(write_zoo(tmp_path / "a.onnx"))  # as a copy with the time of its original is
    assert watch.names() == []
    assert watch.names(0.9 * SETTLED) == []
    assert watch.names(0.1 * SETTLED) == ["a.onnx"]
    assert not watch.shelf.look()
    (tmp_path / "a.onnx").unlink()
    assert watch.names() == []
    assert watch.said == []


def test_a_file_that_is_being_copied_is_left_until_it_is_whole(
    tmp_path: Path, watch: Watch
):
    whole = write_zoo(tmp_path / "whole").read_bytes()
    for end in range(0, len(whole), len(whole) // 5):
        (tmp_path / "a.onnx").write_bytes(whole[:end])
        assert watch.names(0.9 * SETTLED) == []
    (tmp_path / "a.onnx").write_bytes(whole)
    assert watch.names(0.5) == []
    assert watch.names(SETTLED) == ["a.onnx"]
    assert watch.said == []


def test_a_broken_file_is_told_of_once_and_looked_into_when_it_changes(
    tmp_path: Path, watch: Watch
):
    broken, good = tmp_path / "a\x1b[2J\n.onnx", age(write_zoo(tmp_path / "b.onnx"))
    broken.write_bytes(b"hello")
    age(broken)
    for _ in range(3):
        assert watch.names(SETTLED) == [good.name]
    (line,) = watch.said
    assert line.startswith("a?[2J?.onnx is left out: ")
    assert line.isprintable()
    write_zoo(broken)
    watch.names()
    assert len(watch.names(SETTLED)) == 2
    assert len(watch.said) == 1


def test_a_look_that_is_broken_off_goes_on_the_next_time(tmp_path: Path, watch: Watch):
    age(write_zoo(tmp_path / "a.onnx"))
    age(write_zoo(tmp_path / "b.onnx", stamp=False))
    asked: list[bool] = []

    def after_one() -> bool:
        asked.append(True)
        return len(asked) > 1

    watch.shelf.look(after_one)
    assert len(watch.shelf.painters) < 2
    assert watch.names() == ["a.onnx", "b.onnx"]
    assert watch.said == []


def test_other_precisions_of_a_painter_are_no_painters_of_their_own(
    tmp_path: Path, watch: Watch
):
    plain = age(write_painter(tmp_path / "a.onnx"))
    age(write_variant(plain, "int8"))
    assert watch.names() == ["a.onnx"]
    plain.unlink()
    watch.names()
    assert watch.names(SETTLED) == ["a.int8.onnx"]


def test_a_folder_with_too_many_files_is_told_of_and_cut(
    tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shelves, "MOST_FILES", 2)
    for name in "abc":
        age(write_zoo(tmp_path / f"{name}.onnx"))
    assert watch.names() == watch.names() == ["a.onnx", "b.onnx"]
    assert watch.said == [
        f"{tmp_path} has more than 2 painters: the others are left out"
    ]


def test_a_folder_that_is_not_there_is_empty_until_it_comes(tmp_path: Path):
    watch = Watch(tmp_path / "styles")
    assert watch.names() == []
    (tmp_path / "styles").mkdir()
    write_zoo(tmp_path / "styles" / "a.onnx")
    assert watch.names() == []
    assert watch.names(SETTLED) == ["a.onnx"]
    assert watch.said == []


def test_a_folder_that_is_none_is_told_of_once(tmp_path: Path):
    (tmp_path / "file").touch()
    watch = Watch(tmp_path / "file")
    assert watch.names() == watch.names() == []
    assert watch.said == [
        f"the folder {tmp_path}/file cannot be read (Not a directory)"
    ]
