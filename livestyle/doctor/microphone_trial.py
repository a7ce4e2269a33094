"""Hears a little of a microphone; prints a JSON object.

A module of its own: what it loads is native code of others.
"""

from __future__ import annotations

import json
import time
from typing import Any

from livestyle.errors import SourceError
from livestyle.sound.portaudio import (
    ALLOW,
    DEFAULT,
    choose,
    find_microphones,
    open_input,
)

PATIENCE = 3.0  # seconds for a first block


def trial() -> dict[str, Any]:
    """The microphones' names and one that was heard, or `error` and `fix`."""
    try:
        found = find_microphones()
        wanted = DEFAULT if any(row.default for row in found) else "0"
        name = choose(found, wanted).name if found else DEFAULT
        opened = open_input(name)
    except SourceError as error:
        return {"error": error.message, "fix": error.hint}
    try:
        end = time.monotonic() + PATIENCE
        while opened.read(0.1) is None:
            if time.monotonic() > end:
                return {"error": f"{opened.name} opens and is silent", "fix": ALLOW}
    except SourceError as error:
        return {"error": f"{opened.name}: {error.message}", "fix": error.hint}
    finally:
        opened.close()
    return {
        "name": opened.name,
        "rate": opened.kind.rate,
        "microphones": [row.name for row in found],
    }


if __name__ == "__main__":
    print(json.dumps(trial()))  # noqa: T201 - this is the answer
