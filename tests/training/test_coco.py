from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import astuple, replace
from pathlib import Path

import pytest

from livestyle.errors import OutputError, SourceError
from tests.training.web import Site, serving
from tests.training.zips import archive_of, jpeg, tiny_zip
from training.cli import main
from training.coco import SPLITS, Archive, Progress, fetch
from training.data import find_pictures
from training.download import Patience
from training.reading import read_rgb

ROOT = Path(__file__).parents[2]
HASTY = Patience(attempts=3, pause=0.01, longest=0.02, silence=5)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def packed(tmp_path: Path) -> bytes:
    return tiny_zip(tmp_path / "packed.zip").read_bytes()


@pytest.fixture
def archive(packed: bytes, tmp_path: Path) -> Archive:
    return archive_of(tmp_path / "packed.zip")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_coco_publishes():
    # 118,287 photographs of 163 kB; 5,000 of the same size.
    for split in SPLITS.values():
        assert 160_000 < split.size / split.pictures < 166_000
        assert split.url.endswith(f"/{split.name}.zip")
        assert len(bytes.fromhex(split.sha256)) == 32


def test_an_archive_becomes_a_folder_that_fit_takes(
    packed: bytes, archive: Archive, folder: Path
):
    said: list[Progress] = []
    with serving(Site(packed, drops=[9_000, 4_000])) as site:
        found = fetch(archive, folder, url=site.url, report=said.append, patience=HASTY)
    assert len(site.seen) == 3
    assert found == folder / "tiny"
    assert len(find_pictures(found)) == 5
    assert all(read_rgb(path) is not None for path in find_pictures(found))
    assert names(folder) == ["tiny"]
    stages = list(dict.fromkeys(progress.stage for progress in said))
    assert stages == ["downloading", "checking", "unpacking"]
    for stage in stages:
        last = [progress for progress in said if progress.stage == stage][-1]
        assert last.done == last.total


def test_a_damaged_archive_is_named_and_nothing_of_it_stays(
    packed: bytes, archive: Archive, folder: Path
):
    at = packed.index(jpeg(2)) + 50
    damaged = packed[:at] + bytes([packed[at] ^ 1]) + packed[at + 1 :]
    with serving(Site(damaged)) as site:
        with pytest.raises(
            SourceError, match=r"damaged: its SHA-256 is \w+, not .*mir"
        ):
            fetch(archive, folder, url=site.url, patience=HASTY)
        assert names(folder) == []
        # Nothing bad is gone on with.
        site.data = packed
        fetch(archive, folder, url=site.url, patience=HASTY)
    assert site.seen == ["", ""]
    assert names(folder) == ["tiny"]


def test_what_is_half_done_has_no_final_name_and_is_gone_on_with(
    packed: bytes, archive: Archive, folder: Path
):
    with serving(Site(packed, drops=[9_000] + [0] * 9)) as site:
        with pytest.raises(SourceError, match="goes on at 9,000"):
            fetch(archive, folder, url=site.url, patience=HASTY)
        assert names(folder) == ["tiny.zip.part", "tiny.zip.part.json"]
        site.drops.clear()
        fetch(archive, folder, url=site.url, patience=HASTY)
    assert site.seen[-1] == "bytes=9000-"
    assert names(folder) == ["tiny"]


def test_a_stop_while_unpacking_is_gone_on_with_and_downloads_nothing(
    packed: bytes, archive: Archive, folder: Path
):
    def stop(progress: Progress) -> None:
        if progress.stage == "unpacking" and progress.done == 3:
            raise KeyboardInterrupt

    with serving(Site(packed)) as site:
        with pytest.raises(KeyboardInterrupt):
            fetch(archive, folder, url=site.url, report=stop)
        assert "tiny" not in names(folder)
        assert len(names(folder / "tiny.part")) == 3
        fetch(archive, folder, url=site.url)
    assert len(site.seen) == 1
    assert names(folder) == ["tiny"]
    assert len(names(folder / "tiny")) == 5


def test_what_is_there_is_not_fetched_again(
    packed: bytes, archive: Archive, folder: Path
):
    with serving(Site(packed)) as site:
        for _ in range(2):
            fetch(archive, folder, url=site.url)
    assert len(site.seen) == 1


def test_a_folder_with_other_pictures_is_left_alone(archive: Path, folder: Path):
    mine = folder / "tiny" / "mine.jpg"
    mine.parent.mkdir(parents=True)
    mine.touch()
    with pytest.raises(
        OutputError, match=r"with 1 pictures instead of 5\. Move it away"
    ):
        fetch(archive, folder)
    assert names(folder) == ["tiny"]
    assert mine.exists()


