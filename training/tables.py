"""Dataclasses from the tables of a TOML file, each value checked for its kind."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from typing import Any, get_args, get_origin, get_type_hints

from livestyle.errors import SettingsError


def build(kind: Any, data: Any, where: str) -> Any:
    """A dataclass from decoded TOML, with the dataclasses in it.

    Args:
        kind: the dataclass.
        data: its table.
        where: what the table is called in errors.

    Raises:
        SettingsError: an unknown key, a missing one, or a value of a wrong kind.
    """
    if not isinstance(data, Mapping):
        raise SettingsError(f"{where} is not a table", hint="Mend the TOML.")
    hints = get_type_hints(kind)
    known = {f.name: f for f in dataclasses.fields(kind)}
    if unknown := sorted(set(data) - set(known)):
        raise SettingsError(
            f"{where} has no setting '{unknown[0]}'",
            hint=f"There are {', '.join(known)}.",
        )
    values = {key: _value(hints[key], data[key], f"{where}: {key}") for key in data}
    missing = [
        name
        for name, f in known.items()
        if name not in values
        and f.default is dataclasses.MISSING
        and f.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise SettingsError(f"{where} lacks '{missing[0]}'", hint="Add it.")
    return kind(**values)


def _value(hint: Any, value: Any, where: str) -> Any:
    """Converts one value to its annotation: tuple, table of numbers, or scalar."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is tuple and isinstance(value, list | tuple):
        if dataclasses.is_dataclass(inner[0]):
            return tuple(
                build(inner[0], item, f"{where}[{i}]") for i, item in enumerate(value)
            )
        if len(value) == len(inner):
            return tuple(_value(t, v, where) for t, v in zip(inner, value, strict=True))
    elif origin is not None and not isinstance(origin, types.UnionType):
        if isinstance(value, Mapping) and value:
            return {str(k): _value(float, v, where) for k, v in value.items()}
    elif hint is float and type(value) in (int, float):
        return float(value)
    elif type(value) is hint:
        return value
    kind = hint.__name__ if isinstance(hint, type) and origin is None else hint
    raise SettingsError(f"{where} is {value!r}", hint=f"It must be of the kind {kind}.")
