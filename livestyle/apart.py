"""Tries things that may end a whole process, in a process of their own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

# Modules are found where they are found here, this very livestyle among them.
RUN = """
import json, runpy, sys
sys.path[:] = json.loads(sys.argv.pop(1))
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


LOOK = 0.1  # seconds between two looks whether an answer is still wanted


class TrialError(Exception):
    """The process of a trial ended without an answer; the text says how."""


def apart(
    module: str,
    *words: str,
    seconds: float = 60.0,
    unwanted: Callable[[], bool] = lambda: False,
) -> Mapping[str, Any]:
    """Runs a module that prints one JSON object as its last line.

    Args:
        module: its full name.
        words: the arguments behind it.
        seconds: after so many the process is ended.
        unwanted: asked ten times a second; the process is ended when it says True.

    Raises:
        TrialError: it died, took too long, or printed something else.
    """
    with subprocess.Popen(
        [sys.executable, "-c", RUN, json.dumps(sys.path), module, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            out, err = _wait(process, seconds, unwanted)
        finally:
            process.kill()  # does nothing to one that has ended
    said = err.decode("utf-8", "replace").strip().splitlines()
    if process.returncode:
        raise TrialError(f"it died of {_cause(process.returncode)}{_last(said)}")
    lines = out.decode("utf-8", "replace").strip().splitlines()
    try:
        answer = json.loads(lines[-1])
    except (ValueError, IndexError):
        answer = None
    if not isinstance(answer, dict):
        raise TrialError(f"it gave no answer{_last(said)}")
    return answer


def _wait(
    process: subprocess.Popen[bytes], seconds: float, unwanted: Callable[[], bool]
) -> tuple[bytes, bytes]:
    """What it wrote to its outputs until its end."""
    end = time.monotonic() + seconds
    while True:
        left = end - time.monotonic()
        try:
            return process.communicate(timeout=max(0.0, min(LOOK, left)))
        except subprocess.TimeoutExpired as error:
            if unwanted():
                raise TrialError("nobody wants its answer any more") from error
            if time.monotonic() >= end:
                raise TrialError(f"it gave no answer within {seconds:g} s") from error


def _cause(status: int) -> str:
    if status >= 0:
        return f"status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


def _last(lines: list[str]) -> str:
    """The last thing that it said, for a sentence."""
    return f" ({lines[-1].strip()[:200]})" if lines else ""
