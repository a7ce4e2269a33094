"""What the pages tell of measured figures, from `benchmarks/results`."""

from __future__ import annotations

import json
import math
import statistics
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def speed() -> str:
    """The measured times as a table, a row a painter and precision."""
    data = result("speed")
    machine = data["machine"]
    lines = [
        f"| painter | a frame of {data['size']} | Johnson et al. 2016 "
        "| as many times as long, fastest runs | by the medians |",
        "|---|---|---|---|---|",
    ]
    rows = [
        (f"`{model}` in {precision}", found)
        for model, precisions in data["painters"].items()
        for precision, found in precisions.items()
    ]
    for name, found in rows:
        own, other = found["painter"], found["johnson"]
        lines.append(
            f"| {name} | {own['min_ms']:.1f} ms, {1000 / own['min_ms']:.0f} a "
            f"second | {other['min_ms']:.0f} ms | **{found['ratio_of_fastest']:.0f}** "
            f"| {found['ratio_of_medians']:.0f} |"
        )
    cpu = machine["cpu"].split(" (")[0]
    lines += [
        "",
        f"{data['threads']} threads of {cpu}, {machine['cores']} cores, shared.",
    ]
    return "\n".join(lines)


def fitting() -> str:
    """How fast a fit was measured to be."""
    data = result("fitting")
    rate = statistics.median(data["images_per_second"]["fit"])
    faster = data["fit_is_faster_by"]
    own, same = faster["plain, its own network"], faster["plain"]
    return (
        f"{rate:.1f} photographs a second, {own:.1f} times as many as the\n  plain "
        f"loop that tutorials show with Johnson's network, and {same:.1f} times as "
        "many as that loop with the same network"
    )


def controls() -> str:
    """Networks that were fitted alike, as a table, a row a painter."""
    rows = result("controls")["painters"]
    lines = [
        "| painter | network | paintings | content | style | total | still flicker "
        "| moving flicker |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        lines.append(
            f"| {name} | `{row['network']}` | {row['styles']} | {row['content']:.2f} "
            f"| {row['style']:.3f} | {row['total']:.2f} "
            f"| x {row['still'] / row['source_still']:.2f} "
            f"| x {row['moving'] / row['source_moving']:.2f} |"
        )
    return "\n".join(lines)


def judged(painter: str) -> str:
    """The summary of a painter's report as a table, a row a style."""
    data = result(painter)
    lines = [
        "| style | loss, of the photograph's | stands at step | grid, decades | grain "
        "| still flicker | moving flicker |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, style in data["styles"].items():
        found = style["standings"]
        own, before = (
            statistics.fmean(s[who]["total"] for s in found)
            for who in ("painter", "photograph")
        )
        # As the report has it: of two, the greater.
        last = data["settings"]["steps"]
        steps = sorted(
            math.inf if s["stands_at"] is None else s["stands_at"] for s in found
        )
        step = steps[len(steps) // 2]
        stands = f"beyond {last}" if step > last else str(step)
        moving = statistics.fmean(
            clip["painted"][name] / clip["source"] for clip in data["clips"].values()
        )
        still = data["still"]["painted"][name] / data["still"]["source"]
        lines.append(
            f"| `{name}` | {own / before:.0%} | {stands} "
            f"| {style['grid']['painter']:.2f} | {style['grain']['painter']:.1f} "
            f"| x {still:.1f} | x {moving:.1f} |"
        )
    return "\n".join(lines)


def replay() -> str:
    """What it takes beside a recording."""
    data = result("replay")
    own, other = data["replay"], data["recording"]
    return (
        f"at {data['size']} {own['cpu_ms_per_frame']:.1f} ms of one core a frame, "
        f"which is {own['share_of_a_core_at_30_fps']:.0%} of it\nat 30 frames/s, and "
        f"{own['megabytes_in_10_s']:.0f} MB for 10 s (`benchmarks/replay.py`; a "
        f"recording takes {other['cpu_ms_per_frame']:.1f} ms and "
        f"{other['megabytes_in_10_s']:.0f} MB)"
    )


def result(name: str) -> Any:
    """What a benchmark found."""
    return json.loads((ROOT / f"benchmarks/results/{name}.json").read_text("utf-8"))


def soak() -> str:
    """What half an hour of a live picture left behind."""
    data = result("soak")
    memory, late, rate = (
        (row["first"], row["last"])
        for row in (data["judged"][n] for n in ("memory_mb", "latency_p99_ms", "rate"))
    )
    return (
        f"Of {data['minutes']:g} minutes of\n{data['size']} at {rate[0]:g} frames/s "
        f"{rate[1]:.2f} were shown, memory was {memory[0]:.0f} MB after the first "
        f"minute and {memory[1]:.0f} at the end, latency\np99 {late[0]:.1f} ms in the "
        f"first five minutes and {late[1]:.1f} in the last, and no thread and no file "
        "was left over"
    )
