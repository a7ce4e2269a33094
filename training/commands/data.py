"""The command `data`: photographs to fit with."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from training.coco import SPLITS, Progress, Report, fetch

MIRROR = "LIVESTYLE_COCO_URL"  # environment variable, what --url is where not given


def register(commands: Any) -> None:
    """Adds the command to argparse's subcommands."""
    data = commands.add_parser("data", help="get photographs to fit with")
    sources = data.add_subparsers(required=True, metavar="SOURCE")
    coco = sources.add_parser(
        "coco",
        help="COCO 2017: photographs of people, rooms and streets",
        description="Downloads, checks and unpacks COCO's photographs. "
        "The same command goes on where it was stopped.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(
            f"{a.name}: {a.pictures:,} photographs, {a.size / 1e9:.1f} GB, "
            f"{2 * a.size / 1e9:.1f} GB while it is unpacked"
            for a in SPLITS.values()
        ),
    )
    coco.add_argument(
        "--split", choices=SPLITS, required=True, help="which of its photographs"
    )
    coco.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="gets a folder with the name of the split",
    )
    coco.add_argument(
        "--url",
        default=os.environ.get(MIRROR),
        help=f"a mirror's folder, or its ZIP (${MIRROR}, else COCO's own)",
    )
    coco.add_argument(
        "--keep-archive", action="store_true", help="do not delete the ZIP at the end"
    )
    coco.set_defaults(call=call)


def call(options: dict[str, Any]) -> int:
    """Fetches a split and says what to do with it."""
    archive = SPLITS[options["split"]]
    try:
        with _bars() as report:
            pictures = fetch(
                archive,
                options["output"],
                url=options["url"],
                keep=options["keep_archive"],
                report=report,
            )
    except KeyboardInterrupt:
        print("the same command goes on from here", file=sys.stderr)
        raise
    print(f"{pictures}: {archive.pictures:,} photographs")
    print(f"next: python -m training fit RECIPE --data {pictures} --styles PAINTINGS")
    return 0


@contextmanager
def _bars() -> Iterator[Report]:
    """A progress bar a stage, one after the other."""
    from tqdm import tqdm

    bar = tqdm(disable=True)

    def report(progress: Progress) -> None:
        nonlocal bar
        if bar.disable or bar.desc != progress.stage:
            bar.close()
            pictures = progress.stage == "unpacking"
            bar = tqdm(
                desc=progress.stage,
                total=progress.total,
                initial=progress.done,
                unit=" pictures" if pictures else "B",
                unit_scale=not pictures,
                dynamic_ncols=True,
            )
        bar.set_postfix_str(progress.note, refresh=bool(progress.note))
        bar.update(progress.done - bar.n)

    try:
        yield report
    finally:
        bar.close()
