"""The program as a person starts it, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

ROOT = Path(__file__).parent.parent.parent


def command(*words: str | Path) -> list[str]:
    """What runs `livestyle WORDS` with this very Python."""
    return [sys.executable, "-m", "livestyle", *map(str, words)]


def environ(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a machine without a screen, where none is added."""
    shared = {k: v for k, v in os.environ.items() if "DISPLAY" not in k}
    return {**shared, "PYTHONPATH": str(ROOT), **(more or {})}


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs the program to its end."""
    return subprocess.run(
        command(*words),
        cwd=cwd,
        env=environ(),
        capture_output=True,
        text=True,
        timeout=60,
    )


@contextmanager
def running(
    *words: str | Path, cwd: Path, screen: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Runs the program beside the test, and kills it if it is still there."""
    with subprocess.Popen(
        command(*words),
        cwd=cwd,
        env=environ(screen),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def wait_until(reached: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Looks every 20 ms whether something is reached."""
    end = monotonic() + seconds
    while not reached():
        assert monotonic() < end, f"after {seconds:g} s: {what}"
        Event().wait(0.02)


def wait_for_bytes(path: Path, size: int) -> None:
    """Waits until a file has grown to some size."""
    wait_until(
        lambda: path.exists() and path.stat().st_size >= size,
        f"{path.name} has no {size} bytes",
    )


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """What a disk quota does, without a disk: longer files cannot be written."""
    resource = pytest.importorskip("resource", reason="Windows has no such limits")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
