"""A file that is being downloaded, and which version of it the server gave."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from livestyle.errors import OutputError

Validators = dict[str, str]  # "url", and "etag" or "modified" where the server says so


class Headers(Protocol):
    """The part of an answer's headers that is asked here."""

    def get(self, name: str, /) -> str | None:
        """The header's value, None where there is none."""


class Part:
    """The bytes so far; beside them a JSON file by which a later run goes on.

    Args:
        path: of the bytes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes = path.with_name(path.name + ".json")

    @property
    def length(self) -> int:
        """Bytes so far; 0 where nothing has begun."""
        try:
            return self.path.stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return 0

    def version(self, url: str) -> str | None:
        """What the server at this address calls the version begun, for `If-Range`.

        None where it said nothing, or the bytes came from another address.
        """
        found = self._read()
        if found.get("url") != url:
            return None
        return found.get("etag") or found.get("modified")

    def begin(self, url: str, headers: Headers) -> None:
        """Drops all bytes and notes whose version is to come.

        Raises:
            OutputError: the folder cannot be written to.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_bytes(b"")
            self.notes.write_text(json.dumps(validators(url, headers)), "utf-8")
        except OSError as error:
            raise cannot_write(self.path, error) from error

    def append(self) -> Appender:
        """Opens the file behind its last byte."""
        return Appender(self.path)

    def remove(self) -> None:
        """Removes the bytes and what is known of them."""
        for path in (self.path, self.notes):
            with suppress(FileNotFoundError):
                path.unlink()

    def _read(self) -> Validators:
        try:
            found = json.loads(self.notes.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


class Appender:
    """Writes behind the end of a file.

    Raises:
        OutputError: on opening or writing, with the system's reason.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            # Unbuffered: what is counted as received is with the system.
            self._file: IO[bytes] = path.open("ab", buffering=0)
        except OSError as error:
            raise cannot_write(path, error) from error

    def __enter__(self) -> Appender:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        """Writes all of the data."""
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError as error:
            raise cannot_write(self.path, error) from error


def validators(url: str, headers: Headers) -> Validators:
    """What tells this version of a file from others.

    Weak ETags ("W/...") are left out: they do not promise the same bytes (RFC 9110,
    13.1.5 forbids them in `If-Range`).
    """
    found = {"url": url}
    etag, modified = headers.get("ETag"), headers.get("Last-Modified")
    if etag and not etag.startswith("W/"):
        found["etag"] = etag
    if modified:
        found["modified"] = modified
    return found


def cannot_write(path: Path, error: OSError) -> OutputError:
    """Says why a part cannot be written, and that nothing before it is lost."""
    return OutputError(
        f"{path} cannot be written ({error.strerror or error})",
        hint="Free some space or choose another folder with -o; "
        "the same command then goes on where it stopped.",
    )
