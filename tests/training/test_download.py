from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from livestyle.errors import OutputError, SettingsError, SourceError
from tests.training.web import Site, serving
from training.checksum import sha256
from training.download import Patience, download

ROOT = Path(__file__).parents[2]
DATA = hashlib.shake_256(b"a file").digest(50_000)
HASTY = Patience(attempts=4, pause=0.01, longest=0.05, silence=5)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "tiny.zip.part"


def test_a_file_arrives_whole_and_is_counted_on_the_way(path: Path):
    said: list[int] = []
    with serving(Site(DATA, pace=0.001)) as site:
        download(site.url, path, len(DATA), lambda done, _: said.append(done), HASTY)
    assert path.read_bytes() == DATA
    assert said == sorted(said)
    assert len(said) > 2
    assert said[-1] == len(DATA)


def test_a_connection_that_drops_is_gone_on_with_from_the_last_byte(path: Path):
    notes: list[str] = []
    with serving(Site(DATA, drops=[12_000, 9_000, 0])) as site:
        download(site.url, path, len(DATA), lambda _, n: notes.append(n), HASTY)
    assert path.read_bytes() == DATA
    assert site.seen == ["", "bytes=12000-", "bytes=21000-", "bytes=21000-"]
    assert "the connection dropped; again in 0 s" in notes


def test_a_later_run_goes_on_with_what_an_earlier_one_left(path: Path):
    with serving(Site(DATA, drops=[12_000] + [0] * 9)) as site:
        with pytest.raises(SourceError, match=r"goes on at 12,000 of 50,000 bytes"):
            download(site.url, path, len(DATA), patience=HASTY)
        site.drops.clear()
        site.seen.clear()
        download(site.url, path, len(DATA), patience=HASTY)
    assert site.seen == ["bytes=12000-"]
    assert path.read_bytes() == DATA


def test_it_gives_up_after_so_many_attempts_without_a_byte(path: Path):
    with (
        serving(Site(DATA, drops=[0] * 99)) as site,
        pytest.raises(SourceError, match=r"does not deliver \(the connection dr"),
    ):
        download(site.url, path, len(DATA), patience=HASTY)
    assert len(site.seen) == HASTY.attempts


def test_as_long_as_bytes_come_it_does_not_give_up(path: Path):
    with serving(Site(DATA, drops=[4_000] * 12)) as site:
        download(site.url, path, len(DATA), patience=HASTY)
    assert path.read_bytes() == DATA
    assert len(site.seen) == 13


def test_pauses_double_up_to_the_longest(path: Path):
    patience = Patience(attempts=5, pause=0.04, longest=0.1)
    begun = time.monotonic()
    with serving(Site(DATA, drops=[0] * 99)) as site, pytest.raises(SourceError):
        download(site.url, path, len(DATA), patience=patience)
    # 0.04 + 0.08 + 0.1 + 0.1; none behind the last attempt.
    assert 0.32 <= time.monotonic() - begun < 5


def test_a_server_without_ranges_sends_it_all_again(path: Path):
    with serving(Site(DATA, drops=[12_000], ranges=False)) as site:
        download(site.url, path, len(DATA), patience=HASTY)
    assert site.seen == ["", "bytes=12000-"]
    assert path.read_bytes() == DATA


@pytest.mark.parametrize("if_range", [True, False])
@pytest.mark.parametrize("named", ["etag", "modified"])
def test_a_file_that_has_changed_is_begun_anew(path: Path, named: str, if_range: bool):
    names = {"etag": "", "modified": ""}
    old, new = bytes(len(DATA)), DATA
    with serving(Site(old, drops=[12_000] + [0] * 9, **names)) as site:
        setattr(site, named, '"old"')
        with pytest.raises(SourceError):
            download(site.url, path, len(DATA), patience=HASTY)
        site.data, site.drops, site.if_range = new, [], if_range
        setattr(site, named, '"new"')
        site.seen.clear()
        download(site.url, path, len(DATA), patience=HASTY)
    assert path.read_bytes() == new
    # A server that heeds If-Range needs one request.
    assert site.seen == (["bytes=12000-"] if if_range else ["bytes=12000-", ""])


@pytest.mark.parametrize("faults", [{"ranges": False}, {"if_range": False}])
def test_a_file_that_is_another_each_time_comes_to_an_end(
    path: Path, faults: dict[str, bool]
):
    broken = Site(DATA, drops=[9_000] * 99, restless=True, **faults)
    with (
        serving(broken) as site,
        pytest.raises(SourceError, match="does not deliver"),
    ):
        download(site.url, path, len(DATA), patience=HASTY)
    assert len(site.seen) == 1 + HASTY.attempts


def test_a_mirror_goes_on_with_what_another_began(path: Path):
    with (
        serving(Site(DATA, drops=[12_000] + [0] * 9)) as site,
        pytest.raises(SourceError),
    ):
        download(site.url, path, len(DATA), patience=HASTY)
    with serving(Site(DATA, etag='"of the mirror"')) as mirror:
        download(mirror.url, path, len(DATA), patience=HASTY)
    assert mirror.seen == ["bytes=12000-"]
    assert path.read_bytes() == DATA


def test_more_bytes_than_the_file_has_are_begun_anew(path: Path):
    path.parent.mkdir()
    path.write_bytes(bytes(len(DATA) + 1))
    with serving(Site(DATA)) as site:
        download(site.url, path, len(DATA), patience=HASTY)
    assert path.read_bytes() == DATA


