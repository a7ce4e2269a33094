"""Models and disks of the doctor."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from livestyle import bank
from livestyle.doctor.disk import check_cache, check_recordings
from livestyle.doctor.finding import Finding
from livestyle.doctor.painters import check_painters
from tests.livestyle.tiny_painter import write_painter

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux's own ways")


def only(found: Iterable[Finding]) -> Finding:
    (one,) = found
    return one


def test_the_painters_that_come_along_open_and_paint():
    found = list(check_painters())
    assert [f.check for f in found] == [f"model {name}" for name in bank.shipped()]
    for finding in found:
        assert finding.status == "ok"
        assert finding.figures["first_frame_ms"] > 0
        assert f"{len(finding.figures['styles'])} styles" in finding.text


def test_painters_that_are_broken_hide_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "broken.onnx").write_bytes(b"garbage")
    write_painter(tmp_path / "cardless.onnx", "")
    write_painter(tmp_path / "tiny.onnx")
    monkeypatch.setattr(bank, "FOLDERS", (tmp_path,))
    broken, cardless, tiny = check_painters()
    assert (broken.status, cardless.status, tiny.status) == ("error", "error", "ok")
    assert "no ONNX model" in broken.text
    assert "no livestyle card" in cardless.text
    assert "fresh copy" in broken.fix


def test_an_installation_without_painters_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bank, "FOLDERS", (tmp_path,))
    found = only(check_painters())
    assert found.status == "error"
    assert "install --force-reinstall" in found.fix


def test_a_folder_is_written_to_and_left_as_it_was(tmp_path: Path):
    found = only(check_recordings(tmp_path / "not" / "yet" / "there"))
    assert found.status in ("ok", "warning")  # with little room left
    assert found.figures["free_gb"] >= 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_an_error(tmp_path: Path):
    (tmp_path / "takes").write_text("precious")
    found = only(check_recordings(tmp_path / "takes"))
    assert found.status == "error"
    assert "not a folder" in found.text
    assert (tmp_path / "takes").read_text() == "precious"


@only_linux
def test_a_place_where_nothing_can_be_written_is_an_error():
    found = only(check_recordings(Path("/proc/livestyle")))
    assert found.status == "error"
    assert "cannot write '/proc/livestyle'" in found.text


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB, which only root may make."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_an_error_and_nothing_stays_on_it(full_disk: Path):
    found = only(check_recordings(full_disk))
    assert found.status == "error"
    assert "the disk is full" in found.text
    assert "Free some space" in found.fix
    assert list(full_disk.iterdir()) == []


def test_a_disk_that_is_nearly_full_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from livestyle.doctor import disk

    monkeypatch.setattr(disk, "LITTLE", 10**18)
    found = only(check_recordings(tmp_path))
    assert found.status == "warning"
    assert "Free some space" in found.fix


def test_a_cache_that_cannot_be_written_is_only_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert str(tmp_path / "cache" / "livestyle") in only(check_cache()).text
    (tmp_path / "cache").write_text("")
    assert only(check_cache()).status == "warning"
