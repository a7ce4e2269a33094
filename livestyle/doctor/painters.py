"""The painters that come along: each is opened and paints."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from livestyle.doctor import pip
from livestyle.doctor.finding import Finding
from livestyle.errors import LivestyleError

SIZE = (640, 480)  # width and height of the frame that is painted


def check_painters() -> Iterator[Finding]:
    """That each file is there, has a valid card and paints a first frame."""
    from livestyle.bank import shipped

    painters = shipped()
    for name, path in painters.items():
        yield _try(name, path)
    if not painters:
        fix = pip.install("livestyle", again=True)
        yield Finding("models", "error", "this installation has no painter", fix)


def _try(name: str, path: Path) -> Finding:
    from livestyle.model import Painter
    from livestyle.sources.demo import Demo

    check = f"model {name}"
    try:
        began = time.perf_counter()
        painter = Painter(path, provider="cpu")
        opened = time.perf_counter()
        painter.paint(Demo(SIZE).picture_at(0.0), painter.embedding(painter.names[0]))
        painted = time.perf_counter()
    except LivestyleError as error:
        return Finding(check, "error", error.message, error.hint)
    figures = {
        "styles": list(painter.names),
        "megabytes": round(path.stat().st_size / 1e6, 2),
        "open_ms": round(1e3 * (opened - began), 1),
        "first_frame_ms": round(1e3 * (painted - opened), 1),
    }
    text = (
        f"{len(painter.names)} styles, opens in {figures['open_ms']:.0f} ms, paints "
        f"its first frame of {SIZE[0]}x{SIZE[1]} in {figures['first_frame_ms']:.0f} ms"
    )
    return Finding(check, "ok", text, "", figures)
