"""Every option of the program once: its default, its unit and its help.

The command line and the TOML file are both read by this table: defaults, then the file,
then the command line, each one above the one before.
"""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from livestyle.contract import MAX_SIDE, MIN_SIDE, PRECISIONS
from livestyle.controls import RECORDED
from livestyle.errors import SettingsError

FORMATS = ("auto", "mjpg", "yuyv")
LONGEST_REPLAY = 600  # seconds; memory sets another limit


def parse_size(text: str) -> tuple[int, int]:
    """Reads "640x480" as (width, height) in pixels."""
    match = re.fullmatch(r"(\d{1,5})[xX](\d{1,5})", text.strip())
    size_wh = (int(match[1]), int(match[2])) if match else (0, 0)
    if min(size_wh) < MIN_SIDE or max(size_wh) > MAX_SIDE:
        raise ValueError(
            f"a size is WIDTHxHEIGHT with sides from {MIN_SIDE} to {MAX_SIDE}"
        )
    return size_wh


def parse_strength(text: str | float) -> float:
    """Reads a number from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError("it is a number from 0 to 1")
    return value


def parse_seconds(text: str | float) -> float:
    """Reads a positive number of seconds."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError("it is a positive number of seconds")
    return value


def parse_fps(text: str | float) -> float:
    """Reads a rate in frames/s."""
    value = float(text)
    if not 0 < value <= 1000:
        raise ValueError("a rate is a number above 0 and up to 1000 frames/s")
    return value


