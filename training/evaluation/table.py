"""Tables of a page in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of texts, none of which can end its cell."""
    lines = [heads, ["---"] * len(heads), *rows]
    # File names may hold what ends a cell.
    safe = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in safe)
