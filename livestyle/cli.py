"""The command line: reads what was typed, runs it, and turns errors into a sentence."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from livestyle import __version__
from livestyle.commandline import bench, cameras, config, doctor, styles
from livestyle.configfile import add_config, chosen
from livestyle.errors import GpuError, LivestyleError, OutputError, PaintError
from livestyle.settings import Settings, add_options, load_settings
from livestyle.signals import polite
from livestyle.stats import require_writable, write_stats

COMMANDS = (
    "run",
    "video",
    "image",
    "styles",
    "keys",
    "cameras",
    "doctor",
    "bench",
    "config",
)
# Options of the live picture that painting files has as well.
SHARED = (
    "strength",
    "model",
    "styles_folder",
    "provider",
    "require_gpu",
    "precision",
    "threads",
)
EPILOG = """\
commands:
  run      show the live picture; it is meant when no command is given
  video    paint a video file:   livestyle video IN.mp4 -o OUT.mp4 --style NAME
  image    paint pictures:       livestyle image A.jpg B.png --style all -o FOLDER
  styles   list the styles
  keys     list the keys of the live window
  cameras  list the cameras by name, with what they offer
  doctor   say what of this machine works, and how to mend the rest
  bench    measure how fast this machine paints
  config   write a file with every option and what it does
'livestyle COMMAND --help' tells the options of each.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: what was typed behind the program's name, or None for `sys.argv`.

    Returns:
        The exit status: 0, 1 for an error that a person can mend, 3 where no GPU paints
        and one is required, 130 for Ctrl-C.
    """
    typed = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    if not typed or typed[0] not in (*COMMANDS, "-h", "--help", "--version"):
        typed.insert(0, "run")
    options = vars(parser.parse_args(typed))
    command: Callable[[dict[str, Any]], int] = options.pop("call")
    options.pop("command")
    try:
        status = command(options)
        sys.stdout.flush()  # here, where a reader that went away is caught
        return status
    except LivestyleError as error:
        print(f"livestyle: {error}", file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output went away, as `head` does; nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="livestyle",
        description="A live camera as a moving painting.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action="version", version=f"livestyle {__version__}"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    run = commands.add_parser("run", help="show the live picture (the default)")
    add_config(run)
    add_options(run)
    run.set_defaults(call=_run)

    video = commands.add_parser("video", help="paint a video file")
    video.add_argument("input", type=Path, metavar="IN")
    video.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    _add_painting(video, "NAME")
    video.set_defaults(call=_video)

    image = commands.add_parser("image", help="paint pictures")
    image.add_argument("pictures", type=Path, nargs="+", metavar="PICTURE")
    image.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER")
    _add_painting(image, "NAME|all")
    image.set_defaults(call=_image)

    styles.register(commands)
    keys = commands.add_parser("keys", help="list the keys of the live window")
    keys.set_defaults(call=_keys)
    cameras.register(commands)
    doctor.register(commands)
    bench.register(commands)
    config.register(commands)
    return parser


def _add_painting(parser: argparse.ArgumentParser, styles: str) -> None:
    parser.add_argument(
        "--style", required=True, metavar=styles, help="see 'livestyle styles'"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace files that are there already"
    )
    add_config(parser)
    add_options(parser, *SHARED)


def _run(options: dict[str, Any]) -> int:
    from livestyle.app import App
    from livestyle.wishes import keep, with_remembered

    file = chosen(options.pop("config"))
    settings, last_style = with_remembered(options, file)
    if settings.stats is not None:
        require_writable(settings.stats)
    app: App | None = None

    def stop() -> None:
        if app is None:
            raise KeyboardInterrupt  # nothing to finish yet
        app.controls.quit()

    with polite(stop):
        app = App(settings, _say, last_style=last_style)
        _tell_provider(settings, app.painter.provider)
        try:
            app.run()
        except LivestyleError:
            # What broke the run is told, not what its figures met afterwards.
            with suppress(OutputError):
                write_stats(settings.stats, app.stats())
            raise
        else:
            write_stats(settings.stats, app.stats())
        finally:
            if settings.remember:
                keep(app.controls)
            for path in app.takes.written:
                print(f"saved {path}")
    return 0


def _video(options: dict[str, Any]) -> int:
    from tqdm import tqdm

    from livestyle.video import paint_video

    settings = _settings(options)
    stylize = _stylizer(settings, options["style"])
    wanted_end: list[bool] = []
    with (
        _gpu_required(settings),
        polite(lambda: wanted_end.append(True)),
        tqdm(unit=" frames", disable=None) as bar,
    ):

        def progress(done: int, total: int | None) -> None:
            bar.total = total
            bar.update(done - bar.n)

        report = paint_video(
            options["input"],
            options["output"],
            stylize,
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


def _image(options: dict[str, Any]) -> int:
    from livestyle.gallery import paint_pictures

    settings = _settings(options)
    if options["style"] == "all":
        painter = _painter(settings)
        names = painter.names
    else:
        painter, *names = _painter_with(settings, options["style"])
    with _gpu_required(settings):
        for path in paint_pictures(
            painter,
            options["pictures"],
            names,
            options["output"],
            strength=settings.strength,
            overwrite=options["overwrite"],
        ):
            print(path)
    return 0


def _keys(_: dict[str, Any]) -> int:
    from livestyle.commands import plain

    print(plain())
    return 0


def _settings(options: dict[str, Any]) -> Settings:
    """The settings among the options of a command that has others beside them."""
    typed = {key: options[key] for key in SHARED if key in options}
    return load_settings(typed, chosen(options["config"]))


@contextmanager
def _gpu_required(settings: Settings) -> Iterator[None]:
    """Where a GPU is required, one that fails later on has the same exit status."""
    try:
        yield
    except PaintError as error:
        if settings.require_gpu:
            error.status = GpuError.status
        raise


def _painter(settings: Settings) -> Any:
    from livestyle.bank import find
    from livestyle.choice import open_painter
    from livestyle.providers import require_gpu

    painter = open_painter(
        find(settings.model),
        provider=settings.provider,
        threads=settings.threads,
        precision=settings.precision,
    )
    if settings.require_gpu:
        require_gpu(painter.provider)
    _tell_provider(settings, painter.provider)
    return painter


def _painter_with(settings: Settings, style: str) -> tuple[Any, str]:
    """The painter that has a style, and how its own card calls it."""
    from livestyle.atelier import painter_with

    return painter_with(style, _painter(settings), settings, _say)


def _stylizer(settings: Settings, style: str) -> Any:
    from livestyle.stylizer import Stylizer

    painter, name = _painter_with(settings, style)
    return Stylizer.of_style(painter, name, settings.strength)


def _say(line: str) -> None:
    """One line for the person at the terminal, beside what the command gives."""
    print(f"livestyle: {line}", file=sys.stderr)


def _tell_provider(settings: Settings, provider: Any) -> None:
    """Says on stderr what "auto" took, and why nothing better."""
    if settings.provider == "auto" or provider.notes:
        why = f" ({'; '.join(provider.notes)})" if provider.notes else ""
        _say(f"painting on {provider.label}{why}")
