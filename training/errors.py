"""What can go wrong while something is fitted or optimised."""

from __future__ import annotations

from livestyle.errors import LivestyleError


class DivergedError(LivestyleError):
    """The loss is no number any more, or has exploded."""