def test_a_file_that_has_become_shorter_is_refused_with_both_sizes(path: Path):
    path.parent.mkdir()
    path.write_bytes(DATA[:40_000])
    with (
        serving(Site(DATA[:20_000])) as site,
        pytest.raises(SourceError, match=r"20,000 bytes, not the 50,000 that are"),
    ):
        download(site.url, path, len(DATA), patience=HASTY)


@pytest.mark.parametrize("sized", [True, False])
def test_another_file_is_not_taken_for_it(path: Path, sized: bool):
    with (
        serving(Site(DATA, sized=sized)) as site,
        pytest.raises(SourceError, match=r"not the 49,999 .*take a mirror"),
    ):
        download(site.url, path, len(DATA) - 1, patience=HASTY)
    assert not path.exists()


def test_a_server_that_does_not_say_the_size_will_do(path: Path):
    with serving(Site(DATA, sized=False, drops=[7_000])) as site:
        download(site.url, path, len(DATA), patience=HASTY)
    assert path.read_bytes() == DATA


def test_a_slow_server_is_waited_for(path: Path):
    patience = Patience(attempts=1, silence=0.5)
    with serving(Site(DATA, pace=0.02)) as site:
        download(site.url, path, len(DATA), patience=patience)
    assert site.seen == [""]
    assert path.read_bytes() == DATA


def test_a_silent_server_counts_as_dropped(path: Path):
    notes: list[str] = []
    patience = Patience(attempts=3, pause=0.01, silence=0.2)
    with serving(Site(DATA, drops=[12_000], stall=3)) as site:
        begun = time.monotonic()
        download(site.url, path, len(DATA), lambda _, n: notes.append(n), patience)
        assert time.monotonic() - begun < 2
    assert site.seen == ["", "bytes=12000-"]
    assert any("nothing came any more" in note for note in notes)


@pytest.mark.parametrize("code", [403, 404, 410])
def test_an_answer_that_will_not_change_ends_it_at_once(path: Path, code: int):
    with (
        serving(Site(DATA, answers=[code])) as site,
        pytest.raises(SourceError, match=rf"answers {code} .*Check the address"),
    ):
        download(site.url, path, len(DATA), patience=HASTY)
    assert len(site.seen) == 1
    assert not path.exists()


def test_an_overloaded_server_is_asked_again(path: Path):
    with serving(Site(DATA, answers=[500, 503, 429])) as site:
        download(site.url, path, len(DATA), patience=HASTY)
    assert path.read_bytes() == DATA
    assert len(site.seen) == 4


def test_a_server_may_say_how_long_to_wait_within_reason(path: Path):
    patience = Patience(attempts=2, pause=0.01, longest=0.3)
    with serving(Site(DATA, answers=[503], retry_after="3600")) as site:
        begun = time.monotonic()
        download(site.url, path, len(DATA), patience=patience)
    assert 0.3 <= time.monotonic() - begun < 5


def test_nobody_there_is_said_after_the_attempts(path: Path):
    with serving(Site(DATA)) as site:
        pass
    with pytest.raises(SourceError, match=r"does not deliver \(connection refused\)"):
        download(site.url, path, len(DATA), patience=HASTY)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "tiny.zip",
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "ftp://x/y",
        "http://",
        "http://x:y/z",
    ],
)
def test_what_is_no_web_address_is_refused(path: Path, url: str):
    with pytest.raises(SettingsError, match=r"is no address to download from\. Giv"):
        download(url, path, len(DATA), patience=HASTY)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_is_one_sentence(path: Path):
    path.parent.mkdir()
    path.symlink_to("/dev/full")
    with (
        serving(Site(DATA)) as site,
        pytest.raises(OutputError, match=r"\(No space left on device\)\. Free som"),
    ):
        download(site.url, path, len(DATA), patience=HASTY)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path):
    (tmp_path / "file").touch()
    with (
        serving(Site(DATA)) as site,
        pytest.raises(OutputError, match=r"cannot be written \(File exists\)"),
    ):
        download(site.url, tmp_path / "file" / "x", len(DATA), patience=HASTY)


PROGRAM = """
import sys
from pathlib import Path
from training.download import download
download(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]),
         lambda done, _: print(done, flush=True))
"""


def test_a_killed_download_is_gone_on_with(path: Path):
    with serving(Site(DATA, pace=0.02)) as site:
        command = [sys.executable, "-c", PROGRAM, site.url, path, str(len(DATA))]
        with subprocess.Popen(
            list(map(str, command)), cwd=ROOT, stdout=subprocess.PIPE, env=os.environ
        ) as process:
            assert process.stdout is not None
            while int(process.stdout.readline()) < 5_000:
                pass
            process.send_signal(signal.SIGKILL)
        left = path.stat().st_size
        assert 5_000 <= left < len(DATA)
        site.pace = 0
        download(site.url, path, len(DATA), patience=HASTY)
    assert site.seen == ["", f"bytes={left}-"]
    assert path.read_bytes() == DATA


def test_the_checksum_is_that_of_the_standard_library(tmp_path: Path):
    file = tmp_path / "data"
    file.write_bytes(DATA * 200)
    said: list[int] = []
    assert sha256(file, said.append) == hashlib.sha256(DATA * 200).hexdigest()
    assert said[-1] == len(DATA) * 200
