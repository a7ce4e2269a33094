from pathlib import Path

import pytest

from livestyle.errors import SettingsError
from tests.training.studio import write_photographs
from training.evaluation.validation import choose_photos


def names(found) -> list[str]:
    return [photo.name for photo in found.photos]


def test_only_photographs_that_fits_leave_out_are_taken(tmp_path: Path):
    write_photographs(tmp_path, 12)
    found = choose_photos(tmp_path, 4, 9, 96)
    assert names(found) == ["photo00.png", "photo04.png", "photo08.png"]
    assert found.held_out
    assert {photo.pixels.shape for photo in found.photos} == {(96, 96, 3)}


def test_few_are_taken_from_all_over_the_folder(tmp_path: Path):
    write_photographs(tmp_path, 12)
    assert names(choose_photos(tmp_path, 2, 2, 96)) == ["photo00.png", "photo06.png"]


def test_a_broken_one_is_passed_over_and_told(tmp_path: Path):
    write_photographs(tmp_path, 12)
    (tmp_path / "photo04.png").write_bytes(b"broken")
    found = choose_photos(tmp_path, 4, 2, 96)
    assert names(found) == ["photo00.png", "photo08.png"]
    assert found.broken == ("photo04.png",)


def test_a_handful_of_photographs_is_not_held_out(tmp_path: Path):
    found = choose_photos(write_photographs(tmp_path, 3), 10, 5, 96)
    assert len(found.photos) == 3
    assert not found.held_out


def test_nothing_to_judge_by_is_told(tmp_path: Path):
    with pytest.raises(SettingsError, match="there is no folder"):
        choose_photos(tmp_path / "missing", 10, 5, 96)
    with pytest.raises(SettingsError, match="holds no pictures"):
        choose_photos(tmp_path, 10, 5, 96)
    (tmp_path / "a.png").write_bytes(b"broken")
    with pytest.raises(SettingsError, match="none of the 1 validation pictures"):
        choose_photos(tmp_path, 10, 5, 96)
