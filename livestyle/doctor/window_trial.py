"""Opens a window, shows a picture and closes it; prints a JSON object.

A module of its own, because Qt ends the whole process where it finds no display.
"""

from __future__ import annotations

import json
import time
from typing import Any

import cv2

from livestyle.errors import DisplayError
from livestyle.frame import Frame
from livestyle.sinks.window import Window
from livestyle.sources.demo import Demo

SIZE = (320, 240)


def trial() -> dict[str, Any]:
    """What makes the windows, and in how many ms one is up; or `error` and `hint`."""
    answer: dict[str, Any] = {"framework": cv2.currentUIFramework()}
    began = time.perf_counter()
    try:
        window = Window(size_wh=SIZE)
        window.write(Frame(Demo(SIZE).picture_at(0.0), 0, 0.0))
        window.read_key()
        window.close()
    except DisplayError as error:
        return {**answer, "error": error.message, "hint": error.hint}
    return {**answer, "ms": round(1e3 * (time.perf_counter() - began))}


if __name__ == "__main__":
    print(json.dumps(trial()))  # noqa: T201 - this is the answer
