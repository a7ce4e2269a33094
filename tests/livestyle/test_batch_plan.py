from pathlib import Path

import pytest

from livestyle.batch.plan import Task, plan
from livestyle.errors import OutputError, SourceError


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"whatever")


def becomes(inputs: list[Path], output: Path) -> dict[str, str]:
    return {
        task.source.name: task.target.relative_to(output).as_posix()
        for task in plan(inputs, output).tasks
    }


def test_a_folder_keeps_its_names_and_its_folders(tmp_path: Path) -> None:
    write(tmp_path / "in", "b.MOV", "a.mp4", "trip/c.mkv", "old.avi", "trip/deep/d.m4v")
    assert becomes([tmp_path / "in"], tmp_path / "out") == {
        "a.mp4": "a.mp4",
        "b.MOV": "b.MOV",
        "old.avi": "old.avi.mp4",
        "c.mkv": "trip/c.mkv",
        "d.m4v": "trip/deep/d.m4v",
    }


def test_what_is_no_video_is_told_and_hidden_files_are_not(tmp_path: Path) -> None:
    write(tmp_path, "a.mp4", "notes.txt", "photo.jpg", "._a.mp4", ".git/b.mp4")
    planned = plan([tmp_path], tmp_path / "out")
    assert [task.source.name for task in planned.tasks] == ["a.mp4"]
    assert [path.name for path in planned.others] == ["notes.txt", "photo.jpg"]


def test_movies_in_a_folder_inside_are_not_painted_again(tmp_path: Path) -> None:
    write(tmp_path, "a.mp4", "out/a.mp4", "out/b.mp4")
    assert becomes([tmp_path], tmp_path / "out") == {"a.mp4": "a.mp4"}


def test_one_video_gets_the_name_that_was_given(tmp_path: Path) -> None:
    source, target = tmp_path / "in.dat", tmp_path / "out.mp4"
    assert plan([source], target).tasks == (Task(source, target),)


def test_one_video_goes_into_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "a.mp4")
    assert becomes([tmp_path / "a.mp4"], tmp_path / "out") == {"a.mp4": "a.mp4"}
    (tmp_path / "out.mp4").mkdir()
    assert becomes([tmp_path / "a.mp4"], tmp_path / "out.mp4") == {"a.mp4": "a.mp4"}


def test_inputs_that_overlap_are_painted_once(tmp_path: Path) -> None:
    write(tmp_path, "in/a.mp4", "in/b.mp4", "c.mp4")
    inputs = [tmp_path / "in" / "b.mp4", tmp_path / "in", tmp_path / "c.mp4"]
    tasks = plan(inputs, tmp_path / "out").tasks
    assert [task.source.name for task in tasks] == ["b.mp4", "a.mp4", "c.mp4"]


@pytest.mark.parametrize("second", ["a.mp4", "A.MP4"])
def test_two_videos_of_one_name_are_refused(tmp_path: Path, second: str) -> None:
    write(tmp_path, "one/a.mp4", f"two/{second}")
    with pytest.raises(OutputError, match=r"would both become.*different folders"):
        plan([tmp_path / "one", tmp_path / "two"], tmp_path / "out")


def test_a_movie_is_no_place_for_many(tmp_path: Path) -> None:
    write(tmp_path, "a.mp4", "b.mp4")
    with pytest.raises(OutputError, match="name of a folder"):
        plan([tmp_path / "a.mp4", tmp_path / "b.mp4"], tmp_path / "out.mp4")


def test_a_folder_without_videos_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "photo.jpg")
    with pytest.raises(SourceError, match=r"no video in .* files named \.mp4"):
        plan([tmp_path], tmp_path / "out")
