"""What was measured as Markdown, to be pasted into an issue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

STAGES = ("capture", "paint", "record", "overlay", "show", "encode")


def markdown(result: dict[str, Any]) -> str:
    """The page: the machine, painters alone, the whole way."""
    parts = [
        "### livestyle bench",
        _head(result),
        "Painting alone, frame in to frame out:",
        _painting(result["painting"]),
        "The whole way of a frame, in ms (medians; latency also its 95th percentile):",
        _pipeline(result["pipeline"]),
        _notes(result),
    ]
    return "\n\n".join(part for part in parts if part)


def _head(result: dict[str, Any]) -> str:
    machine = result["machine"]
    memory = machine["memory_gb"]
    parts = [machine["cpu"], f"{machine['cores']} cores"]
    parts += [f"{memory:.0f} GB"] if memory else []
    parts += [*machine["gpus"], machine["system"]]
    versions = ", ".join(f"{name} {v}" for name, v in result["versions"].items())
    threads = result["threads"] or "chosen by ONNX Runtime"
    load = "" if machine["load"] is None else f"; load when it began {machine['load']}"
    return (
        f"{result['date']}, {', '.join(parts)}  \n{versions}  \n"
        f"threads: {threads}; {result['seconds']:g} s for each row{load}"
    )


def _painting(rows: Iterable[dict[str, Any]]) -> str:
    heads = ["model", "provider", "size", "p50 ms", "p95", "p99", "frames/s"]
    heads += ["runs", "memory MB", "against float32 on the CPU"]
    return _table(
        heads,
        [
            [
                *(row["model"], row["provider"], row["size"]),
                *(f"{row['ms'][p]:.1f}" for p in ("p50", "p95", "p99")),
                f"{row['fps']:.1f}",
                str(row["runs"]),
                "unknown" if row["memory_mb"] is None else f"{row['memory_mb']:.0f}",
                "equal" if row["equal"] else f"{row['psnr_db']:.1f} dB",
            ]
            for row in rows
        ],
    )


def _pipeline(rows: Sequence[dict[str, Any]]) -> str:
    used = [name for name in STAGES if any(name in row["stages_ms"] for row in rows)]
    heads = ["model", "provider", "size", "recording", "frames/s", "latency", *used]
    return _table(
        heads,
        [
            [
                *(row["model"], row["provider"], row["size"]),
                "yes" if row["recording"] else "no",
                f"{row['fps']:.1f} of {row['camera_fps']:.0f}",
                _latency(row["latency_ms"]),
                *(_stage(row["stages_ms"].get(name)) for name in used),
            ]
            for row in rows
        ],
    )


def _latency(ms: dict[str, float | None]) -> str:
    if ms["p50"] is None or ms["p95"] is None:
        return "none"
    return f"{ms['p50']:.0f} / {ms['p95']:.0f}"


def _stage(ms: dict[str, float] | None) -> str:
    return "" if ms is None else f"{ms['p50']:.1f}"


def _notes(result: dict[str, Any]) -> str:
    notes = [
        "The demo is the camera. capture: from the moment of capture until the loop "
        "takes the frame; record: handing it to the encoder; encode: in the encoder's "
        "own thread. Warm-up is left out; painters took turns.",
        f"Memory: {result['memory']}.",
    ]
    if not all(row["window"] for row in result["pipeline"]):
        notes.append("There is no display, so nothing was drawn or shown.")
    notes += [f"Not run: {reason}." for reason in result["not_run"]]
    return "\n".join(f"- {note}" for note in notes)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    # File names may hold what ends a cell.
    safe = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in safe)
