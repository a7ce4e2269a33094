from datetime import datetime
from pathlib import Path

import pytest

from livestyle.errors import OutputError
from livestyle.naming import claim, create, fresh_path, put_in_place, safe

WHEN = datetime(2026, 11, 22, 15, 30, 12)
NAME = "livestyle_2026-11-22_15-30-12_great-wave"


def test_name_carries_date_and_style(tmp_path: Path) -> None:
    assert fresh_path(tmp_path, "great-wave", ".mp4", WHEN).name == f"{NAME}.mp4"
    assert fresh_path(tmp_path, "great-wave", "png", WHEN).name == f"{NAME}.png"


def test_taken_names_are_counted_on(tmp_path: Path) -> None:
    for expected in ("", "-2", "-3"):
        path = fresh_path(tmp_path, "great-wave", ".mp4", WHEN)
        assert path.name == f"{NAME}{expected}.mp4"
        path.touch()


def test_a_link_to_nowhere_is_a_taken_name(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.mp4").symlink_to(tmp_path / "nowhere")
    assert fresh_path(tmp_path, "great-wave", ".mp4", WHEN).name == f"{NAME}-2.mp4"


def test_folder_is_made(tmp_path: Path) -> None:
    path = fresh_path(tmp_path / "a" / "b", "x", ".png", WHEN)
    path.touch()
    assert path.parent == tmp_path / "a" / "b"


def test_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match="Choose a folder"):
            fresh_path(folder, "x", ".png")


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("great-wave", "great-wave"),
        ("../../etc/passwd", "etc-passwd"),
        ("Café de nuit: 60 %", "Cafe-de-nuit-60"),
        ("a\\b|c*d?\n", "a-b-c-d"),
        ("神奈川沖浪裏", "painting"),
        ("", "painting"),
        ("x" * 500, "x" * 80),
    ],
)
def test_only_safe_characters_remain(style: str, expected: str) -> None:
    assert safe(style) == expected


def test_claim_leaves_nothing_behind(tmp_path: Path) -> None:
    claim(tmp_path / "new.mp4")
    assert list(tmp_path.iterdir()) == []


def test_claim_refuses_what_is_there(tmp_path: Path) -> None:
    taken = tmp_path / "taken.mp4"
    taken.write_bytes(b"precious")
    with pytest.raises(OutputError, match=r"already there.*choose another name"):
        claim(taken)
    assert taken.read_bytes() == b"precious"


def test_claim_names_the_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"its folder is not there. Make the folder"):
        claim(tmp_path / "none" / "new.mp4")


def test_claim_says_when_the_system_does_not_let_us_write() -> None:
    locked = Path("/proc/livestyle.mp4")  # closed even to root
    if not locked.parent.is_dir():
        pytest.skip("there is no /proc here")
    with pytest.raises(OutputError, match=r"cannot write '/proc/livestyle.mp4'"):
        claim(locked)


def test_creation_is_exclusive(tmp_path: Path) -> None:
    path = tmp_path / "once"
    with create(path), pytest.raises(OutputError, match="already there"):
        create(path)


def test_putting_in_place_never_replaces_unless_told(tmp_path: Path) -> None:
    finished, path = tmp_path / "finished", tmp_path / "final"
    finished.write_text("new")
    path.write_text("old")
    with pytest.raises(OutputError, match="already there"):
        put_in_place(finished, path)
    assert (finished.read_text(), path.read_text()) == ("new", "old")
    put_in_place(finished, path, overwrite=True)
    assert (finished.exists(), path.read_text()) == (False, "new")


def test_putting_in_place_works_without_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(link: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    finished, path = tmp_path / "finished", tmp_path / "final"
    finished.write_text("new")
    put_in_place(finished, path)
    assert (finished.exists(), path.read_text()) == (False, "new")
    finished.write_text("newer")
    with pytest.raises(OutputError, match="already there"):
        put_in_place(finished, path)
    assert path.read_text() == "new"
