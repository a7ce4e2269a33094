"""Tries things that may end a whole process, in a process of their own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

# Modules are found where they are found here, this very livestyle among them.
RUN = """
import json, runpy, sys
sys.path[:] = json.loads(sys.argv.pop(1))
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


class TrialError(Exception):
    """The process of a trial ended without an answer; the text says how."""


def apart(module: str, *words: str, seconds: float = 60.0) -> Mapping[str, Any]:
    """Runs a module that prints one JSON object as its last line.

    Args:
        module: its full name.
        words: the arguments behind it.
        seconds: after so many the process is ended.

    Raises:
        TrialError: it died, took too long, or printed something else.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-c", RUN, json.dumps(sys.path), module, *words],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TrialError(f"it gave no answer within {seconds:g} s") from error
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    if done.returncode:
        raise TrialError(f"it died of {_cause(done.returncode)}{_last(said)}")
    lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
    try:
        answer = json.loads(lines[-1])
    except (ValueError, IndexError):
        answer = None
    if not isinstance(answer, dict):
        raise TrialError(f"it gave no answer{_last(said)}")
    return answer


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
