"""Settings from a TOML file and what was typed.

Defaults, then the file, then what is remembered, then the command line, each one above
the one before.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from livestyle.errors import SettingsError
from livestyle.flags import FLAGS
from livestyle.settings import Settings

MOST_BYTES = 1_000_000  # of a file of settings
LONGEST = 120  # characters of a value that an error shows


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
