"""Writes the parts of pages that are made from code: keys, options, models, figures.

python docs/make_pages.py            writes them
python docs/make_pages.py --check    says which are stale, and exits with 1
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from measured import (
    controls,
    fitting,
    judged,
    replay,
    result,
    soak,
    speed,
)

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


def training() -> str:
    """docs/training.md with its measured figures renewed."""
    text = (ROOT / "docs/training.md").read_text("utf-8")
    return _fill(text, "fitting", fitting())


def judging() -> str:
    """docs/evaluate.md with what the shipped painters were found to have."""
    text = (ROOT / "docs/evaluate.md").read_text("utf-8")
    text = _fill(text, "controls", f"\n{controls()}\n")
    for name in ("small", "large"):
        text = _fill(text, f"judged {name}", f"\n{judged(name)}\n")
    return text


def recordings() -> str:
    """docs/recordings.md with what remembering was measured to cost."""
    text = (ROOT / "docs/recordings.md").read_text("utf-8")
    sync = result("sound_sync")
    apart = sync["apart_ms"]
    said = f"{max(abs(apart['least']), abs(apart['most'])):.1f} ms"
    text = _fill(text, "sync", f"{sync['minutes']:g} minutes in real time: {said}")
    return _fill(text, "replay", replay())


def reliability() -> str:
    """docs/reliability.md with what half an hour of a live picture left behind."""
    text = (ROOT / "docs/reliability.md").read_text("utf-8")
    return _fill(text, "soak", soak())


def live() -> str:
    """docs/live.md with its measured figures renewed."""
    text = (ROOT / "docs/live.md").read_text("utf-8")
    data = result("live_controls")
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
        "docs/reliability.md": reliability(),
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
