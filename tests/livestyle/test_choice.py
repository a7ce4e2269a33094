from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from livestyle import choice
from livestyle.choice import open_painter, usable
from livestyle.errors import ModelError, SettingsError
from livestyle.model import Painter
from livestyle.providers import has_nvidia_driver, may_be_accelerated
from livestyle.remembered import recall
from livestyle.trial import frame, race
from tests.livestyle.tiny_painter import card, write_painter, write_variant

SLOW = 1  # products of matrices: milliseconds, where without them it is none
on_cpu = pytest.mark.skipif(may_be_accelerated("auto"), reason="there is a GPU here")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what is remembered, empty and not there yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "livestyle" / "precision"


@pytest.fixture
def plain(tmp_path: Path, cache: Path) -> Path:
    """A slow painter in float32."""
    return write_painter(tmp_path / "tiny.onnx", products=SLOW)


@pytest.fixture(autouse=True)
def races(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, float]]:
    """What every race found that was held; they are as short as they can be."""
    held: list[dict[str, float]] = []

    def watched(painters: Mapping[str, Painter]) -> dict[str, float]:
        held.append(race(painters, frame(64, 48), budget=0))
        return held[-1]

    monkeypatch.setattr(choice, "trial", watched)
    return held


def precision(path: Path, **options) -> str:
    """What is chosen, once it has shown that it paints."""
    painter = open_painter(path, provider="cpu", threads=1, **options)
    picture = np.arange(64 * 48 * 3, dtype=np.uint8).reshape(48, 64, 3)
    painted = painter.paint(picture, painter.embedding("negative"))
    assert (painted == 255 - picture).all()
    return painter.provider.precision


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


def change_threads(plain: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    return 2


def change_processor(plain: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("livestyle.remembered.cpu_name", lambda: "Abacus 3000")
    return 1


def change_runtime(plain: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("onnxruntime.__version__", "99.0")
    return 1


def change_variant(plain: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    write_variant(plain, products=2 * SLOW)
    return 1


def change_painter(plain: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    write_painter(plain, products=2 * SLOW)
    write_variant(plain)
    return 1


@pytest.mark.parametrize(
    "change",
    [
        change_threads,
        change_processor,
        change_runtime,
        change_variant,
        change_painter,
    ],
)
def test_what_decides_the_speed_is_raced_anew(
    plain: Path,
    races: list[dict[str, float]],
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Path, pytest.MonkeyPatch], int],
):
    write_variant(plain)
    open_painter(plain, provider="cpu", threads=1)
    threads = change(plain, monkeypatch)
    open_painter(plain, provider="cpu", threads=threads)
    assert len(races) == 2


def test_what_is_broken_in_the_cache_is_as_if_it_were_not_there(
    plain: Path, cache: Path, races: list[dict[str, float]]
):
    write_variant(plain)
    open_painter(plain, provider="cpu", threads=1)
    files = usable(plain)[0].values()
    (kept,) = cache.iterdir()
    assert recall(files, 1) == races[0]
    texts = [
        "",
        "{",
        "[]",
        "null",
        '{"ms": 3}',
        '{"ms": {"float32": 1}}',
        "\0" * 99_999,
    ]
    for number in ('"x"', "-1", "0", "NaN", "Infinity", "[]"):
        texts.append(f'{{"ms": {{"float32": {number}, "int8": 1}}}}')
    for text in texts:
        kept.write_text(text)
        assert recall(files, 1) is None
    kept.write_bytes(b"\xff\xfe")
    assert recall(files, 1) is None
    assert precision(plain) == "int8"
    assert len(races) == 2
    # And it is whole again.
    assert recall(files, 1) == races[1]


def test_a_cache_that_cannot_be_written_is_no_error(plain: Path, cache: Path):
    write_variant(plain)
    for place in (cache.parent.parent, cache.parent, cache):
        place.write_text("in the way")
        assert precision(plain) == "int8"
        assert place.read_text() == "in the way"
        place.unlink()
        place.mkdir()


def test_someone_without_a_home_has_no_cache_and_no_error(
    plain: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
):
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    write_variant(plain)
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    assert precision(plain) == "int8"


def test_nothing_is_remembered_of_files_that_were_never_raced(plain: Path):
    write_variant(plain)
    files, notes = usable(plain)
    assert notes == []
    assert list(files) == ["float32", "int8"]
    assert recall(files.values(), 1) is None


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
