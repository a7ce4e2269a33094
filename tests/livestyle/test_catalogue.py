"""One list of styles out of several painters."""

from pathlib import Path

import pytest

from livestyle import catalogue as catalogues
from livestyle.catalogue import Catalogue, key_of
from livestyle.contract import MAX_NAME, is_style_name
from livestyle.variants import About
from tests.livestyle.tiny_painter import NINE, card


def about(file: str, *names: str, sha256: str = "") -> About:
    return About(Path(file), card(names), sha256 or file)


HOME = about("home.onnx", "negative", "tinted")


def test_the_painter_that_is_always_there_comes_first():
    catalogue = Catalogue(HOME)
    assert catalogue.names == ("negative", "tinted")
    catalogue.fill([about("a.onnx", "faded"), about("b.onnx", "dim", "pale")])
    assert catalogue.names == ("negative", "tinted", "faded", "dim", "pale")
    assert catalogue["dim"].painter.path == Path("b.onnx")
    catalogue.fill([about("b.onnx", "dim", "pale")])
    assert catalogue.names == ("negative", "tinted", "dim", "pale")


def test_a_name_that_is_taken_has_the_files_before_it_and_keeps_it():
    first, second = about("a.onnx", "negative"), about("My A!.onnx", "negative")
    third = about("x/a.onnx", "negative")
    catalogue = Catalogue(HOME)
    catalogue.fill([first, second, third])
    wanted = ("negative", "tinted", "a-negative", "my-a-negative", "a-negative-2")
    assert catalogue.names == wanted
    assert catalogue.of(key_of(third)) == {"a-negative-2": "negative"}
    catalogue.fill([third])
    assert catalogue.names == ("negative", "tinted", "a-negative-2")


def test_names_stay_names_however_long_they_are():
    long = "x" * MAX_NAME
    others = [
        About(Path(f"{folder}/{'y' * 90}.onnx"), card(["negative"]), folder)
        for folder in "abc"
    ]
    catalogue = Catalogue(About(Path(f"{long}.onnx"), card(["negative"]), ""))
    catalogue.fill(others)
    assert len(catalogue.names) == 4
    assert all(map(is_style_name, catalogue.names))


def test_what_is_painted_stays_in_the_list_though_its_file_is_gone():
    catalogue = Catalogue(HOME)
    catalogue.fill([about("a.onnx", "dim", "pale")])
    catalogue.fill([], keep="pale")
    assert catalogue.names == ("negative", "tinted", "pale")
    catalogue.fill([], keep="negative")
    assert catalogue.names == ("negative", "tinted")


def test_a_newer_file_of_the_same_name_takes_the_place_of_the_old_one():
    catalogue = Catalogue(HOME)
    catalogue.fill([about("a.onnx", "dim", sha256="old")])
    catalogue.fill([about("a.onnx", "dim", sha256="new")], keep="dim")
    assert catalogue.names == ("negative", "tinted", "dim")
    assert catalogue["dim"].painter.sha256 == "new"


def test_a_list_is_no_longer_than_a_person_can_step_through(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(catalogues, "MAX_STYLES", 4)
    catalogue = Catalogue(HOME)
    catalogue.fill([about("a.onnx", *list(NINE)[2:])])
    assert catalogue.names == ("negative", "tinted", "faded", "half-tinted")
