"""A file that FFmpeg writes through us, so that we know what the disk said."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Protocol

from livestyle.naming import create, output_error


class File(Protocol):
    """What a movie is written to, see `NewFile`."""

    path: Path
    failure: OSError | None

    def write(self, data: bytes) -> int:
        """Writes all of it."""
        ...

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves to a place."""
        ...

    def tell(self) -> int:
        """The place."""
        ...

    def require_present(self) -> None:
        """Checks that what is written is not lost already."""
        ...

    def close(self) -> None:
        """Closes it."""
        ...


class NewFile:
    """A file that was not there before and that remembers why a write failed.

    FFmpeg itself writes nothing more after a failed write. That matters: it ends an MP4
    by writing the index behind the pictures and only then turning the fragments before
    it into plain data, which without an index nobody could read.

    Args:
        path: the file to make.

    Attributes:
        path: the file.
        failure: the first thing that went wrong, None so far.

    Raises:
        OutputError: it is there already or cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._file = create(path)
        self.path = path
        self.failure: OSError | None = None

    def write(self, data: bytes) -> int:
        """Writes all of it, as FFmpeg takes a short write for a whole one."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            self.failure = error
            raise
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves to a place in the file, as files do."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The place in the file."""
        return self._file.tell()

    def require_present(self) -> None:
        """Checks that the file still has a name: an open file outlives its folder.

        Raises:
            FileNotFoundError: nobody could ever open what is written here.
        """
        if not self._file.closed and os.fstat(self._file.fileno()).st_nlink == 0:
            self.failure = FileNotFoundError(errno.ENOENT, "removed meanwhile")
            raise self.failure

    def close(self) -> None:
        """Closes the file; one without a byte is removed. Safe to call twice.

        Raises:
            OutputError: the disk refused what it had taken before, or the removal.
        """
        if self._file.closed:
            return
        try:
            empty = os.fstat(self._file.fileno()).st_size == 0
            self._file.close()
            if empty:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            raise output_error(self.path, error) from error