def test_the_archive_stays_for_those_who_want_it(
    packed: bytes, archive: Archive, folder: Path
):
    with serving(Site(packed)) as site:
        fetch(archive, folder, url=site.url, keep=True)
    assert names(folder) == ["tiny", "tiny.zip"]
    assert (folder / "tiny.zip").read_bytes() == packed


def test_an_archive_that_is_there_is_used_and_kept(
    packed: bytes, archive: Archive, folder: Path
):
    folder.mkdir()
    (folder / "tiny.zip").write_bytes(packed)
    # The address in `archive` leads nowhere.
    fetch(archive, folder)
    assert names(folder) == ["tiny", "tiny.zip"]


@pytest.mark.parametrize("change", [b"", b"more"])
def test_another_archive_of_that_name_is_neither_used_nor_touched(
    packed: bytes, archive: Archive, folder: Path, change: bytes
):
    other = packed + change if change else bytes(len(packed))
    folder.mkdir()
    (folder / "tiny.zip").write_bytes(other)
    with pytest.raises(SourceError, match=r"tiny\.zip .* Move it away or delete it"):
        fetch(archive, folder)
    assert (folder / "tiny.zip").read_bytes() == other
    assert names(folder) == ["tiny.zip"]


def test_a_disk_without_room_is_said_before_anything_is_fetched(
    packed: bytes, archive: Archive, folder: Path
):
    with (
        serving(Site(packed)) as site,
        pytest.raises(OutputError, match=r"tiny with its archive needs [\d,]+.0 GB"),
    ):
        fetch(replace(archive, size=10**18), folder, url=site.url)
    assert site.seen == []
    assert not folder.exists()


@pytest.fixture
def published(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """The small archive in the place of COCO's."""
    monkeypatch.setitem(SPLITS, "val2017", archive)
    return archive


def coco_arguments(folder: Path, *more: str) -> list[str]:
    return ["data", "coco", "--split", "val2017", "-o", str(folder), *more]


def test_the_command_fetches_and_says_what_comes_next(
    packed: bytes, published: Archive, folder: Path, capsys: pytest.CaptureFixture[str]
):
    with serving(Site(packed, drops=[9_000])) as site:
        mirror = site.url.removesuffix("/tiny.zip")
        assert main(coco_arguments(folder, "--url", mirror)) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == f"{folder / 'tiny'}: 5 photographs"
    assert f"fit RECIPE --data {folder / 'tiny'}" in out
    for shown in ("downloading", "the connection dropped; again", "unpacking: 100%"):
        assert shown in err
    assert names(folder) == ["tiny"]


def test_the_mirror_comes_from_the_environment_as_well(
    packed: bytes, published: Archive, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    with serving(Site(packed)) as site:
        monkeypatch.setenv("LIVESTYLE_COCO_URL", site.url)
        assert main(coco_arguments(folder, "--keep-archive")) == 0
    assert names(folder) == ["tiny", "tiny.zip"]


def test_errors_of_the_command_are_one_sentence(
    packed: bytes, published: Archive, folder: Path, capsys: pytest.CaptureFixture[str]
):
    with serving(Site(packed, answers=[404])) as site:
        assert main(coco_arguments(folder, "--url", site.url)) == 1
    (said,) = [s for s in capsys.readouterr().err.splitlines() if "training: " in s]
    assert said.endswith(
        "answers 404 Not Found. Check the address, or take a mirror with --url."
    )
    assert not folder.exists()


PROGRAM = """
import ast, sys
from training.cli import main
from training.coco import SPLITS, Archive
SPLITS["val2017"] = Archive(*ast.literal_eval(sys.argv[1]))
sys.exit(main(sys.argv[2:]))
"""


def test_ctrl_c_tells_how_to_go_on(packed: bytes, archive: Archive, folder: Path):
    with serving(Site(packed, drops=[9_000], stall=30)) as site:
        arguments = coco_arguments(folder, "--url", site.url)
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM, repr(astuple(archive)), *arguments],
            cwd=ROOT,
            stderr=subprocess.PIPE,
        ) as process:
            part = folder / "tiny.zip.part"
            while process.poll() is None and not (
                part.exists() and part.stat().st_size == 9_000
            ):
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            said = process.stderr.read().decode()
        assert process.returncode == 130, said
    assert "the same command goes on from here\ntraining: stopped\n" in said
    assert "Traceback" not in said
    assert part.stat().st_size == 9_000
