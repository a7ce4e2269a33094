from collections.abc import Callable
from pathlib import Path

import pytest

from livestyle.choice import open_painter, usable
from livestyle.remembered import recall
from tests.livestyle.choosing import SLOW, precision
from tests.livestyle.tiny_painter import write_painter, write_variant

pytestmark = pytest.mark.usefixtures("races")


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
        "[" * 5_000,
        f'{{"ms": {{"float32": 1{"0" * 400}, "int8": 1}}}}',
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
