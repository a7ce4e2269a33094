"""How the text of each kind of option is read: a value, or a ValueError in words."""

from __future__ import annotations

import re
from pathlib import Path

from livestyle.contract import MAX_SIDE, MIN_SIDE, PRECISIONS
from livestyle.controls import RECORDED

FORMATS = ("auto", "mjpg", "yuyv")
LONGEST_REPLAY = 600  # seconds; memory sets another limit
AUTO, FULL = "auto", "full"
LEAST_QUALITY = 25  # %


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
