import hashlib
from pathlib import Path

import pytest

from livestyle.choice import open_painter, usable
from livestyle.errors import ModelError, SettingsError
from livestyle.model import Painter
from tests.training.small_painter import card, write_small_painter
from tests.training.test_variants_graph import photos
from training.cli import main
from training.variants import gate, make
from training.variants.make import (
    GateError,
    Photographs,
    choose_photographs,
    make_variant,
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Speeds are compared as shortly as can be, and remembered nowhere else."""
    monkeypatch.setattr(make, "RACE", 0.0)
    monkeypatch.setattr(make, "SIZE", (96, 64))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return write_small_painter(folder / "small.onnx")


@pytest.fixture(scope="module")
def pictures() -> Photographs:
    return Photographs(photos(3), photos(5)[3:])


def files(small: Path) -> list[str]:
    return sorted(path.name for path in small.parent.iterdir())


def test_one_command_leaves_both_variants_beside_the_painter(
    small: Path, studio: Path, capsys: pytest.CaptureFixture[str]
):
    before = small.read_bytes()
    typed = ["variants", str(small), "--photos", str(studio / "photos")]
    assert main([*typed, "--calibrating", "4", "--judging", "2", "--threads", "1"]) == 0
    assert files(small) == ["small.float16.onnx", "small.int8.onnx", "small.onnx"]
    assert small.read_bytes() == before
    out = capsys.readouterr().out
    assert "small.float16.onnx: 0.1 MB, compared on 2 photographs" in out
    assert "in int8: " in out
    assert out.count("identity") == out.count("wavy") == out.count("dotted") == 2

    found, notes = usable(small)
    assert list(found) == ["float32", "float16", "int8"]
    assert notes == []
    sha256 = hashlib.sha256(before).hexdigest()
    for precision in ("float16", "int8"):
        about = found[precision]
        assert (about.precision, about.made_from) == (precision, sha256)
        assert about.card == card()
        painter = open_painter(small, provider="cpu", precision=precision)
        assert painter.provider.label == f"CPU {precision}"


def test_an_identity_that_nothing_is_painted_near_is_not_judged(tmp_path: Path):
    for loss, judged in ((0.001, True), (0.1, False)):
        path = tmp_path / f"{loss}.onnx"
        write_small_painter(path, about=card(identity=loss))
        styles = make.styles_of(Painter(path, provider="cpu"))
        assert (make.IDENTITY in styles) == judged
        assert set(styles) - {make.IDENTITY} == {"wavy", "dotted"}


def test_what_is_made_is_what_was_judged(small: Path, pictures: Photographs):
    plain = Painter(small, provider="cpu", threads=1)
    for precision in ("float16", "int8"):
        made = make_variant(small, precision, pictures, threads=1)
        variant = Painter(made.path, provider="cpu", threads=1)
        for name in ("wavy", "dotted"):
            style = plain.embedding(name)
            least = min(
                gate.psnr(plain.paint(photo, style), variant.paint(photo, style))
                for photo in pictures.judging
            )
            assert made.likeness[name].psnr == pytest.approx(least)
        assert set(made.likeness) == {"wavy", "dotted", "identity"}
    assert set(made.ms) == {"float32", "int8"}
    assert made.narrow.startswith("down to 1/")


def test_the_fastest_that_passes_is_left(
    small: Path, pictures: Photographs, monkeypatch: pytest.MonkeyPatch
):
    tried: list[str] = []

    def race(painters, pixels, budget):
        # The more of it is in 8 bits, the faster; so the last one is tried first.
        return {name: 100.0 - i for i, name in enumerate(painters)}

    def judge(plain, variant, photos, watch):
        tried.append(variant.path.name)
        seen = len(tried) < 2
        return {"wavy": gate.Likeness(30, 30, -5 if seen else 5, 0, 1, 0, 0, 1)}

    monkeypatch.setattr(make, "race", race)
    monkeypatch.setattr(make, "_judge", judge)
    made = make_variant(small, "int8", pictures)
    assert len(tried) == 2
    assert made.narrow == "down to 1/2 without 1x1"
    assert made.ms == {"float32": 100.0, "int8": 96.0}
    assert files(small) == ["small.int8.onnx", "small.onnx"]


@pytest.mark.parametrize(
    ("precision", "bound", "value", "said"),
    [
        ("float16", "QUIET", 200.0, r"float16 changes what wavy looks like .*200 are"),
        ("int8", "SHADE", -100.0, r"int8 changes what \w+ looks like .*, and 2 more"),
    ],
)
def test_a_variant_that_does_not_pass_is_not_left(
    small: Path,
    pictures: Photographs,
    monkeypatch: pytest.MonkeyPatch,
    precision: str,
    bound: str,
    value: float,
    said: str,
):
    older = small.with_name(f"small.{precision}.onnx")
    monkeypatch.setattr(gate, bound, value)
    with pytest.raises(GateError, match=said):
        make_variant(small, precision, pictures)
    assert files(small) == ["small.onnx"]
    older.write_bytes(b"an older one")
    with pytest.raises(GateError):
        make_variant(small, precision, pictures)
    assert older.read_bytes() == b"an older one"


def test_one_that_fails_does_not_keep_the_other_from_being_made(
    small: Path,
    studio: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    differs = "100.0 dB missing"
    monkeypatch.setattr(gate.Likeness, "differs", lambda likeness: differs)
    typed = ["variants", str(small), "--photos", str(studio / "photos")]
    assert main([*typed, "--calibrating", "2", "--judging", "1"]) == 1
    err = capsys.readouterr().err.splitlines()[-1]
    assert f"training: float16 changes what wavy looks like ({differs})" in err
    assert files(small) == ["small.int8.onnx", "small.onnx"]


def test_a_variant_is_made_of_the_float32_file_alone(
    small: Path, pictures: Photographs
):
    made = make_variant(small, "float16", pictures).path
    renamed = small.with_name("other.onnx")
    renamed.write_bytes(made.read_bytes())
    made.write_bytes(small.read_bytes())
    for path in (made, renamed):  # by its name, by its words
        with pytest.raises(SettingsError, match="is a variant itself"):
            make_variant(path, "int8", pictures)
    with pytest.raises(SettingsError, match=r"no variant 'float32'.*float16, int8"):
        make_variant(small, "float32", pictures)
    with pytest.raises(ModelError, match="there is no model"):
        make_variant(small.with_name("gone.onnx"), "int8", pictures)


def test_a_painter_without_convolutions_has_no_int8(
    tmp_path: Path, pictures: Photographs
):
    from tests.livestyle.tiny_painter import write_painter

    tiny = write_painter(tmp_path / "tiny.onnx")
    with pytest.raises(GateError, match="no convolution that 8 bits are for"):
        make_variant(tiny, "int8", pictures)


def test_photographs_are_taken_from_all_over_a_folder(studio: Path):
    found = choose_photographs(studio / "photos", 6, 2)
    assert (len(found.calibrating), len(found.judging)) == (6, 2)
    shapes = {photo.shape for photo in (*found.calibrating, *found.judging)}
    assert shapes == {(make.SIDE, make.SIDE, 3)}
    seen = {photo.tobytes() for photo in found.calibrating}
    assert not seen & {photo.tobytes() for photo in found.judging}


def test_a_folder_without_photographs_is_an_error(tmp_path: Path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(SettingsError, match=r"cannot be read.*Check the folder"):
        choose_photographs(tmp_path, 2, 2)
    with pytest.raises(SettingsError, match="there is no folder"):
        choose_photographs(tmp_path / "gone", 2, 2)


def test_photographs_that_are_judged_by_are_told_by_number(
    small: Path, studio: Path, capsys: pytest.CaptureFixture[str]
):
    for words in (["--judging", "0"], ["--calibrating", "x"], ["--precision", "int4"]):
        with pytest.raises(SystemExit):
            main(["variants", str(small), "--photos", str(studio), *words])
    assert "write a number from 1 up" in capsys.readouterr().err


def test_what_is_being_done_is_told(small: Path, pictures: Photographs):
    told: list[str] = []
    make_variant(
        small, "int8", pictures, watch=lambda what, done, of: told.append(what)
    )
    assert list(dict.fromkeys(told))[:3] == [
        "calibrating",
        "comparing speeds",
        "judging wavy",
    ]
