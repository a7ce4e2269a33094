from pathlib import Path

import pytest

from livestyle import choice
from livestyle.choice import open_painter, usable
from livestyle.errors import ModelError, SettingsError
from livestyle.providers import has_nvidia_driver, may_be_accelerated
from tests.livestyle.choosing import SLOW, precision
from tests.livestyle.tiny_painter import card, write_painter, write_variant

on_cpu = pytest.mark.skipif(may_be_accelerated("auto"), reason="there is a GPU here")
pytestmark = pytest.mark.usefixtures("races")


def test_a_painter_without_variants_is_what_it_is(plain: Path, cache: Path):
    painter = open_painter(plain, provider="cpu")
    assert (painter.path, painter.provider.label) == (plain, "CPU")
    assert painter.provider.notes == ()
    assert not cache.exists()


def test_the_faster_file_is_taken(plain: Path):
    write_variant(plain)
    painter = open_painter(plain, provider="cpu", threads=1)
    assert painter.path.name == "tiny.int8.onnx"
    assert painter.provider.label == "CPU int8"
    (note,) = painter.provider.notes
    assert note.startswith("ms a frame: float32 ")
    assert ", int8 " in note


def test_a_variant_that_is_slower_is_not_taken(tmp_path: Path, cache: Path):
    quick = write_painter(tmp_path / "tiny.onnx")
    write_variant(quick, products=SLOW)
    assert precision(quick) == "float32"


def test_the_choice_is_remembered(plain: Path, races: list[dict[str, float]]):
    write_variant(plain)
    first = open_painter(plain, provider="cpu", threads=1)
    again = open_painter(plain, provider="cpu", threads=1)
    assert len(races) == 1
    assert again.provider == first.provider
    assert again.path == first.path


def test_auto_leaves_a_variant_of_another_painter_alone(plain: Path):
    write_variant(plain)
    # As when somebody adds a style.
    write_painter(plain, card(("negative", "tinted", "faded")), products=SLOW)
    painter = open_painter(plain, provider="cpu", threads=1)
    assert painter.path == plain
    (note,) = painter.provider.notes
    assert note.startswith("tiny.int8.onnx is left alone: it lacks the style faded")


def test_auto_leaves_a_broken_variant_alone(plain: Path):
    variant = write_variant(plain)
    whole = variant.read_bytes()
    for data in (b"", b"garbage", whole[: len(whole) // 2]):
        variant.write_bytes(data)
        painter = open_painter(plain, provider="cpu", threads=1)
        assert painter.path == plain
        (note,) = painter.provider.notes
        assert note.startswith("tiny.int8.onnx is left alone: ")


def test_auto_does_without_a_variant_that_does_not_run(plain: Path):
    write_variant(plain, cut_rows=1)  # it is a painter until it is tried
    painter = open_painter(plain, provider="cpu", threads=1)
    assert painter.path == plain
    (note,) = painter.provider.notes
    assert note.startswith("int8: ")
    assert "gives (32, 39, 3)" in note


@on_cpu
def test_halves_are_not_for_a_cpu_unless_they_are_asked_for(plain: Path):
    write_variant(plain, "float16")
    painter = open_painter(plain, threads=1)
    assert painter.path == plain
    assert precision(plain, precision="float16") == "float16"


@on_cpu
def test_what_auto_says_of_providers_is_still_said(plain: Path):
    alone = open_painter(plain, threads=1).provider
    write_variant(plain)
    for _ in range(2):  # raced, then remembered
        chosen = open_painter(plain, threads=1).provider
        assert chosen.precision == "int8"
        assert chosen.notes[0].startswith("ms a frame")
        assert chosen.notes[1:] == alone.notes


def test_a_precision_by_name_is_taken_without_a_race(
    plain: Path, cache: Path, races: list[dict[str, float]]
):
    variant = write_variant(plain, products=2 * SLOW)
    assert precision(plain, precision="int8") == "int8"
    assert precision(plain, precision="float32") == "float32"
    assert precision(variant) == "int8"
    assert precision(variant, precision="int8") == "int8"
    assert races == []
    assert not cache.exists()


def test_a_precision_that_is_not_there_is_an_error_with_advice(plain: Path):
    with pytest.raises(
        ModelError,
        match=r"no .*tiny\.int8\.onnx of precision int8.*training variants tiny\.onnx",
    ):
        open_painter(plain, precision="int8")
    with pytest.raises(ModelError, match="there is no model"):
        open_painter(plain.with_name("gone.onnx"))
    with pytest.raises(SettingsError, match=r"no precision 'int4'.*auto, float32, fl"):
        open_painter(plain, precision="int4")


def test_a_variant_of_another_painter_is_refused_by_name(plain: Path):
    variant = write_variant(plain)
    write_painter(plain, card(("negative", "tinted", "faded")))
    with pytest.raises(
        ModelError, match=r"tiny\.int8\.onnx cannot be used: it lacks the style faded"
    ):
        open_painter(plain, precision="int8")
    with pytest.raises(ModelError, match=r"of precision int8, not float32.*--model"):
        open_painter(variant, precision="float32")


@pytest.mark.gpu
@pytest.mark.skipif(not has_nvidia_driver(), reason="there is no NVIDIA GPU here")
def test_a_gpu_takes_halves(plain: Path, races: list[dict[str, float]]):
    write_variant(plain)
    write_variant(plain, "float16")
    assert open_painter(plain).provider.label == "CUDA float16"
    assert races == []


def test_hardware_that_turns_out_not_to_be_there_leaves_the_choice_to_the_cpu(
    plain: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(choice, "may_be_accelerated", lambda wanted: True)
    write_variant(plain)
    write_variant(plain, "float16")
    painter = open_painter(plain, provider="cpu", threads=1)
    assert painter.provider.label == "CPU int8"
    assert painter.provider.notes[-1].startswith("ms a frame: ")


def test_where_halves_pay_they_are_taken_if_they_run(
    plain: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(choice, "HALF", ("cpu",))  # in the place of a GPU
    variant = write_variant(plain, "float16")
    notes: list[str] = []
    taken = choice._accelerated(usable(plain)[0], notes, "cpu", 1)
    assert (taken.path, notes) == (variant, [])
    write_variant(plain, "float16", cut_rows=1)
    taken = choice._accelerated(usable(plain)[0], notes, "cpu", 1)
    assert taken.path == plain
    assert notes[0].startswith("float16: ")
