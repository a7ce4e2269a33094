from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from livestyle.errors import OutputError, SourceError
from tests.training.zips import LINK, jpeg, odd_zip, tiny_zip
from training.room import in_blocks, require_room
from training.unpack import unpack

ROOT = Path(__file__).parents[2]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out" / "tiny"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tiny_zip(tmp_path / "tiny.zip")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_pictures_come_out_as_they_went_in(archive: Path, out: Path):
    said: list[tuple[int, int]] = []
    unpack(archive, out, "tiny", 5, lambda *at: said.append(at))
    assert names(out) == [f"{i:06d}.jpg" for i in range(5)]
    assert all((out / f"{i:06d}.jpg").read_bytes() == jpeg(i) for i in range(5))
    assert said == [(i, 5) for i in range(6)]
    assert names(out.parent) == ["tiny"]


@pytest.mark.parametrize(
    "name",
    [
        "../evil.jpg",
        "tiny/../../evil.jpg",
        "/tmp/evil.jpg",
        "tiny/..\\evil.jpg",
        "C:\\evil.jpg",
        "tiny/C:evil.jpg",
        "tiny/deeper/evil.jpg",
        "tiny//evil.jpg",
        "other/evil.jpg",
        "tiny/.evil.jpg",
        "tiny/evil.py",
        "tiny/evil.jpg/",
        "tiny/new\nline.jpg",
        "tiny/000000.jpg",
        "evil.jpg",
    ],
)
# zipfile warns of the double name when the test packs it.
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_paths_that_lead_elsewhere_are_refused(tmp_path: Path, out: Path, name: str):
    archive = odd_zip(tmp_path / "odd.zip", name, jpeg(1))
    before = set(tmp_path.rglob("*"))
    with pytest.raises(SourceError, match=r"holds ['\"].*; nothing of it was unpacked"):
        unpack(archive, out, "tiny", 2)
    assert set(tmp_path.rglob("*")) == before


def test_links_are_refused(tmp_path: Path, out: Path):
    archive = odd_zip(tmp_path / "odd.zip", "tiny/1.jpg", b"/etc/passwd", LINK)
    with pytest.raises(SourceError, match=r"holds 'tiny/1\.jpg' as a link"):
        unpack(archive, out, "tiny", 2)
    assert not out.parent.exists()


def test_bombs_are_refused_before_they_swell(tmp_path: Path, out: Path):
    archive = odd_zip(tmp_path / "odd.zip", "tiny/1.jpg", bytes(10_000_000))
    with pytest.raises(SourceError, match=r"would swell from [\d,]+ to 10,00\d,\d+ by"):
        unpack(archive, out, "tiny", 2)
    assert not out.parent.exists()


def test_a_member_larger_than_it_says_is_no_bomb_either(tmp_path: Path, out: Path):
    archive = odd_zip(tmp_path / "odd.zip", "tiny/1.jpg", bytes(10_000_000))
    data = archive.read_bytes()
    size, lie = (10_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert data.count(size) == 2
    archive.write_bytes(data.replace(size, lie))
    with pytest.raises(SourceError, match="cannot be unpacked"):
        unpack(archive, out, "tiny", 2)
    assert not out.exists()
    assert all(p.stat().st_size < 10_000 for p in out.parent.rglob("*.jpg"))


def test_another_number_of_pictures_is_another_archive(archive: Path, out: Path):
    with pytest.raises(SourceError, match="holds 5 pictures instead of 118,287"):
        unpack(archive, out, "tiny", 118_287)
    assert not out.parent.exists()


def test_what_is_no_zip_is_one_sentence(tmp_path: Path, out: Path):
    page = tmp_path / "page.zip"
    page.write_text("<html>Please log in</html>")
    with pytest.raises(SourceError, match=r"cannot be unpacked \(File is not a zip"):
        unpack(page, out, "tiny", 5)


def test_a_damaged_picture_keeps_the_folder_from_appearing(archive: Path, out: Path):
    data = bytearray(archive.read_bytes())
    at = data.index(jpeg(3)) + 100
    data[at] ^= 255
    archive.write_bytes(data)
    with pytest.raises(SourceError, match=r"cannot be unpacked .*Bad CRC"):
        unpack(archive, out, "tiny", 5)
    assert not out.exists()
    assert names(out.with_name("tiny.part")) == [f"{i:06d}.jpg" for i in range(3)]


def test_what_is_there_already_is_not_written_again(archive: Path, out: Path):
    gathering = out.with_name("tiny.part")
    gathering.mkdir(parents=True)
    whole, cut = gathering / "000001.jpg", gathering / "000002.jpg"
    whole.write_bytes(jpeg(1))
    cut.write_bytes(jpeg(2)[:50])
    before = whole.stat().st_ino
    unpack(archive, out, "tiny", 5)
    assert (out / "000001.jpg").stat().st_ino == before
    assert (out / "000002.jpg").read_bytes() == jpeg(2)
    assert len(names(out)) == 5


# The system's own limit stands for a full disk: a write fails half-way.
PROGRAM = """
import resource, signal, sys
from pathlib import Path
from livestyle.errors import OutputError
from training.unpack import unpack
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    unpack(Path(sys.argv[1]), Path(sys.argv[2]), "tiny", 5)
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on files")
def test_a_disk_that_takes_no_more_leaves_nothing_half_written(
    archive: Path, out: Path
):
    # All but the largest picture fit.
    limit = sorted(len(jpeg(i)) for i in range(5))[-2]
    command = [sys.executable, "-c", PROGRAM, str(archive), str(out), str(limit)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert "cannot be written (File too large). Free some space" in done.stdout
    assert done.stderr == ""
    assert not out.exists()
    for path in out.with_name("tiny.part").iterdir():
        assert path.read_bytes() == jpeg(int(path.stem))
    unpack(archive, out, "tiny", 5)
    assert len(names(out)) == 5


def test_room_is_asked_for_in_blocks_and_before_the_folder_is_there(tmp_path: Path):
    assert [in_blocks(n) for n in (0, 1, 4096, 4097)] == [0, 4096, 4096, 8192]
    require_room(tmp_path / "not" / "there", 1, "a byte")
    with pytest.raises(
        OutputError, match=r"the moon needs 1,000,000,000\.0 GB in .*fr"
    ):
        require_room(tmp_path / "not" / "there", 10**18, "the moon")
    assert not (tmp_path / "not").exists()


def test_an_encrypted_picture_is_refused(archive: Path, out: Path):
    data = archive.read_bytes()
    with zipfile.ZipFile(archive) as opened:
        start = opened.start_dir
    # The flags of the first picture in the central directory, behind the folder's.
    at = data.index(b"PK\x01\x02", start + 4) + 8
    archive.write_bytes(data[:at] + b"\x01" + data[at + 1 :])
    with pytest.raises(SourceError, match="or encrypted"):
        unpack(archive, out, "tiny", 5)
