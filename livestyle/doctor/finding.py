"""What a check has found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

# "warning": something is lacking that a person may want and can do without.
Status = Literal["ok", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        check: what was looked at, a stable name: "onnxruntime", "provider cpu".
        status: whether it works, and whether livestyle needs it.
        text: what was seen, without a full stop.
        fix: what to do, command by command; "" where nothing is wrong.
        figures: what was measured, by name, for programs.
    """

    check: str
    status: Status
    text: str
    fix: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
