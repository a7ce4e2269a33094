"""Trials in processes of their own: how they end."""

import sys
from pathlib import Path

import pytest

from livestyle.apart import TrialError, apart


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a module that can be tried."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path / "my_trial.py"


def test_the_last_line_is_the_answer(trial: Path):
    trial.write_text(
        "import json, sys\nprint('hello')\nprint(json.dumps({'words': sys.argv[1:]}))"
    )
    assert apart("my_trial", "a", "b c") == {"words": ["a", "b c"]}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_one_that_is_killed_says_by_what_and_its_last_words(trial: Path):
    trial.write_text(
        "import os, sys\nprint('no plug-in', file=sys.stderr, flush=True)\nos.abort()"
    )
    with pytest.raises(TrialError, match=r"died of SIGABRT \(no plug-in\)"):
        apart("my_trial")


def test_one_that_breaks_says_its_last_words(trial: Path):
    trial.write_text("1 / 0")
    with pytest.raises(TrialError, match=r"died of status 1 \(ZeroDivisionError"):
        apart("my_trial")


def test_one_that_hangs_is_ended(trial: Path):
    trial.write_text("import time\ntime.sleep(60)")
    with pytest.raises(TrialError, match=r"no answer within 0\.5 s"):
        apart("my_trial", seconds=0.5)


@pytest.mark.parametrize("said", ["", "print('hello')", "print('[1]')"])
def test_one_that_says_something_else_gave_no_answer(trial: Path, said: str):
    trial.write_text(said)
    with pytest.raises(TrialError, match="it gave no answer"):
        apart("my_trial")
