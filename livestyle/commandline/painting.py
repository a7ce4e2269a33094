"""What the commands that paint files have in common: their options, their painter."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from livestyle.configfile import add_config, chosen
from livestyle.errors import GpuError, PaintError
from livestyle.flags import add_options
from livestyle.settings import Settings
from livestyle.settingsfile import load_settings

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


def add_painting(parser: argparse.ArgumentParser, styles: str) -> None:
    """Adds the options to a command's parser.

    Args:
        parser: of the command.
        styles: what stands for the style in the help.
    """
    parser.add_argument(
        "--style", required=True, metavar=styles, help="see 'livestyle styles'"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace files that are there already"
    )
    add_config(parser)
    add_options(parser, *SHARED)


def settings_of(options: dict[str, Any]) -> Settings:
    """The settings among the options of a command that has others beside them."""
    typed = {key: options[key] for key in SHARED if key in options}
    return load_settings(typed, chosen(options["config"]))


def open_chosen(settings: Settings) -> Any:
    """Opens the painter that the settings name, and says what runs it.

    Raises:
        ModelError, ProviderError, GpuError: it cannot be used as they want it.
    """
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
    tell_provider(settings, painter.provider)
    return painter


def painter_of(settings: Settings, style: str) -> tuple[Any, str]:
    """The painter that has a style, and how its own card calls it.

    Raises:
        UnknownStyleError: no painter has it.
    """
    from livestyle.atelier import painter_with

    return painter_with(style, open_chosen(settings), settings, say)


@contextmanager
def gpu_required(settings: Settings) -> Iterator[None]:
    """Where a GPU is required, one that fails later on has the same exit status."""
    try:
        yield
    except PaintError as error:
        if settings.require_gpu:
            error.status = GpuError.status
        raise


def say(line: str) -> None:
    """One line for the person at the terminal, beside what the command gives."""
    print(f"livestyle: {line}", file=sys.stderr)


def tell_provider(settings: Settings, provider: Any) -> None:
    """Says on stderr what "auto" took, and why nothing better."""
    if settings.provider == "auto" or provider.notes:
        why = f" ({'; '.join(provider.notes)})" if provider.notes else ""
        say(f"painting on {provider.label}{why}")
