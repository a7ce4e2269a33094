"""Sends a picture to a virtual camera; prints a JSON object.

A module of its own: what it loads is native code of others.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

SIZE = (640, 480)


def trial() -> dict[str, Any]:
    """The device and the backend that took a picture, or `error`."""
    import pyvirtualcam

    try:
        with pyvirtualcam.Camera(*SIZE, 30) as camera:
            camera.send(np.zeros((SIZE[1], SIZE[0], 3), np.uint8))
            return {"device": camera.device, "backend": camera.backend}
    except RuntimeError as error:  # what its backends raise
        return {"error": " ".join(str(error).split())}


if __name__ == "__main__":
    print(json.dumps(trial()))  # noqa: T201 - this is the answer
