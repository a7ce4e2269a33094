"""What this machine is, for the head of what was measured on it."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

WIDE = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")  # instructions that decide speed


def cpu_name() -> str:
    """The processor's name and the wide instructions that it has."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    fields = dict(line.split("\t: ", 1) for line in lines if "\t: " in line)
    flags = set(fields.get("flags\t", fields.get("flags", "")).split())
    wide = ", ".join(flag for flag in WIDE if flag in flags)
    name = fields.get("model name", platform.processor())
    return f"{name} ({wide})" if wide else name


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_gb() -> float | None:
    """All memory in GB, None where the system does not say."""
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, ValueError, OSError):
        return None


def busy() -> float | None:
    """How many processes wanted to run in the last minute, None where unknown."""
    try:
        return round(os.getloadavg()[0], 1)
    except (AttributeError, OSError):
        return None


def version_of(name: str) -> str | None:
    """A distribution's version, None if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
