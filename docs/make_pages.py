"""Writes the parts of pages that are made from code: keys, options, models, figures.

python docs/make_pages.py            writes them
python docs/make_pages.py --check    says which are stale, and exits with 1
"""

from __future__ import annotations

import argparse
import json
import math
import re
import statistics
import sys
from dataclasses import fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from livestyle import commands
from livestyle.flags import FLAGS
from livestyle.model import Painter
from livestyle.settings import Settings
from livestyle.variants import PLAIN, named_precision, variants_of

ROOT = Path(__file__).parent.parent


def readme() -> str:
    """README.md with its generated parts renewed."""
    text = (ROOT / "README.md").read_text("utf-8")
    text = _fill(text, "keys", f"\n{commands.markdown().strip()}\n")
    text = _fill(text, "options", f"\n{options()}\n")
    return _fill(text, "speed", f"\n{speed()}\n")


def options() -> str:
    """The options of the live picture as a table."""
    lines = ["| option | default | what |", "|---|---|---|"]
    for row in fields(Settings):
        flag = "--" + FLAGS.get(row.name, row.name)
        if row.metadata["read"] is bool:
            flag, default = f"{flag}, --no-{flag[2:]}", "on" if row.default else "off"
        else:
            flag = f"{flag} {row.metadata['meta']}"
            default = "" if row.default is None else str(row.default)
        lines.append(f"| `{flag}` | {default} | {row.metadata['help']} |")
    return "\n".join(lines)


def speed() -> str:
    """The measured times as a table, a row a painter and precision."""
    data = json.loads((ROOT / "benchmarks/results/speed.json").read_text("utf-8"))
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


def training() -> str:
    """docs/training.md with its measured figures renewed."""
    text = (ROOT / "docs/training.md").read_text("utf-8")
    return _fill(text, "fitting", fitting())


def fitting() -> str:
    """How fast a fit was measured to be."""
    data = json.loads((ROOT / "benchmarks/results/fitting.json").read_text("utf-8"))
    rate = statistics.median(data["images_per_second"]["fit"])
    faster = data["fit_is_faster_by"]
    own, same = faster["plain, its own network"], faster["plain"]
    return (
        f"{rate:.1f} photographs a second, {own:.1f} times as many as the\n  plain "
        f"loop that tutorials show with Johnson's network, and {same:.1f} times as "
        "many as that loop with the same network"
    )


def judging() -> str:
    """docs/evaluate.md with what the shipped painters were found to have."""
    text = (ROOT / "docs/evaluate.md").read_text("utf-8")
    text = _fill(text, "controls", f"\n{controls()}\n")
    for name in ("small", "large"):
        text = _fill(text, f"judged {name}", f"\n{judged(name)}\n")
    return text


def controls() -> str:
    """Networks that were fitted alike, as a table, a row a painter."""
    file = ROOT / "benchmarks/results/controls.json"
    rows = json.loads(file.read_text("utf-8"))["painters"]
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
    file = ROOT / f"benchmarks/results/{painter}.json"
    data = json.loads(file.read_text("utf-8"))
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


def recordings() -> str:
    """docs/recordings.md with what remembering was measured to cost."""
    text = (ROOT / "docs/recordings.md").read_text("utf-8")
    return _fill(text, "replay", replay())


def replay() -> str:
    """What it takes beside a recording."""
    data = json.loads((ROOT / "benchmarks/results/replay.json").read_text("utf-8"))
    own, other = data["replay"], data["recording"]
    return (
        f"at {data['size']} {own['cpu_ms_per_frame']:.1f} ms of one core a frame, "
        f"which is {own['share_of_a_core_at_30_fps']:.0%} of it\nat 30 frames/s, and "
        f"{own['megabytes_in_10_s']:.0f} MB for 10 s (`benchmarks/replay.py`; a "
        f"recording takes {other['cpu_ms_per_frame']:.1f} ms and "
        f"{other['megabytes_in_10_s']:.0f} MB)"
    )


