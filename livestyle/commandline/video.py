"""The command `video`: paints a video file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from livestyle.commandline.painting import add_painting, painter_of, settings_of
from livestyle.signals import polite


def register(commands: Any) -> None:
    """Adds the command to argparse's subcommands."""
    parser = commands.add_parser("video", help="paint a video file")
    parser.add_argument("input", type=Path, metavar="IN")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    add_painting(parser, "NAME")
    parser.set_defaults(call=call)


def call(options: dict[str, Any]) -> int:
    """Paints the video."""
    from tqdm import tqdm

    from livestyle.stylizer import Stylizer
    from livestyle.video import paint_video

    settings = settings_of(options)
    painter, name = painter_of(settings, options["style"])
    wanted_end: list[bool] = []
    with (
        polite(lambda: wanted_end.append(True)),
        tqdm(unit=" frames", disable=None) as bar,
    ):

        def progress(done: int, total: int | None) -> None:
            bar.total = total
            bar.update(done - bar.n)

        report = paint_video(
            options["input"],
            options["output"],
            Stylizer.of_style(painter, name, settings.strength),
            overwrite=options["overwrite"],
            progress=progress,
            stop=lambda: bool(wanted_end),
        )
    print(
        f"{'stopped early: ' if report.partial else ''}{report.path}: "
        f"{report.frames} frames, {report.seconds:.2f} s, sound: {report.sound}"
        + (f", {report.skipped} broken packets left out" if report.skipped else "")
    )
    return 130 if report.partial else 0
