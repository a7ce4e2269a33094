from pathlib import Path

import pytest

from livestyle import bank
from livestyle.bank import find, shipped
from livestyle.errors import ModelError
from tests.livestyle.tiny_painter import write_painter, write_variant


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation whose folders for painters hold none yet."""
    folders = (tmp_path / "package" / "models", tmp_path / "models")
    for folder in folders:
        folder.mkdir(parents=True)
    monkeypatch.setattr(bank, "FOLDERS", folders)
    return tmp_path


def test_a_painter_comes_along():
    assert bank.DEFAULT in shipped()
    assert find() == shipped()[bank.DEFAULT]
    assert find(bank.DEFAULT) == find()


def test_a_path_is_taken_as_it_is(tmp_path: Path):
    path = write_painter(tmp_path / "tiny.onnx")
    assert find(path) == find(str(path)) == path
    assert find(tmp_path / "gone.onnx") == tmp_path / "gone.onnx"
    other = path.rename(tmp_path / "painter.bin")
    assert find(other) == other


def test_a_painter_in_the_package_goes_before_those_beside_it(empty: Path):
    beside = write_painter(empty / "models" / "other.onnx")
    assert find() == beside
    inside = write_painter(empty / "package" / "models" / "tiny.onnx")
    assert find() == find("tiny") == inside


def test_the_default_goes_before_the_alphabet(empty: Path):
    write_painter(empty / "models" / "abc.onnx")
    default = write_painter(empty / "models" / f"{bank.DEFAULT}.onnx")
    assert find() == default


def test_a_folder_of_the_name_does_not_hide_a_painter_that_comes_along(
    empty: Path, monkeypatch: pytest.MonkeyPatch
):
    path = write_painter(empty / "models" / "tiny.onnx")
    monkeypatch.chdir(empty)
    Path("tiny").mkdir()
    assert find("tiny") == path


def test_an_unknown_name_lists_the_known_ones(empty: Path):
    write_painter(empty / "models" / "tiny.onnx")
    with pytest.raises(ModelError, match=r"no model 'tinny'.*file, or one of tiny"):
        find("tinny")


def test_an_installation_without_painters_says_so(empty: Path):
    with pytest.raises(ModelError, match=r"has no painter.*Install livestyle again"):
        find()
    with pytest.raises(ModelError, match="or one of none"):
        find("great-wave")


def test_a_variant_is_no_painter_of_its_own(empty: Path):
    path = write_painter(empty / "models" / "tiny.onnx")
    variant = write_variant(path)
    write_variant(path, "float16")
    assert shipped() == {"tiny": path}
    assert find() == path
    with pytest.raises(ModelError, match=r"no model 'tiny\.int8'.*one of tiny"):
        find("tiny.int8")
    assert find(variant) == variant
