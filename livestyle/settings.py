"""Every option of the program once: its default, its unit and its help.

The command line and the TOML file are both read by this table: defaults, then the file,
then the command line, each one above the one before.
"""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from livestyle.contract import MAX_SIDE, MIN_SIDE, PRECISIONS
from livestyle.controls import RECORDED
from livestyle.errors import SettingsError

FORMATS = ("auto", "mjpg", "yuyv")
LONGEST_REPLAY = 600  # seconds; memory sets another limit
MOST_BYTES = 1_000_000  # of a file of settings
AUTO, FULL = "auto", "full"
LEAST_QUALITY = 25  # %
LONGEST = 120  # characters of a value that an error shows


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


def parse_text(text: str) -> str:
    """Reads text that can be shown, and given to the system."""
    if not text.isprintable():
        raise ValueError("it holds a character that cannot be shown")
    return text


def parse_path(text: str) -> Path:
    """Reads the path of a file or folder."""
    if not text or "\0" in text:
        raise ValueError("it is no path")
    return Path(text)


def parse_quality(text: str) -> str:
    """Reads "auto", "full" or a percentage of the picture's size."""
    bare = text.strip().removesuffix("%").strip()
    if bare not in (AUTO, FULL) and not (
        bare.isdecimal() and LEAST_QUALITY <= int(bare) <= 100
    ):
        raise ValueError(
            f"it is auto, full or a whole percentage from {LEAST_QUALITY} to 100"
        )
    return bare


def fixed_quality(text: str) -> float | None:
    """The share of a picture's sides that a quality means; None for "auto"."""
    if text == AUTO:
        return None
    return 1.0 if text == FULL else int(text) / 100


def parse_precision(text: str) -> str:
    """Reads "auto" or one of the precisions that a painter may lie in."""
    if text not in ("auto", *PRECISIONS):
        raise ValueError(
            f"it is auto, {', '.join(PRECISIONS[:-1])} or {PRECISIONS[-1]}"
        )
    return text


def _about(
    read: Callable[[Any], Any], help: str, meta: str = "", example: str = ""
) -> dict[str, Any]:
    """A row of the table: how its text is read, what it is, what stands for it.

    An option without a default has an example for the file of settings.
    """
    return {"read": read, "help": help, "meta": meta, "example": example}


