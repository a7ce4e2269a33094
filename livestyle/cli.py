"""The command line: reads what was typed, runs it, and turns errors into a sentence."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from livestyle import __version__
from livestyle.commandline import (
    bench,
    cameras,
    config,
    doctor,
    microphones,
    styles,
    video,
)
from livestyle.commandline.painting import (
    add_painting,
    gpu_required,
    open_chosen,
    painter_of,
    say,
    settings_of,
    tell_provider,
)
from livestyle.configfile import add_config, chosen
from livestyle.errors import LivestyleError, OutputError
from livestyle.flags import add_options
from livestyle.signals import polite
from livestyle.stats import require_writable, write_stats

COMMANDS = (
    "run",
    "video",
    "image",
    "styles",
    "keys",
    "cameras",
    "microphones",
    "doctor",
    "bench",
    "config",
)
EPILOG = """\
commands:
  run      show the live picture; it is meant when no command is given
  video    paint videos:         livestyle video IN.mp4 -o OUT.mp4 --style NAME
  image    paint pictures:       livestyle image A.jpg B.png --style all -o FOLDER
  styles   list the styles
  keys     list the keys of the live window
  cameras  list the cameras by name, with what they offer
  microphones  list the microphones by name
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

    video.register(commands)
    image = commands.add_parser("image", help="paint pictures")
    image.add_argument("pictures", type=Path, nargs="+", metavar="PICTURE")
    image.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER")
    add_painting(image, "NAME|all")
    image.set_defaults(call=_image)

    styles.register(commands)
    keys = commands.add_parser("keys", help="list the keys of the live window")
    keys.set_defaults(call=_keys)
    cameras.register(commands)
    microphones.register(commands)
    doctor.register(commands)
    bench.register(commands)
    config.register(commands)
    return parser


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
        app = App(settings, say, last_style=last_style)
        tell_provider(settings, app.painter.provider)
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


def _image(options: dict[str, Any]) -> int:
    from livestyle.gallery import paint_pictures

    settings = settings_of(options)
    if options["style"] == "all":
        painter = open_chosen(settings)
        names = painter.names
    else:
        painter, *names = painter_of(settings, options["style"])
    with gpu_required(settings):
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
