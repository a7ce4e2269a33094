from dataclasses import replace
from pathlib import Path

import pytest

from livestyle.errors import ModelError
from livestyle.model import Painter, read_about
from livestyle.variants import (
    About,
    from_metadata,
    named_precision,
    to_metadata,
    variant_path,
    variants_of,
    why_not,
)
from tests.livestyle.tiny_painter import card, style, write_painter, write_variant


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return write_painter(tmp_path / "tiny.onnx")


@pytest.mark.parametrize(
    ("name", "precision"),
    [
        ("tiny.onnx", "float32"),
        ("tiny.int8.onnx", "int8"),
        ("my.own.float16.onnx", "float16"),
        ("tiny.float32.onnx", "float32"),  # no variant: that is what plain files are
        ("int8.onnx", "float32"),
        ("tiny.int8", "float32"),
        ("tiny.int4.onnx", "float32"),
    ],
)
def test_the_name_of_a_variant_ends_in_its_precision(name: str, precision: str):
    assert named_precision(Path("models") / name) == precision


def test_variants_lie_beside_the_painter(plain: Path):
    assert variants_of(plain) == {}
    variant = write_variant(plain)
    assert variant == plain.parent / "tiny.int8.onnx" == variant_path(plain, "int8")
    assert variants_of(plain) == {"int8": variant}
    assert variants_of(variant) == {}


def test_a_variant_says_what_it_is_and_a_plain_painter_nothing(plain: Path):
    about, origin = read_about(write_variant(plain)), read_about(plain)
    assert (about.precision, about.made_from) == ("int8", origin.sha256)
    assert (origin.precision, origin.made_from) == ("float32", "")
    assert about.card == origin.card == card()
    assert about.sha256 != origin.sha256
    assert why_not(about, origin) == ""


def test_reading_about_a_painter_is_what_opening_it_finds(plain: Path):
    for path in (plain, write_variant(plain)):
        painter = Painter(path, provider="cpu")
        assert painter.about == read_about(path)
        assert painter.provider.precision == painter.about.precision
    assert painter.provider.label == "CPU int8"


def test_a_file_that_is_none_cannot_be_read_about(tmp_path: Path):
    for data, said in ((b"", "no ONNX model"), (b"garbage", "no ONNX model")):
        (tmp_path / "tiny.onnx").write_bytes(data)
        with pytest.raises(ModelError, match=rf"tiny\.onnx cannot be used.*{said}"):
            read_about(tmp_path / "tiny.onnx")
    with pytest.raises(ModelError, match="no livestyle card"):
        read_about(write_painter(tmp_path / "tiny.onnx", ""))


def test_words_of_the_metadata_go_there_and_back():
    assert from_metadata(to_metadata("int8", "abc")) == ("int8", "abc")
    assert from_metadata({}) == ("float32", "")
    with pytest.raises(ModelError, match="precision is 'int4'"):
        from_metadata(to_metadata("int4", "abc"))


def test_why_a_file_is_no_variant_of_a_painter():
    plain = About(Path("tiny.onnx"), card(), "abc")
    good = About(Path("tiny.int8.onnx"), card(), "def", "int8", "abc")
    negative, tinted = card().styles
    fewer = replace(card(), styles=(negative,))
    more = replace(card(), styles=(negative, tinted, style("third")))
    moved = replace(card(), styles=(replace(negative, embedding=(0.5, 0)), tinted))
    cases = [
        (good, ""),
        (replace(good, precision="float32"), "says of itself that it is float32"),
        (replace(good, card=fewer), "lacks the style tinted that is in tiny.onnx"),
        (replace(good, card=more), "has the style third that is not in tiny.onnx"),
        (replace(good, card=moved), "embedding of negative is not as in tiny.onnx"),
        (replace(good, card=replace(card(), author="X")), "card is not as in"),
        (replace(good, made_from="xyz"), "made from another file than this tiny.onnx"),
    ]
    for variant, reason in cases:
        assert why_not(variant, plain) == reason or reason in why_not(variant, plain)
        assert bool(why_not(variant, plain)) == bool(reason)
