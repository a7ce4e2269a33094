from pathlib import Path

import pytest

from livestyle.contract import is_style_name
from livestyle.errors import PictureError, SettingsError
from tests.training.studio import stripes, write_picture
from training.paintings import own_paintings, style_name


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return write_picture(tmp_path / "My Painting.png", stripes(0))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("irises.jpg", "irises"),
        ("My_Painting (2).JPG", "my-painting-2"),
        ("Père Tanguy.png", "pere-tanguy"),
        ("--a--.b--.png", "a-b"),
        ("x" * 90 + ".png", "x" * 64),
        ("x" * 63 + " yz.png", "x" * 63),
    ],
)
def test_a_style_is_named_after_its_file(file: str, name: str):
    assert style_name(Path(file)) == name
    assert is_style_name(name)


def test_a_file_name_without_any_letter_leads_to_name(tmp_path: Path):
    path = write_picture(tmp_path / "星.png", stripes(0))
    with pytest.raises(SettingsError, match=r"'星.png'. Give one with --name"):
        own_paintings([path], {})
    (painting,) = own_paintings([path], {"name": ["star"]})
    assert painting.name == "star"


def test_words_that_are_not_given_are_made_or_left_empty(picture: Path):
    (painting,) = own_paintings([picture], {})
    assert (painting.name, painting.title) == ("my-painting", "My painting")
    assert Path(painting.file).is_absolute()
    words = (painting.artist, painting.year, painting.licence, painting.source)
    assert words == ("", "", "", "")


def test_words_go_to_the_paintings_in_order_and_one_artist_to_all(
    picture: Path, tmp_path: Path
):
    other = write_picture(tmp_path / "other.png", stripes(1))
    found = own_paintings(
        [picture, other],
        {"name": ["a", "b"], "year": ["1900", "1901"], "artist": ["Me"]},
    )
    assert [(p.name, p.title, p.year, p.artist) for p in found] == [
        ("a", "A", "1900", "Me"),
        ("b", "B", "1901", "Me"),
    ]
    for words in ({"name": ["a"]}, {"year": ["1", "2", "3"]}):
        with pytest.raises(SettingsError, match=r"for 2 paintings. Give one --"):
            own_paintings([picture, other], words)


@pytest.mark.parametrize("name", ["My Style", "caf\u00e9", "a--b", "x" * 65, "a_b"])
def test_a_name_that_cannot_be_typed_is_refused(name: str, picture: Path):
    with pytest.raises(SettingsError, match=r"lower case words .* --name my-style"):
        own_paintings([picture], {"name": [name]})


def test_what_is_no_picture_or_too_small_is_refused_with_advice(tmp_path: Path):
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "cut.png").write_bytes(
        write_picture(tmp_path / "whole.png", stripes(0)).read_bytes()[:600]
    )
    write_picture(tmp_path / "small.png", stripes(0)[:90])
    for name, said in (
        ("none.png", "is not there"),
        ("text.png", "is not a picture"),
        ("cut.png", "is broken"),
        ("small.png", r"120x90 pixels. Each side needs at least 96, better 400"),
    ):
        with pytest.raises(PictureError, match=said):
            own_paintings([tmp_path / name], {})
