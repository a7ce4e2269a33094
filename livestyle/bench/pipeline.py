"""The whole way of a frame, through the loop that people run."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from livestyle.app import App
from livestyle.meter import Meter
from livestyle.settings import Settings

WARM = 5  # frames that do not count


def run(settings: Settings, *, recording: bool) -> dict[str, Any]:
    """Runs the demo through the live loop and tells how it went.

    Args:
        settings: of the run: size, window, seconds, painter.
        recording: whether what is painted is also recorded, to a file that is thrown
            away.

    Returns:
        Rates, latency in ms from capture to the end of showing, busy cores, and each
        stage's ms.
    """
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "bench.mp4" if recording else None
        # An empty folder of styles: nothing else is to be tried out meanwhile.
        settings = replace(
            settings, source="demo", record=record, styles_folder=Path(folder)
        )
        app = App(settings, lambda _: None, Meter(skip=WARM))
        app.run()
        stats = app.stats()
    return {
        "model": app.painter.card.name,
        "provider": stats["provider"],
        "size": "{}x{}".format(*(settings.size or (0, 0))),
        "recording": recording,
        "window": app.window is not None,
        "fps": round(stats["fps"], 1),
        "camera_fps": app.source.fps,
        "frames": stats["frames_shown"],
        "left_out_of_recording": stats["frames_left_out_of_recordings"],
        "latency_ms": stats["latency_ms"],
        "cores_busy": stats["cores_busy"],
        "stages_ms": stats["stages_ms"],
    }