def parse_format(text: str) -> str:
    """Reads the name of a camera's pixel format, or "auto"."""
    if text.lower() not in FORMATS:
        raise ValueError(f"it is {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    return text.lower()


def parse_replay(text: str | float) -> float:
    """Reads how many seconds are remembered, 0 for none."""
    value = float(text)
    if not 0 <= value <= LONGEST_REPLAY:
        raise ValueError(f"it is a number of seconds from 0 to {LONGEST_REPLAY}")
    return value


def parse_threads(text: str | int) -> int:
    """Reads a number of threads, 0 for automatic."""
    value = int(text)
    if not 0 <= value <= 512:
        raise ValueError("it is a whole number from 0 to 512")
    return value


def parse_record_what(text: str) -> str:
    """Reads what a recording shows."""
    if text not in RECORDED:
        raise ValueError("it is painted, original or both")
    return text


def parse_precision(text: str) -> str:
    """Reads "auto" or one of the precisions that a painter may lie in."""
    if text not in ("auto", *PRECISIONS):
        raise ValueError(
            f"it is auto, {', '.join(PRECISIONS[:-1])} or {PRECISIONS[-1]}"
        )
    return text


def _about(read: Callable[[Any], Any], help: str, meta: str = "") -> dict[str, Any]:
    """A row of the table: how its text is read, what it is, what stands for it."""
    return {"read": read, "help": help, "meta": meta}


@dataclass(frozen=True)
class Settings:
    """What a live run is to do; each field is an option of the command line."""

    source: str = field(
        default="auto",
        metadata=_about(
            str,
            "camera number or name, video file, URL (rtsp, http, udp ...) or demo; "
            "auto takes the first camera, or the demo where there is none",
            "SOURCE",
        ),
    )
    size: tuple[int, int] | None = field(
        default=None,
        metadata=_about(
            parse_size, "ask camera or demo for this size of picture", "WxH"
        ),
    )
    fps: float | None = field(
        default=None,
        metadata=_about(parse_fps, "ask camera or demo for so many frames/s", "N"),
    )
    format: str = field(
        default="auto",
        metadata=_about(
            parse_format,
            "ask a camera for mjpg (compressed) or yuyv (raw); auto takes mjpg where "
            "raw pictures do not fit through USB 2",
            "NAME",
        ),
    )
    style: str | None = field(
        default=None, metadata=_about(str, "the style to begin with", "NAME")
    )
    strength: float = field(
        default=1.0,
        metadata=_about(
            parse_strength, "0 is the camera's picture, 1 the full style", "0..1"
        ),
    )
    blend: str | None = field(
        default=None, metadata=_about(str, "a second style, blended in", "NAME")
    )
    blend_weight: float = field(
        default=0.5,
        metadata=_about(parse_strength, "how much of the blend that one is", "0..1"),
    )
    keep_colours: bool = field(
        default=False,
        metadata=_about(bool, "keep the camera's colours, paint in light and dark"),
    )
    slide_show: float | None = field(
        default=None,
        metadata=_about(
            parse_seconds, "go on to the next style every so often", "SECONDS"
        ),
    )
    model: Path | None = field(
        default=None, metadata=_about(Path, "a painter file of your own", "FILE")
    )
    provider: str = field(
        default="auto",
        metadata=_about(
            str,
            "what runs the painter: auto, cpu, cuda, tensorrt, directml, coreml ...",
            "NAME",
        ),
    )
    require_gpu: bool = field(
        default=False,
        metadata=_about(
            bool, "end with exit status 3 when no GPU runs the painter, also later on"
        ),
    )
    precision: str = field(
        default="auto",
        metadata=_about(
            parse_precision,
            "float32, float16 or int8, where such files lie beside the painter; auto "
            "takes float16 on a GPU, on a CPU what is faster of float32 and int8",
            "NAME",
        ),
    )
    threads: int = field(
        default=0,
        metadata=_about(
            parse_threads, "CPU threads for the painter, 0 for automatic", "N"
        ),
    )
    mirror: bool = field(
        default=False, metadata=_about(bool, "show left and right as a mirror does")
    )
    overlay: bool = field(
        default=True, metadata=_about(bool, "begin with the status line shown")
    )
    window: bool = field(default=True, metadata=_about(bool, "show a window"))
    fullscreen: bool = field(
        default=False, metadata=_about(bool, "begin with the whole screen")
    )
    seconds: float | None = field(
        default=None,
        metadata=_about(parse_seconds, "end by itself after so long", "SECONDS"),
    )
    record: Path | None = field(
        default=None,
        metadata=_about(Path, "record to this MP4 file from the start", "FILE"),
    )
    record_what: str = field(
        default="painted",
        metadata=_about(
            parse_record_what,
            "what recordings show: painted, original or both side by side",
            "NAME",
        ),
    )
    replay: float = field(
        default=10.0,
        metadata=_about(
            parse_replay,
            "how much a key can save after it has happened; 0 remembers nothing",
            "SECONDS",
        ),
    )
    virtual_camera: bool = field(
        default=False,
        metadata=_about(bool, "give the picture to other programs as a camera"),
    )
    folder: Path = field(
        default=Path("recordings"),
        metadata=_about(Path, "where the keys put recordings, snapshots", "FOLDER"),
    )
    stats: Path | None = field(
        default=None,
        metadata=_about(
            Path, "write figures of the run to this JSON file at the end", "FILE"
        ),
    )


# Options whose flag is not their field's name: 'for' is a word of Python's, and flags
# have a dash where names have a line.
FLAGS = {
    "seconds": "for",
    "require_gpu": "require-gpu",
    "blend_weight": "blend-weight",
    "keep_colours": "keep-colours",
    "slide_show": "slide-show",
    "record_what": "record-what",
    "virtual_camera": "virtual-camera",
}


def add_options(parser: argparse.ArgumentParser, *names: str) -> None:
    """Adds options of the table to a parser; all of them if none is named.

    Their defaults are left out, so that only what was typed overrides the file.
    """
    for row in fields(Settings):
        if names and row.name not in names:
            continue
        flag = "--" + FLAGS.get(row.name, row.name)
        help = row.metadata["help"]
        common: dict[str, Any] = {"dest": row.name, "default": argparse.SUPPRESS}
        if row.metadata["read"] is bool:
            shown = "on" if row.default else "off"
            parser.add_argument(
                flag,
                action=argparse.BooleanOptionalAction,
                help=f"{help} ({shown})",
                **common,
            )
        else:
            default = "" if row.default is None else f" ({row.default})"
            parser.add_argument(
                flag,
                type=reader(row.metadata["read"]),
                metavar=row.metadata["meta"],
                help=help + default,
                **common,
            )


def reader(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """For argparse, which shows the text of its own error and swallows ValueError's."""

    def convert(text: str) -> Any:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error

    return convert


def load_settings(typed: Mapping[str, Any], file: Path | None = None) -> Settings:
    """Settings from the defaults, a TOML file and what was typed.

    Args:
        typed: fields by name, converted already.
        file: TOML with the options' names as keys, or None.

    Raises:
        SettingsError: the file is missing, no TOML, or holds a key or value that is
            none.
    """
    values = _read_file(file) if file is not None else {}
    return Settings(**{**values, **typed})


def _read_file(file: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(
            f"the settings {file} cannot be read ({error})",
            hint="Check --config; the file is TOML, for example: strength = 0.8",
        ) from error
    rows = {FLAGS.get(row.name, row.name): row for row in fields(Settings)}
    values = {}
    for key, value in data.items():
        if key not in rows:
            raise SettingsError(
                f"{file} has the unknown key '{key}'",
                hint=f"There are {', '.join(rows)}.",
            )
        values[rows[key].name] = _convert(rows[key].metadata["read"], value, key, file)
    return values


def _convert(read: Callable[[Any], Any], value: Any, key: str, file: Path) -> Any:
    # TOML has kinds of its own: text "true" is no truth value, and true is no number.
    if (read is bool) != isinstance(value, bool) or isinstance(value, dict | list):
        kind = "true or false" if read is bool else "text or a number"
        raise SettingsError(f"{key} in {file} is {value!r}", hint=f"It must be {kind}.")
    try:
        return read(value if read is bool else str(value))
    except ValueError as error:
        raise SettingsError(
            f"{key} in {file} is {value!r}", hint=f"{error}."
        ) from error
