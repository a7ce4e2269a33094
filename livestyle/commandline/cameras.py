"""The command `cameras`: which there are and what they offer."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

from livestyle.errors import LivestyleError, SourceError
from livestyle.flags import add_options, reader
from livestyle.readers import parse_seconds

if TYPE_CHECKING:
    from livestyle.cameras import CameraInfo, Mode
    from livestyle.cameras.measure import Measured

SECONDS = 3.0


def register(commands: Any) -> None:
    """Adds the command to argparse's subcommands."""
    parser = commands.add_parser(
        "cameras",
        help="list the cameras by name, with what they offer",
        description="Lists the cameras with their modes; virtual ones and devices that "
        "only pose as cameras are told apart. 'livestyle --source NAME' takes a name, "
        "or a part of it.",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument(
        "--measure",
        action="store_true",
        help="open each one and count its pictures instead of believing it",
    )
    parser.add_argument(
        "--seconds",
        type=reader(parse_seconds),
        default=SECONDS,
        metavar="S",
        help="for how long each is measured (%(default)g)",
    )
    add_options(parser, "size", "fps", "format")
    parser.set_defaults(call=call)


def call(options: dict[str, Any]) -> int:
    """Lists the cameras; without one it says what to do.

    Raises:
        SourceError: there is none.
    """
    from livestyle.cameras import find_cameras

    cameras = find_cameras()
    rows = []
    for camera in cameras:
        measured = _measured(camera, options) if options["measure"] else None
        rows.append((camera, measured))
        if not options["json"] and camera.usable:
            print("\n".join(_told(camera, measured)))
    if options["json"]:
        print(json.dumps([_row(*row) for row in rows], indent=2, ensure_ascii=False))
    elif others := [camera for camera in cameras if not camera.usable]:
        listed = ", ".join(f"{c.number} {c.name} ({c.trouble})" for c in others)
        print(f"no cameras: {listed}")
    if not any(camera.usable for camera in cameras):
        raise SourceError("no camera was found", hint=_advice())
    return 0


def _measured(camera: CameraInfo, options: dict[str, Any]) -> Measured | str | None:
    """What it gives, or why it gives nothing; None for what is no camera."""
    from livestyle.cameras.measure import measure
    from livestyle.sources import Camera

    if not camera.usable:
        return None
    if not options["json"]:
        print(f"measuring {camera.name} ...", file=sys.stderr)
    source = Camera(
        camera.number,
        options.get("size"),
        options.get("fps"),
        format=options.get("format", "auto"),
        called=camera.name,
        backend=camera.backend,
    )
    try:
        return measure(source, options["seconds"])
    except LivestyleError as error:
        return str(error)


def _row(camera: CameraInfo, measured: Measured | str | None) -> dict[str, Any]:
    """A camera for programs."""
    row = {**camera.as_json(), "measured": None, "not_measured": ""}
    if isinstance(measured, str):
        row["not_measured"] = measured
    elif measured is not None:
        row["measured"] = asdict(measured)
    return row


def _told(camera: CameraInfo, measured: Measured | str | None) -> Iterator[str]:
    """A camera for people: a line with its name, and what there is to say about it."""
    about = ["virtual"] if camera.kind == "virtual" else []
    about += [part for part in (camera.path, camera.driver, camera.bus) if part]
    behind = f"  ({', '.join(about)})" if about else ""
    yield f"{camera.number:2}  {camera.name}{behind}"
    for format, modes in groupby(camera.modes, key=lambda mode: mode.format):
        sizes = ", ".join(_size(mode) for mode in modes)
        yield from _indented(f"{format}  {sizes}")
    if not camera.modes and not camera.trouble and measured is None:
        yield "    its modes are known only when it is opened: --measure"
    if camera.trouble:
        yield from _indented(f"{camera.trouble}. {camera.fix}")
    if isinstance(measured, str):
        yield from _indented(f"not measured: {measured}")
    elif measured is not None:
        yield from _indented(_found(measured))


def _size(mode: Mode) -> str:
    """A size with its greatest rate."""
    size = "{}x{}".format(*mode.size_wh)
    if mode.smallest_wh is not None:
        size = "{}x{} to ".format(*mode.smallest_wh) + size
    return f"{size} at {mode.rates[0]:g}" if mode.rates else size


def _found(measured: Measured) -> str:
    width, height = measured.size_wh
    stated = f" (it says {measured.stated_fps:g})" if measured.stated_fps else ""
    remark = f"; {measured.remark}" if measured.remark else ""
    return (
        f"measured: {width}x{height} at {measured.fps:.1f} frames/s{stated}, "
        f"the first after {measured.first_after:.1f} s{remark}"
    )


def _indented(text: str) -> Iterable[str]:
    return textwrap.wrap(
        text,
        88,
        initial_indent="    ",
        subsequent_indent=" " * 10,
        break_on_hyphens=False,
    )


def _advice() -> str:
    """What to do on this kind of machine."""
    from livestyle.cameras.absence import advice

    return advice()
