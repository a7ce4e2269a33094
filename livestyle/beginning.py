"""What a live run begins with: its settings as the controls that keys change."""

from __future__ import annotations

from livestyle.controls import Controls
from livestyle.errors import UnknownStyleError
from livestyle.settings import Settings


def first_controls(settings: Settings, names: tuple[str, ...]) -> Controls:
    """The controls before any key.

    Args:
        settings: what was asked for.
        names: the painter's styles.

    Raises:
        UnknownStyleError: a style was asked for that is not among them.
    """
    second = None if settings.blend is None else _place(settings.blend, names)
    return Controls(
        styles=names,
        index=0 if settings.style is None else _place(settings.style, names),
        strength=settings.strength,
        mirror=settings.mirror,
        overlay=settings.overlay,
        fullscreen=settings.fullscreen,
        second=second,
        weight=settings.blend_weight,
        keep_colours=settings.keep_colours,
        sliding=settings.slide_show is not None,
    )


def _place(style: str, names: tuple[str, ...]) -> int:
    if style not in names:
        raise UnknownStyleError(style, names)
    return names.index(style)
