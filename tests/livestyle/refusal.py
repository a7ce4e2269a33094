"""How a command refuses."""

from pathlib import Path

import pytest

from livestyle.cli import main

Captured = pytest.CaptureFixture[str]


def refusal(capsys: Captured, *words: str | Path) -> str:
    """The one line with which a command ends in status 1."""
    assert main([str(word) for word in words]) == 1
    out, err = capsys.readouterr()
    told = [line for line in err.splitlines() if "painting on" not in line]
    assert out == ""
    assert len(told) == 1
    assert told[0].startswith("livestyle: ")
    assert len(told[0]) < 300
    return told[0]
