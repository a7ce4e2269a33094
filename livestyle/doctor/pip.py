"""The commands that put packages right in the Python that runs here."""

from __future__ import annotations

import shlex
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path


def uninstall(*names: str) -> str:
    """The command that removes distributions without asking."""
    if _has_pip():
        return f"{_pip()} uninstall -y {' '.join(names)}"
    return f"uv pip uninstall --python {_python()} {' '.join(names)}"


def install(*wishes: str, again: bool = False) -> str:
    """The command that installs distributions.

    Args:
        wishes: as pip takes them: "numpy>=1.26".
        again: write the files anew even if pip thinks that they are there; what they
            depend on is left alone.
    """
    quoted = " ".join(shlex.quote(wish) for wish in wishes)
    if _has_pip():
        return f"{_pip()} install {'--force-reinstall --no-deps ' * again}{quoted}"
    anew = "--reinstall --no-deps " * again
    return f"uv pip install --python {_python()} {anew}{quoted}"


def _has_pip() -> bool:
    """Environments that uv makes have none."""
    return find_spec("pip") is not None or shutil.which("uv") is None


def _pip() -> str:
    return f"{_python()} -m pip"


def _python() -> str:
    """What starts this Python from a shell: its short name, if that is the same."""
    for name in ("python", "python3"):
        found = shutil.which(name)
        if found and Path(found).parent == Path(sys.executable).parent:
            return name
    return shlex.quote(sys.executable)