def live() -> str:
    """docs/live.md with its measured figures renewed."""
    text = (ROOT / "docs/live.md").read_text("utf-8")
    file = ROOT / "benchmarks/results/live_controls.json"
    data = json.loads(file.read_text("utf-8"))
    colours, ways = data["camera_colours_ms"], data["enlarging_320x240"]
    own, lanczos, guided = (
        ways[name] for name in ("ours", "Lanczos", "guided by the camera")
    )
    text = _fill(
        text,
        "colours",
        f"{colours['ours']:.1f} ms (there and back through YCrCb: "
        f"{colours['through YCrCb']:.1f} ms)",
    )
    return _fill(
        text,
        "enlarging",
        f"with {own['psnr_db']:.2f} dB and {own['edges']:.0%} of its contours in "
        f"{own['ms']:.1f} ms; by Lanczos' kernel\nit is {lanczos['psnr_db']:.2f} dB, "
        f"{lanczos['edges']:.0%} and {lanczos['ms']:.1f} ms, and with detail taken "
        f"from the camera's picture {guided['psnr_db']:.2f} dB, "
        f"{guided['edges']:.0%}\nand {guided['ms']:.1f} ms",
    )


def models() -> str:
    """models/README.md, from the cards of the files beside it."""
    parts = [
        "# The painters\n\nEach file is one network with several styles and says "
        "all of this on a card of its own.\nThis page is made from the cards by "
        "`python docs/make_pages.py`.\n"
    ]
    for path in sorted((ROOT / "models").glob("*.onnx")):
        if named_precision(path) == PLAIN:
            parts.append(_model(path))
    return "\n".join(parts)


def _model(path: Path) -> str:
    card = Painter(path, provider="cpu").card
    losses = ", ".join(f"{name} {value:.3f}" for name, value in card.losses.items())
    rows = "\n".join(
        f"| `{s.name}` | {s.title} | {s.artist} | {s.year} | {s.licence} {s.source}. |"
        for s in card.styles
    )
    return f"""
## {path.name}

![Painted by {card.name}](../docs/figures/{card.name}.jpg)

| style | painting | painter | year | why it is free to use, and whence |
|---|---|---|---|---|
{rows}

- Network: `{card.network}` in `training/nets.py`, {_megabytes(path)}.
- Recipe: `training/recipes/{card.recipe}.toml`, for `python -m training fit`.
- Fitted: {card.trained_on}.
- Losses at the end (relative terms before their weights): {losses}.
- By {card.author or "unknown"}; licence: {card.licence or "unknown"}.
"""


def _megabytes(path: Path) -> str:
    """The file's size, and those of its variants."""
    sizes = [f"{path.stat().st_size / 1e6:.1f} MB"]
    for precision, variant in variants_of(path).items():
        sizes.append(f"in {precision} {variant.stat().st_size / 1e6:.1f} MB")
    return ", ".join(sizes)


def _fill(text: str, name: str, content: str) -> str:
    """Puts content between the markers <!-- name --> and <!-- /name -->."""
    pattern = rf"(<!-- {name} -->).*?(<!-- /{name} -->)"
    renewed, count = re.subn(
        pattern, lambda m: m[1] + content + m[2], text, flags=re.DOTALL
    )
    if count != 1:
        raise SystemExit(f"a page has {count} places for '{name}'")
    return renewed


def main() -> int:
    """Writes or checks all pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    pages = {
        "README.md": readme(),
        "models/README.md": models(),
        "docs/training.md": training(),
        "docs/evaluate.md": judging(),
        "docs/recordings.md": recordings(),
        "docs/live.md": live(),
    }
    for path, text in pages.items():
        file = ROOT / path
        if not file.exists() or file.read_text("utf-8") != text:
            stale.append(path)
            if not check:
                file.write_text(text, "utf-8")
    if stale:
        print(f"{'stale' if check else 'written'}: {', '.join(stale)}")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
