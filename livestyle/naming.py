"""New files: their names, and that none of them ever takes the place of another."""

from __future__ import annotations

import errno
import itertools
import os
import re
import secrets
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from io import FileIO
from pathlib import Path

from livestyle.errors import OutputError

# A style's name may be a mix of several; the whole name must stay far below the 255
# bytes that file systems allow.
LONGEST_STYLE = 80

_REASONS = {
    errno.ENOSPC: ("the disk is full", "Free some space or choose another disk."),
    errno.EDQUOT: ("the disk quota is used up", "Free some space first."),
    errno.EFBIG: ("files may not grow larger here", "Choose another disk."),
    errno.ENOENT: ("its folder is not there", "Make the folder or choose another one."),
    errno.ENOTDIR: (
        "a part of its path is not a folder",
        "Choose a folder that is one.",
    ),
    errno.EISDIR: ("it is a folder", "Give the name of a file."),
    errno.EACCES: ("permission denied", "Choose a folder that you may write to."),
    errno.EPERM: ("permission denied", "Choose a folder that you may write to."),
    errno.EROFS: ("the disk is read-only", "Choose a folder that you may write to."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter name."),
}


def output_error(path: Path, error: OSError) -> OutputError:
    """Says in one sentence why a file cannot be written.

    Args:
        path: the file that was wanted.
        error: what the system answered.
    """
    if error.errno == errno.EEXIST:
        return OutputError(
            f"'{path}' is already there",
            hint="Nothing is overwritten: choose another name or remove it.",
        )
    fallback = (error.strerror or str(error), "Choose another folder or name.")
    reason, hint = _REASONS.get(error.errno or 0, fallback)
    return OutputError(f"cannot write '{path}': {reason}", hint=hint)


def safe(style: str) -> str:
    """A style's name from letters, digits and `._-` alone, never empty."""
    plain = unicodedata.normalize("NFKD", style).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", plain)[:LONGEST_STYLE].strip("-._")
    return words or "painting"


def names(style: str, suffix: str, when: datetime | None = None) -> Iterator[str]:
    """Gives `livestyle_2026-11-22_15-30-12_great-wave.mp4`, then the same with -2, -3.

    Args:
        style: the style's name; what no file system likes is replaced.
        suffix: the kind of file, with or without its dot.
        when: the moment in the name; now, if None.
    """
    moment = (when or datetime.now()).strftime("%Y-%m-%d_%H-%M-%S")
    stem = f"livestyle_{moment}_{safe(style)}"
    suffix = f".{suffix.lstrip('.')}"
    yield stem + suffix
    for number in itertools.count(2):
        yield f"{stem}-{number}{suffix}"


def fresh_path(
    folder: Path, style: str, suffix: str, when: datetime | None = None
) -> Path:
    """The first of `names` that is free in a folder, which is made if needed.

    Raises:
        OutputError: the folder cannot be made.
    """
    make_folder(folder)
    paths = (folder / name for name in names(style, suffix, when))
    return next(path for path in paths if not os.path.lexists(path))


def make_folder(folder: Path) -> None:
    """Makes a folder and those above it, unless they are there.

    Raises:
        OutputError: it cannot be made, or a file has its name.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        taken = NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        raise output_error(folder, taken) from error
    except OSError as error:
        raise output_error(folder, error) from error


def create(path: Path) -> FileIO:
    """Opens a file for writing that was not there before, unbuffered.

    Raises:
        OutputError: it is there, or cannot be made.
    """
    try:
        return path.open("xb", buffering=0)
    except OSError as error:
        raise output_error(path, error) from error


def claim(path: Path) -> None:
    """Makes sure that a file could be made at a path, and leaves nothing there.

    Whoever writes it later still opens it with `create`: between the two, somebody
    else may come.

    Raises:
        OutputError: it is there, its folder is not, or nothing can be written there.
    """
    create(path).close()
    path.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """A free hidden name in the same folder, for a file that is not finished yet."""
    return path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")


def put_in_place(finished: Path, path: Path, *, overwrite: bool = False) -> None:
    """Gives a finished file its final name in one step, so that none sees half of it.

    Args:
        finished: a whole file in the same folder; it loses this name.
        path: the final name.
        overwrite: whether a file of that name may be replaced.

    Raises:
        OutputError: the name is taken, or cannot be given.
    """
    try:
        if overwrite:
            finished.replace(path)
        else:
            _link(finished, path)
            finished.unlink(missing_ok=True)
    except OSError as error:
        raise output_error(path, error) from error


def write_whole(
    path: Path, data: bytes | memoryview, *, overwrite: bool = False
) -> None:
    """Writes a file; its name appears only when it is whole.

    Args:
        path: in a folder that exists.
        data: all of it.
        overwrite: whether a file of that name may be replaced.

    Raises:
        OutputError: the name is taken, or the file cannot be written.
    """
    unfinished = beside(path)
    file = create(unfinished)
    try:
        with file:
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
        put_in_place(unfinished, path, overwrite=overwrite)
    except OSError as error:
        raise output_error(path, error) from error
    finally:
        unfinished.unlink(missing_ok=True)


def write_fresh(
    folder: Path, style: str, suffix: str, data: bytes | memoryview
) -> Path:
    """Writes a file under the first of `names` that is free, whole or not at all.

    Args:
        folder: where; it is made if needed.
        style: the style's name, for the file's.
        suffix: the kind of file.
        data: all of it.

    Returns:
        The new file.

    Raises:
        OutputError: the folder or the file cannot be made.
    """
    while True:
        path = fresh_path(folder, style, suffix)
        try:
            write_whole(path, data)
        except OutputError:
            if not os.path.lexists(path):
                raise
            # Somebody took the name at the same moment: the next one, then.
        else:
            return path


def _link(finished: Path, path: Path) -> None:
    """Adds a name to a file, failing if the name is taken."""
    try:
        path.hardlink_to(finished)
    except FileExistsError:
        raise
    except OSError:
        # Memory cards and some network disks have no links: take the name with an
        # empty file, then exchange it for the finished one.
        path.open("xb").close()
        finished.replace(path)
