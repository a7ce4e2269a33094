"""The figures of a live run: what was captured, shown and dropped, and by what."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from livestyle.cameras.report import CameraReport
from livestyle.fallback import Fallback
from livestyle.latest import Latest
from livestyle.meter import Meter
from livestyle.model import Painter
from livestyle.sources.source import Source


def figures(
    meter: Meter,
    source: Source,
    report: CameraReport,
    painter: Painter,
    fallback: Fallback,
    unpainted: int,
) -> dict[str, Any]:
    """What `--stats` tells of the loop at this moment.

    Args:
        meter: of the run.
        source: what the frames come from.
        report: what a camera was asked for, and gave.
        painter: what paints now.
        fallback: what painted before.
        unpainted: frames that were taken while nothing could paint them.
    """
    captured, dropped = meter.frames_shown, 0
    if isinstance(source, Latest):
        # In this order: a frame may come in between, and drops are captured first.
        dropped, captured = source.dropped, source.captured
    return {
        "frames_captured": captured,
        "frames_shown": meter.frames_shown,
        "frames_dropped": dropped + unpainted,
        "fps": round(meter.fps, 3),
        "latency_ms": {
            "p50": _rounded(meter.total_latency_ms(50)),
            "p95": _rounded(meter.total_latency_ms(95)),
        },
        "cores_busy": round(meter.cores, 2),
        "provider": painter.provider.name,
        "precision": painter.provider.precision,
        "provider_changes": [asdict(change) for change in fallback.changes],
        "seconds": round(meter.seconds, 3),
        "source": source.name,
        "camera": report.figures(),
        "model": painter.card.name,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
