"""Which videos become which movies, under names that stay what they were."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from livestyle.errors import OutputError, SourceError
from livestyle.sinks.encoder import FORMATS

# In folders videos are known by their names. FFmpeg would take photographs and even
# texts for moving pictures, and follow what playlists name out into the network.
VIDEOS = (
    *FORMATS,
    *(".avi", ".webm", ".wmv", ".flv", ".mpg", ".mpeg", ".3gp", ".ogv"),
    *(".ts", ".mts", ".m2ts"),
)


@dataclass(frozen=True)
class Task:
    """One video to paint, and the movie that it becomes."""

    source: Path
    target: Path


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        tasks: in the order of the inputs, a folder's in that of their names.
        others: files of the folders that are no videos.
    """

    tasks: tuple[Task, ...]
    others: tuple[Path, ...]


def is_one(inputs: Sequence[Path], output: Path) -> bool:
    """Whether one video becomes one movie of a given name, and no folder of movies."""
    one = len(inputs) == 1 and not inputs[0].is_dir()
    return one and bool(output.suffix) and not output.is_dir()


def plan(inputs: Sequence[Path], output: Path) -> Plan:
    """Looks for the videos, and says what becomes of each.

    Args:
        inputs: videos, and folders, which are searched with all folders in them.
        output: the movie, if `is_one`; else a folder. In it, what was found in a
            folder lies as it lay there.

    Raises:
        SourceError: there is no video.
        OutputError: two videos would become one movie, or a movie's name was given
            for many.
    """
    if is_one(inputs, output):
        return Plan((Task(inputs[0], output),), ())
    if output.suffix.lower() in FORMATS and not output.is_dir():
        raise OutputError(
            f"'{output}' is the name of one movie, and there may be several videos",
            hint="Give the name of a folder with -o.",
        )
    tasks: dict[Path, Task] = {}  # by where the video really is: inputs may overlap
    others: list[Path] = []
    for given in inputs:
        for source, name in _found(given, output):
            if given.is_dir() and source.suffix.lower() not in VIDEOS:
                others.append(source)
            else:
                task = Task(source, output / _movie_name(name))
                tasks.setdefault(source.resolve(), task)
    if not tasks:
        where = ", ".join(f"'{given}'" for given in inputs)
        raise SourceError(
            f"there is no video in {where}",
            hint=f"In folders, videos are files named {', '.join(VIDEOS)}.",
        )
    _require_own_names(tasks.values())
    return Plan(tuple(tasks.values()), tuple(dict.fromkeys(others)))


def _found(given: Path, output: Path) -> Iterator[tuple[Path, Path]]:
    """Files, each with its name below the folder that was given."""
    if not given.is_dir():
        yield given, Path(given.name)
        return
    # Movies that lie in a folder inside are no videos of this folder.
    left_out = output.resolve()
    for folder, inside, names in os.walk(given):
        here = Path(folder)
        inside[:] = sorted(
            name
            for name in inside
            if not name.startswith(".") and (here / name).resolve() != left_out
        )
        # Hidden files are what systems and programs note beside the real ones.
        for name in sorted(name for name in names if not name.startswith(".")):
            yield here / name, (here / name).relative_to(given)


def _movie_name(name: Path) -> Path:
    """The same name, with `.mp4` behind it where we do not write that kind."""
    if name.suffix.lower() in FORMATS:
        return name
    return name.with_name(f"{name.name}.mp4")


def _require_own_names(tasks: Iterable[Task]) -> None:
    """Two videos of one name, or of names that some systems take for one."""
    seen: dict[str, Path] = {}
    for task in tasks:
        other = seen.setdefault(str(task.target).casefold(), task.source)
        if other != task.source:
            raise OutputError(
                f"'{other}' and '{task.source}' would both become '{task.target}'",
                hint="Paint them into different folders.",
            )
