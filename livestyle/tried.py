"""Painters that nobody vouches for, tried in a process of their own before they paint.

ONNX Runtime may crash on a damaged file, and a sound one may want all memory or never
come to an end. A file that passed is remembered in the cache by its hash; whatever is
wrong there counts as not having it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import onnxruntime as ort

from livestyle import __version__
from livestyle.apart import TrialError, apart
from livestyle.cache import cache_folder
from livestyle.errors import ModelError, OutputError
from livestyle.machine import cpu_name
from livestyle.model import read_file
from livestyle.naming import make_folder, write_whole

# The processor's time for starting Python, opening the file and painting twice.
SECONDS = 30.0
PATIENCE = 4  # times as long it may take by the clock: the machine may be busy
MOST_BYTES = 1000  # of what is remembered

SizeWH = tuple[int, int]


@dataclass(frozen=True)
class Passed:
    """A file that passed its trial.

    Attributes:
        sha256: of the bytes that were tried, in hexadecimal digits.
        ms: milliseconds a frame on the CPU.
    """

    sha256: str
    ms: float


def never() -> bool:
    """Nothing ends a trial before its time."""
    return False


def try_apart(
    path: Path,
    size: SizeWH,
    *,
    threads: int = 0,
    seconds: float = SECONDS,
    unwanted: Callable[[], bool] = never,
) -> Passed:
    """Makes sure that a file opens and paints, within bounds of time and memory.

    Args:
        path: of the file.
        size: width and height of the frame that it paints, in px.
        threads: CPU threads for it, 0 for ONNX Runtime's own choice.
        seconds: of the processor's time, for the whole trial.
        unwanted: ends the trial when it says True.

    Raises:
        ModelError: it did not pass, or the trial was ended.
    """
    sha256 = hashlib.sha256(read_file(path)).hexdigest()
    ms = _recall(sha256, size, threads)
    if ms is None:
        ms = _run(path, sha256, size, threads, seconds, unwanted)
        _keep(sha256, size, threads, ms)
    return Passed(sha256, ms)


def _run(
    path: Path,
    sha256: str,
    size: SizeWH,
    threads: int,
    seconds: float,
    unwanted: Callable[[], bool],
) -> float:
    """The milliseconds a frame that it takes."""
    words = (path.absolute(), *size, threads, seconds, PATIENCE * seconds)
    try:
        answer = apart(
            "livestyle.painter_trial",
            *map(str, words),
            seconds=PATIENCE * seconds,
            unwanted=unwanted,
        )
    except TrialError as error:
        spent = f"it took more than {seconds:g} s of the processor's time"
        reason = str(error).replace("it died of SIGXCPU", spent)
        raise ModelError(
            f"{path} did not pass a trial in a process of its own: {reason}",
            hint="The file is broken, or far too large for this machine.",
        ) from error
    if "error" in answer:
        raise ModelError(str(answer["error"]), hint=str(answer.get("hint", "")))
    if answer["sha256"] != sha256:
        raise changed(path)
    return float(answer["ms"])


def changed(path: Path) -> ModelError:
    """A file is not the one any more that was tried."""
    return ModelError(
        f"{path} was written to while it was tried", hint="Wait until it is whole."
    )


def _recall(sha256: str, size: SizeWH, threads: int) -> float | None:
    try:
        with _place(sha256, size, threads).open("rb") as file:
            ms = float(json.loads(file.read(MOST_BYTES))["ms"])
    # No home, no file, no JSON, JSON of something else.
    except (RuntimeError, OSError, ValueError, TypeError, LookupError):
        return None
    return ms if ms > 0 else None


def _keep(sha256: str, size: SizeWH, threads: int, ms: float) -> None:
    with suppress(RuntimeError, OutputError, OSError):
        path = _place(sha256, size, threads)
        make_folder(path.parent)
        write_whole(path, json.dumps({"ms": ms}).encode(), overwrite=True)


def _place(sha256: str, size: SizeWH, threads: int) -> Path:
    """All that decides whether a file runs, and how fast, is in the name."""
    facts = (sha256, size, threads, cpu_name(), ort.__version__, __version__)
    key = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    return cache_folder() / "tried" / f"{key[:32]}.json"
