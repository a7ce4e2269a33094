"""What all fits have in common at the command line: where, how long, and a bar."""

from __future__ import annotations

import argparse
import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.options import FitOptions

if TYPE_CHECKING:
    from training.fit import Progress


def add_length(parser: argparse.ArgumentParser) -> None:
    """How long a fit goes on."""
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--steps", type=int, metavar="N", help="instead of the recipe's"
    )
    length.add_argument(
        "--time", type=parse_duration, metavar="30m", help="fit for so long instead"
    )
    parser.add_argument("--resume", action="store_true", help="go on where it stopped")


def add_machine(parser: argparse.ArgumentParser) -> None:
    """What it computes with."""
    parser.add_argument(
        "--workers",
        type=_count,
        default=FitOptions.workers,
        help="decoding processes (%(default)s)",
    )
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (auto)")
    parser.add_argument(
        "--precision", default="auto", help="auto, float32 or bfloat16 (auto)"
    )
    parser.add_argument(
        "--decode",
        default=FitOptions.decode,
        help=f"photographs with auto, cpu or cuda ({FitOptions.decode})",
    )


def read_options(options: dict[str, Any], styles: Path, out: Path) -> FitOptions:
    """What was typed, as a fit takes it."""
    same = ("data", "vgg_weights", "resume", "workers", "device", "precision", "decode")
    return FitOptions(
        **{name: options[name] for name in same},
        styles=styles,
        out=out,
        seconds=options["time"],
    )


def parse_duration(text: str) -> float:
    """Reads "90s", "30m", "1.5h" or "1h30m" as seconds, more than none."""
    parts = re.findall(r"(\d+(?:\.\d+)?)([hms])", text)
    seconds = sum(float(n) * {"h": 3600, "m": 60, "s": 1}[unit] for n, unit in parts)
    if not seconds or "".join(n + unit for n, unit in parts) != text:
        raise argparse.ArgumentTypeError(f"{text!r}: write 90s, 30m, 1.5h or 1h30m")
    return seconds


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}: write 0 or a number above it")
    return int(text)


@contextmanager
def watched(options: FitOptions) -> Iterator[Callable[[Progress], None]]:
    """A bar that shows a fit's progress; says at its end how long it waited for data.

    Args:
        options: of the fit.

    Yields:
        What the fit is to report to.
    """
    from tqdm import tqdm

    from training.allocator import keep_memory
    from training.ranks import is_first
    from training.waiting import in_words

    keep_memory()
    seen: deque[Progress] = deque(maxlen=1)
    with tqdm(
        total=1000,
        bar_format="{percentage:5.1f} % {bar} {postfix}",
        disable=not is_first(),
    ) as bar:

        def report(progress: Progress) -> None:
            seen.append(progress)
            bar.set_postfix_str(_told(progress), refresh=False)
            bar.update(min(1000, round(progress.done * 1000)) - bar.n)
            bar.refresh()

        try:
            yield report
        finally:
            bar.close()
            for last in seen:
                print(in_words(last.waited, last.started, options.workers))


def _told(progress: Progress) -> str:
    terms = "  ".join(f"{name} {value:.4f}" for name, value in progress.terms.items())
    broken = f"  broken files {progress.broken}" if progress.broken else ""
    return (
        f"step {progress.step}  {progress.images_per_second:.1f} images/s  "
        f"waiting {progress.waiting * 100:.0f} %  {terms}{broken}"
    )
