"""Unpacks a ZIP of pictures into a folder that appears when it is whole."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Callable
from lzma import LZMAError
from pathlib import Path, PurePosixPath

from livestyle.errors import SourceError
from training.part import cannot_write
from training.room import in_blocks, require_room

SUFFIXES = {".jpg", ".jpeg"}
SWELLING = 4  # times the archive that its files may have: pictures hardly shrink
LARGEST = 1 << 28  # bytes of one picture, which is held in memory once

# What zipfile raises on broken members, one or another by place and method.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def unpack(
    archive: Path,
    folder: Path,
    inside: str,
    count: int,
    report: Callable[[int, int], None] = lambda _, __: None,
) -> None:
    """Unpacks `inside`/NAME.jpg of an archive into a folder of its own.

    They gather in a folder beside it, `folder` + ".part", which a later call goes on
    with, and which is renamed at the end.

    Args:
        archive: the ZIP.
        folder: must not be there.
        inside: the one folder that the archive consists of.
        count: pictures that it must hold.
        report: called with pictures unpacked and all there are.

    Raises:
        SourceError: the archive is broken or is not what it should be: other files,
            paths that lead elsewhere, links, a number of pictures other than `count`,
            or far more bytes than pictures take. Nothing is unpacked then.
        OutputError: the disk is full, or the folder cannot be written to.
    """
    gathering = folder.with_name(folder.name + ".part")
    try:
        with zipfile.ZipFile(archive) as opened:
            members = _pictures(opened, archive, inside)
            if len(members) != count:
                raise _not_as_expected(
                    archive, f"holds {len(members):,} pictures instead of {count:,}"
                )
            _require_modest(archive, members)
            left = {n: m for n, m in members.items() if not _is_there(gathering / n, m)}
            needed = sum(in_blocks(member.file_size) for member in left.values())
            require_room(gathering, needed, f"unpacking {archive.name}")
            _make(gathering)
            for done, (name, member) in enumerate(left.items(), count - len(left)):
                report(done, count)
                _extract(opened, member, gathering / name)
    except BROKEN as error:
        raise SourceError(
            f"{archive} cannot be unpacked ({error})",
            hint="Delete it and run the command again.",
        ) from error
    report(count, count)
    _rename(gathering, folder)


def _pictures(
    opened: zipfile.ZipFile, archive: Path, inside: str
) -> dict[str, zipfile.ZipInfo]:
    """The archive's pictures by file name; everything that is none is refused."""
    found: dict[str, zipfile.ZipInfo] = {}
    for member in opened.infolist():
        if member.filename == f"{inside}/":
            continue
        name = _plain_name(member.filename, inside)
        if name is None or name in found:
            raise _not_as_expected(archive, f"holds {member.filename!r}")
        if not _is_plain_file(member):
            raise _not_as_expected(
                archive, f"holds {member.filename!r} as a link, a device or encrypted"
            )
        found[name] = member
    return found


def _plain_name(path: str, inside: str) -> str | None:
    """The file name of a picture right in the folder; None for everything else."""
    name = path.removeprefix(f"{inside}/")
    odd = any(c in '/\\:*?"<>|' or not c.isprintable() for c in name)
    if name == path or odd or name.startswith("."):
        return None
    return name if PurePosixPath(name).suffix.lower() in SUFFIXES else None


def _is_plain_file(member: zipfile.ZipInfo) -> bool:
    # The upper half is Unix's mode, or nothing where another system packed it.
    kind = stat.S_IFMT(member.external_attr >> 16)
    return kind in (0, stat.S_IFREG) and not member.flag_bits & 0x1


def _require_modest(archive: Path, members: dict[str, zipfile.ZipInfo]) -> None:
    total = sum(member.file_size for member in members.values())
    packed = archive.stat().st_size
    largest = max((member.file_size for member in members.values()), default=0)
    if total > SWELLING * packed or largest > LARGEST:
        raise _not_as_expected(
            archive, f"would swell from {packed:,} to {total:,} bytes"
        )


def _is_there(path: Path, member: zipfile.ZipInfo) -> bool:
    """From an earlier run; files get their names when they are whole."""
    return path.is_file() and path.stat().st_size == member.file_size


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error


def _extract(opened: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    """Writes one member; zipfile checks its CRC and stops at its stated size."""
    data = opened.read(member)
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise cannot_write(path, error) from error


def _rename(gathering: Path, folder: Path) -> None:
    try:
        gathering.rename(folder)
    except OSError as error:
        raise cannot_write(folder, error) from error


def _not_as_expected(archive: Path, what: str) -> SourceError:
    return SourceError(
        f"{archive} {what}; nothing of it was unpacked",
        hint="It is not the archive that COCO publishes: delete it, or take another.",
    )
