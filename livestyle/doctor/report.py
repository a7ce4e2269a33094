"""The findings as lines for people and as JSON for an issue."""

from __future__ import annotations

import platform
import re
import textwrap
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from livestyle import __version__
from livestyle.doctor.finding import Finding, Status

FORMAT = 1  # raised when what the JSON holds changes
WIDTH = 100
INDENT = 10  # where a check's name begins
COLUMN = 30  # where what was seen begins


def lines(finding: Finding) -> list[str]:
    """A finding as text: status, check, what was seen, and the fix below it."""
    name = f"{finding.status:{INDENT}}{finding.check}"
    first = f"{name} " if len(name) >= COLUMN else f"{name:{COLUMN}}"
    told = _wrapped(f"{shortened(finding.text)}.", first)
    if finding.fix:
        told += [f"{'':{INDENT}}fix: {shortened(finding.fix)}"]  # whole, to be copied
    return told


def summary(findings: Iterable[Finding]) -> str:
    """The last line."""
    statuses = [finding.status for finding in findings]
    warnings, errors = statuses.count("warning"), statuses.count("error")
    if errors:
        return f"{_count(errors, 'error')}, {_count(warnings, 'warning')}."
    works = "All that is needed works."
    return f"{works} {_count(warnings, 'warning')}." if warnings else works


def worst(findings: Iterable[Finding]) -> Status:
    """The gravest status of all."""
    statuses = {finding.status for finding in findings}
    grave: tuple[Status, ...] = ("error", "warning")
    return next((status for status in grave if status in statuses), "ok")


def as_json(findings: list[Finding]) -> dict[str, Any]:
    """The report for programs; the home folder is shortened to "~" in all of it."""
    report = {
        "format": FORMAT,
        "livestyle": __version__,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "status": worst(findings),
        "findings": [asdict(finding) for finding in findings],
    }
    shortened_report: dict[str, Any] = _everywhere(report)
    return shortened_report


def shortened(text: str) -> str:
    """The text with "~" for the home folder."""
    for home in {str(Path.home()), str(Path.home().resolve())}:
        if len(Path(home).parts) > 1:  # the root as a home would be everywhere
            text = re.sub(rf"{re.escape(home)}(?![\w-]|\.\w)", "~", text)
    return text


def _everywhere(value: Any) -> Any:
    if isinstance(value, str):
        return shortened(value)
    if isinstance(value, dict):
        return {key: _everywhere(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_everywhere(item) for item in value]
    return value


def _wrapped(text: str, first: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * COLUMN,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
