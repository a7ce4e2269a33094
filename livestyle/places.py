"""Where a person's own files of livestyle lie, as each system has it.

The variables of the XDG base directory specification are obeyed on every system.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def styles_folder() -> Path:
    """The folder into which a person puts painters.

    Raises:
        RuntimeError: this person has no home.
    """
    return _folder("XDG_DATA_HOME", ".local/share", "LOCALAPPDATA") / "styles"


def config_file() -> Path:
    """The settings that hold for every start.

    Raises:
        RuntimeError: this person has no home.
    """
    return _folder("XDG_CONFIG_HOME", ".config", "APPDATA") / "livestyle.toml"


def state_file() -> Path:
    """How a person left the controls the last time.

    Raises:
        RuntimeError: this person has no home.
    """
    return _folder("XDG_STATE_HOME", ".local/state", "LOCALAPPDATA") / "last.json"


def _folder(variable: str, unix: str, windows: str) -> Path:
    """The folder of livestyle below the one that a system has for such files."""
    base = os.environ.get(variable)
    if not base and sys.platform == "win32":
        base = os.environ.get(windows)
    if not base:
        mac = sys.platform == "darwin"
        base = str(Path.home() / ("Library/Application Support" if mac else unix))
    return Path(base) / "livestyle"
