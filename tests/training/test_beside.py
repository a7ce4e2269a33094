from pathlib import Path

import pytest

from livestyle.model import Painter
from tests.livestyle.tiny_painter import card, write_painter, write_variant
from tests.training.test_variants_graph import photos
from training.evaluation.beside import Variant, as_section, compare_variants


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return write_painter(tmp_path / "tiny.onnx", products=1)


def compared(path: Path, rounds: int = 1) -> dict[str, Variant]:
    painter = Painter(path, provider="cpu", threads=1)
    found = compare_variants(painter, photos(2), 1, (64, 48), rounds)
    return {variant.precision: variant for variant in found}


def test_a_painter_alone_has_nothing_beside_it(plain: Path):
    assert compared(plain) == {}


def test_variants_are_compared_in_every_style_and_for_speed(plain: Path):
    write_variant(plain)
    write_variant(plain, "float16")
    found = compared(plain)
    eight = found["int8"]
    # A tiny variant paints the same, without what the painter does in vain.
    assert eight.psnr == {"negative": 99, "tinted": 99, "identity": 99}
    assert (eight.file, eight.why) == ("tiny.int8.onnx", "")
    assert eight.megabytes == plain.with_name("tiny.int8.onnx").stat().st_size / 1e6
    assert eight.times is not None
    assert eight.painter is not None
    assert eight.times.min_ms < eight.painter.min_ms
    # A CPU says nothing about how fast halves are.
    assert found["float16"].times is None
    assert compared(plain, rounds=0)["int8"].times is None


def test_a_variant_that_paints_otherwise_has_a_lower_psnr(plain: Path):
    write_variant(plain, step=64)
    found = compared(plain)["int8"].psnr
    assert max(found.values()) < 30


def test_a_file_that_is_no_variant_is_told_with_the_reason(plain: Path):
    variant = write_variant(plain)
    write_painter(plain, card(("negative",)))
    (found,) = compared(plain).values()
    assert "has the style tinted that is not in tiny.onnx" in found.why
    assert found.psnr == {}
    variant.write_bytes(b"garbage")
    (found,) = compared(plain).values()
    assert "no ONNX model" in found.why
    said = as_section([found])
    assert "`tiny.int8.onnx` is no variant: " in said
    assert "PSNR" not in said


def test_the_page_has_a_row_for_each_variant(plain: Path):
    write_variant(plain)
    write_variant(plain, "float16")
    lines = as_section(list(compared(plain).values())).splitlines()
    heads = "| file | MB | ms (float32 in turns) | negative | tinted | identity |"
    assert heads in lines
    halves, eights = lines[lines.index(heads) + 2 :]
    assert halves.startswith("| tiny.float16.onnx | 0.00 | not measured | 99.0 |")
    assert eights.startswith("| tiny.int8.onnx | 0.00 | ")
