"""The folder into which a person puts painters: what lies in it, and what is whole."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from livestyle.errors import LivestyleError
from livestyle.model import read_about
from livestyle.places import styles_folder
from livestyle.settings import Settings
from livestyle.tried import changed, never, try_apart
from livestyle.variants import About, plain_path

SETTLED = 2.0  # seconds without a change after which a file counts as whole
MOST_FILES = 100  # of a folder that are looked at
TRIAL_SIZE = (64, 48)  # px; a frame's own size is tried when a style is chosen

Signature = tuple[int, int, int]


@dataclass
class _File:
    """What is known of a file.

    Attributes:
        signature: size, time of the last change, place on the disk.
        since: when it was first seen so, in seconds of the shelf's clock.
        about: what it says about itself, once it has passed its trial.
        settled: whether it was looked into, with success or without.
    """

    signature: Signature
    since: float
    about: About | None = None
    settled: bool = False


def shelf_of(settings: Settings, tell: Callable[[str], None]) -> Shelf:
    """The style folder that the settings mean; `tell` takes one line for a person."""
    try:
        folder = settings.styles_folder or styles_folder()
    except RuntimeError:  # this person has no home
        folder = None
    return Shelf(folder, tell, threads=settings.threads)


class Shelf:
    """Painters of a folder. To be used from one thread at a time.

    Files in other precisions are left alone beside their float32 file. A file is looked
    into when it has not changed for `SETTLED` seconds, and only then; a broken one is
    told of once, and looked into again when it changes.

    Args:
        folder: that holds them; it need not be there. None holds nothing.
        tell: takes one line for the person at the terminal.
        threads: CPU threads for a trial, 0 for ONNX Runtime's own choice.
        clock: seconds.
    """

    def __init__(
        self,
        folder: Path | None,
        tell: Callable[[str], None],
        *,
        threads: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self._tell = tell
        self._threads = threads
        self._clock = clock
        self._files: dict[Path, _File] = {}
        self._told = ""  # what was last said of the folder itself
        self._first = True

    @property
    def painters(self) -> tuple[About, ...]:
        """What lies there and may be opened, those first that were there first."""
        found = (file.about for file in self._files.values())
        return tuple(about for about in found if about is not None)

    def look(
        self, unwanted: Callable[[], bool] = never, settled: float = SETTLED
    ) -> bool:
        """Looks at the folder, and into what became whole since the last time.

        Args:
            unwanted: ends the look before its time; the rest is for the next one.
            settled: seconds without a change after which a file counts as whole.

        Returns:
            Whether `painters` changed.
        """
        before = self.painters
        self._note(self._signatures())
        for path, file in self._files.items():
            if unwanted():
                break
            if not file.settled and self._clock() - file.since >= settled:
                self._look_into(path, file, unwanted)
        self._first = False
        return self.painters != before

    def _signatures(self) -> dict[Path, Signature]:
        """The painter files of the folder as they are now, by name."""
        if self.folder is None:
            return {}
        try:
            with os.scandir(self.folder) as entries:
                paths = sorted(
                    Path(entry.path)
                    for entry in entries
                    if entry.name.endswith(".onnx") and not entry.name.startswith(".")
                )
        except FileNotFoundError:
            return {}  # nobody has put anything there yet
        except OSError as error:
            reason = error.strerror or str(error)
            self._tell_of_folder(f"the folder {self.folder} cannot be read ({reason})")
            return {}
        names = {path.name for path in paths}
        # What lies beside its float32 file is that painter in another precision.
        plain = [
            path
            for path in paths
            if path == plain_path(path) or plain_path(path).name not in names
        ]
        if len(plain) > MOST_FILES:
            self._tell_of_folder(
                f"{self.folder} has more than {MOST_FILES} painters: the others are "
                "left out"
            )
        signed = {path: _signature(path) for path in plain[:MOST_FILES]}
        return {path: sign for path, sign in signed.items() if sign is not None}

    def _tell_of_folder(self, line: str) -> None:
        if line != self._told:
            self._tell(one_line(line))
        self._told = line

    def _note(self, signatures: dict[Path, Signature]) -> None:
        """Forgets what is gone, and counts anew from each change."""
        now = self._clock()
        for path in self._files.keys() - signatures.keys():
            del self._files[path]
        for path, signature in signatures.items():
            known = self._files.get(path)
            if known is None or known.signature != signature:
                self._files[path] = _File(signature, now - self._age(signature))

    def _age(self, signature: Signature) -> float:
        """For how long a file is known to be as it is; what was here first may be old.

        Later on only what was seen counts: a copy may have the time of its original.
        """
        if not self._first:
            return 0.0
        return max(0.0, time.time() - signature[1] / 1e9)

    def _look_into(self, path: Path, file: _File, unwanted: Callable[[], bool]) -> None:
        try:
            passed = try_apart(
                path, TRIAL_SIZE, threads=self._threads, unwanted=unwanted
            )
            about = read_about(path)
            if about.sha256 != passed.sha256:
                raise changed(path)
        except LivestyleError as error:
            if unwanted() or _signature(path) != file.signature:
                return  # it was not finished, or is another file by now
            self._tell(one_line(f"{path.name} is left out: {error}"))
        else:
            file.about = about
        file.settled = True


def one_line(text: str) -> str:
    """A text without what would steer a terminal; names of files may hold anything."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _signature(path: Path) -> Signature | None:
    """What changes whenever a file does, None if it is gone."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ino
