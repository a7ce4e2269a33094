"""Where things lie that can be computed anew at any time."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """The folder of livestyle among what this person's programs can compute anew.

    Raises:
        RuntimeError: this person has no home.
    """
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "livestyle"
