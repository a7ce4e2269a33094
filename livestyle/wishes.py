"""How the controls stood at the end, kept until the next start.

What is kept is a convenience: whatever is wrong with it, or with the place where it
lies, counts as not having it, and of the rest what is still valid is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from livestyle.contract import is_style_name
from livestyle.controls import Controls
from livestyle.kept import keep_json, recall_json
from livestyle.places import state_file
from livestyle.settings import Settings
from livestyle.settingsfile import load_settings

SWITCHES = ("mirror", "keep_colours", "overlay", "fullscreen")


def recall() -> dict[str, Any]:
    """Style, strength and switches of the last time, as far as there are any.

    Returns:
        Fields of `Settings` by name. Nobody knows whether the style is still there.
    """
    data = recall_json(state_file)
    return _valid(data) if isinstance(data, dict) else {}


def with_remembered(
    typed: Mapping[str, Any], file: Path | None
) -> tuple[Settings, str | None]:
    """The settings, with what is remembered above the file, if they ask for it.

    Args:
        typed: fields by name; they go above all.
        file: of settings, or None.

    Returns:
        The settings, and the last style apart, as it may be gone; None if there is none
        or another one was typed.

    Raises:
        SettingsError: the file is missing or wrong.
    """
    last: dict[str, Any] = {}

    def remembered(settings: Settings) -> dict[str, Any]:
        if settings.remember:
            last.update(recall())
        return {name: value for name, value in last.items() if name != "style"}

    settings = load_settings(typed, file, remembered)
    return settings, None if "style" in typed else last.get("style")


def keep(controls: Controls) -> None:
    """Keeps how the controls stand, if there is a place for it."""
    names = ("style", "strength", *SWITCHES)
    keep_json(state_file, {name: getattr(controls, name) for name in names})


def _valid(data: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: data[name] for name in SWITCHES if isinstance(data.get(name), bool)}
    style, strength = data.get("style"), data.get("strength")
    if isinstance(style, str) and is_style_name(style):
        found["style"] = style
    if isinstance(strength, int | float) and not isinstance(strength, bool):
        found |= {"strength": float(strength)} if 0 <= strength <= 1 else {}
    return found
