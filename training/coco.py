"""COCO's photographs, from its archive on the web to a folder that `fit` takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from livestyle.errors import OutputError, SourceError
from training.checksum import sha256
from training.download import Patience, download
from training.part import Part
from training.room import require_room
from training.unpack import unpack


@dataclass(frozen=True)
class Archive:
    """What is published of a split's archive.

    Attributes:
        name: of the split, of the folder in the archive and of the one that it becomes.
        url: of the ZIP.
        size: of the ZIP, bytes.
        sha256: of the ZIP, hexadecimal.
        pictures: how many it holds.
    """

    name: str
    url: str
    size: int
    sha256: str
    pictures: int


# Numbers of pictures: cocodataset.org. Sizes and SHA-256: the catalogue of TensorFlow
# Datasets (tensorflow_datasets/url_checksums/coco.txt); others give the same.
SPLITS = {
    archive.name: archive
    for archive in (
        Archive(
            "train2017",
            "http://images.cocodataset.org/zips/train2017.zip",
            19_336_861_798,
            "69a8bb58ea5f8f99d24875f21416de2e9ded3178e903f1f7603e283b9e06d929",
            118_287,
        ),
        Archive(
            "val2017",
            "http://images.cocodataset.org/zips/val2017.zip",
            815_585_330,
            "4f7e2ccb2866ec5041993c9cf2a952bbed69647b115d0f74da7ce8f4bef82f05",
            5_000,
        ),
    )
}


AGAIN = "Run this again; if it comes so twice, take a mirror with --url."


@dataclass(frozen=True)
class Progress:
    """Where it stands.

    Attributes:
        stage: "downloading", "checking" or "unpacking".
        done, total: bytes; pictures while unpacking.
        note: what is the matter with the connection, "" while nothing is.
    """

    stage: str
    done: int
    total: int
    note: str = ""


Report = Callable[[Progress], None]


def fetch(
    archive: Archive,
    folder: Path,
    *,
    url: str | None = None,
    keep: bool = False,
    report: Report = lambda _: None,
    patience: Patience | None = None,
) -> Path:
    """Downloads, checks and unpacks an archive, going on where it was stopped.

    A whole archive that already lies in the folder under its own name is used, and
    left there. What is half done lies under names that end in ".part".

    Args:
        archive: which one.
        folder: gets the folder of pictures, and the archive while it is needed.
        url: of the ZIP on a mirror, or of the mirror's folder that holds it.
        keep: leave the archive in the folder.
        report: called as it goes on.
        patience: with bad connections; None for the usual.

    Returns:
        The folder of pictures.

    Raises:
        SourceError: the archive cannot be had, or is not the published one.
        OutputError: the disk is full or cannot be written to, or something else lies
            where the pictures should.
        SettingsError: `url` is none.
    """
    pictures = folder / archive.name
    if pictures.exists():
        return _whole(pictures, archive)
    own = folder / f"{archive.name}.zip"
    part = Part(own.with_name(own.name + ".part"))
    if own.exists():
        _check(own, archive, report, "Move it away or delete it, and run this again.")
        _unpack(own, pictures, archive, report)
        return pictures
    if (missing := archive.size - part.length) > 0:
        # The pictures will take about as much as their archive.
        needed = missing + archive.size
        require_room(folder, needed, f"{archive.name} with its archive")

    def receive(done: int, note: str) -> None:
        report(Progress("downloading", done, archive.size, note))

    download(_address(archive, url), part.path, archive.size, receive, patience)
    try:
        _check(part.path, archive, report, AGAIN)
    except SourceError:
        # Which bytes are wrong cannot be known: nothing of it is good to go on with.
        part.remove()
        raise
    _unpack(part.path, pictures, archive, report)
    if keep:
        part.path.rename(own)
    part.remove()
    return pictures


def _address(archive: Archive, url: str | None) -> str:
    if url is None:
        return archive.url
    return url if url.endswith(".zip") else f"{url.rstrip('/')}/{archive.name}.zip"


def _whole(pictures: Path, archive: Archive) -> Path:
    """The folder that is there already, if it is what it should be."""
    count = sum(1 for p in pictures.glob("*.jpg")) if pictures.is_dir() else 0
    if count != archive.pictures:
        raise OutputError(
            f"{pictures} is there already, with {count:,} pictures instead of "
            f"{archive.pictures:,}",
            hint="Move it away, or choose another folder with -o.",
        )
    return pictures


def _check(path: Path, archive: Archive, report: Report, hint: str) -> None:
    """Compares size and SHA-256 with the published ones."""
    name = path.name.removesuffix(".part")
    size = path.stat().st_size
    if size != archive.size:
        raise SourceError(
            f"{name} has {size:,} bytes, not the {archive.size:,} that are published",
            hint=hint,
        )
    found = sha256(path, lambda done: report(Progress("checking", done, size)))
    if found != archive.sha256:
        raise SourceError(
            f"{name} is damaged: its SHA-256 is {found}, not the published "
            f"{archive.sha256}",
            hint=hint,
        )


def _unpack(path: Path, pictures: Path, archive: Archive, report: Report) -> None:
    unpack(
        path,
        pictures,
        archive.name,
        archive.pictures,
        lambda done, total: report(Progress("unpacking", done, total)),
    )