@dataclass(frozen=True)
class Settings:
    """What a live run is to do; each field is an option of the command line."""

    source: str = field(
        default="auto",
        metadata=_about(
            parse_text,
            "camera number or name, video file, URL (rtsp, http, udp ...) or demo; "
            "auto takes the first camera, or the demo where there is none",
            "SOURCE",
        ),
    )
    size: tuple[int, int] | None = field(
        default=None,
        metadata=_about(
            parse_size, "ask camera or demo for this size of picture", "WxH", "640x480"
        ),
    )
    fps: float | None = field(
        default=None,
        metadata=_about(
            parse_fps, "ask camera or demo for so many frames/s", "N", "60"
        ),
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
        default=None,
        metadata=_about(parse_text, "the style to begin with", "NAME", "great-wave"),
    )
    strength: float = field(
        default=1.0,
        metadata=_about(
            parse_strength, "0 is the camera's picture, 1 the full style", "0..1"
        ),
    )
    blend: str | None = field(
        default=None,
        metadata=_about(parse_text, "a second style, blended in", "NAME", "the-scream"),
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
            parse_seconds, "go on to the next style every so often", "SECONDS", "10"
        ),
    )
    model: Path | None = field(
        default=None,
        metadata=_about(parse_path, "a painter file of your own", "FILE", "my.onnx"),
    )
    styles_folder: Path | None = field(
        default=None,
        metadata=_about(
            parse_path,
            "watch this folder for painters of your own, not the usual one (see "
            "'livestyle styles')",
            "FOLDER",
            "my-styles",
        ),
    )
    provider: str = field(
        default="auto",
        metadata=_about(
            parse_text,
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
    quality: str = field(
        default=AUTO,
        metadata=_about(
            parse_quality,
            "the size at which a live picture is painted: auto (smaller where the "
            "machine is too slow), full, or a percentage such as 75; files are painted "
            "at full size",
            "NAME",
        ),
    )
    target_fps: float = field(
        default=30.0,
        metadata=_about(
            parse_fps, "the frames/s that the automatic quality is to hold", "N"
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
        metadata=_about(parse_seconds, "end by itself after so long", "SECONDS", "60"),
    )
    record: Path | None = field(
        default=None,
        metadata=_about(
            parse_path, "record to this MP4 file from the start", "FILE", "a.mp4"
        ),
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
        metadata=_about(
            parse_path, "where the keys put recordings, snapshots", "FOLDER"
        ),
    )
    remember: bool = field(
        default=False,
        metadata=_about(
            bool,
            "begin as the last run with this option ended: style, strength, mirror, "
            "colours, status line, whole screen",
        ),
    )
    stats: Path | None = field(
        default=None,
        metadata=_about(
            parse_path,
            "write figures of the run to this JSON file at the end",
            "FILE",
            "stats.json",
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
    "styles_folder": "styles-folder",
    "target_fps": "target-fps",
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


def load_settings(
    typed: Mapping[str, Any],
    file: Path | None = None,
    remembered: Callable[[Settings], Mapping[str, Any]] = lambda _: {},
) -> Settings:
    """Settings from the defaults, a TOML file, what is remembered and what was typed.

    Args:
        typed: fields by name, converted already.
        file: TOML with the options' names as keys, or None.
        remembered: gives fields that go above the file, by the settings without them.

    Raises:
        SettingsError: the file is missing, no TOML, or holds a key or value that is
            none.
    """
    values = _read_file(file) if file is not None else {}
    settings = Settings(**{**values, **typed})
    return Settings(**{**values, **remembered(settings), **typed})


def _meant(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key.lower()[:LONGEST], list(known), n=3, cutoff=0.5)
    if near:
        return f"Did you mean: {', '.join(near)}?"
    return "'livestyle config FILE' writes one with every key."


def _read_file(file: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(_text(file))
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(
            f"the settings {file} cannot be read ({_shown(error)})",
            hint="Mend the file, name another one with --config, or use --no-config. "
            "It is TOML, for example: strength = 0.8",
        ) from error
    rows = {FLAGS.get(row.name, row.name): row for row in fields(Settings)}
    values = {}
    for key, value in data.items():
        if key not in rows:
            raise SettingsError(
                f"{file} has the unknown key '{_shown(key)}'",
                hint=_meant(key, rows),
            )
        values[rows[key].name] = _convert(rows[key].metadata["read"], value, key, file)
    return values


def _text(file: Path) -> str:
    """What is in a file of settings, of which nobody knows what it is."""
    if file.exists() and not file.is_file():
        raise OSError("it is no plain file")
    with file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES} bytes")
    return data.decode("utf-8")


def _convert(read: Callable[[Any], Any], value: Any, key: str, file: Path) -> Any:
    # TOML has kinds of its own: text "true" is no truth value, and true is no number.
    if (read is bool) != isinstance(value, bool) or isinstance(value, dict | list):
        kind = "true or false" if read is bool else "text or a number"
        raise SettingsError(
            f"{key} in {file} is {_value(value)}", hint=f"It must be {kind}."
        )
    try:
        return read(value if read is bool else str(value))
    except (ValueError, OverflowError) as error:
        raise SettingsError(
            f"{key} in {file} is {_value(value)}", hint=f"{_shown(error)}."
        ) from error


def _value(value: Any) -> str:
    """What stands for a value in a sentence, whatever it is."""
    try:
        return _shown(repr(value))
    except (ValueError, RecursionError):  # a whole number of thousands of digits
        return "a very long number"


def _shown(what: object) -> str:
    """Some words for a sentence, without what would steer a terminal."""
    text = " ".join(str(what).split())
    plain = "".join(c if c.isprintable() else "?" for c in text)
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 3]}..."
