"""Execution providers, judged by frames that they really painted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from livestyle.apart import TrialError, apart
from livestyle.doctor.finding import Finding, Status

# TensorRT builds an engine first, for minutes; that long nobody waits for a report.
PATIENCE = 90.0
ALIKE = 30.0  # dB; below it a picture has visibly other colours or black parts


def check_providers() -> Iterator[Finding]:
    """Makes a session on each provider of this build and times some frames."""
    from livestyle.bank import find
    from livestyle.providers import absent, built_in

    path = find()
    for name in built_in():
        if reason := absent(name):  # nothing to try without a driver
            yield Finding(f"provider {name}", "ok", f"not used: {reason}")
        else:
            yield _judged(name, _tried(path, name))


def _tried(path: Path, name: str) -> Mapping[str, Any]:
    from livestyle.doctor.provider_trial import trial

    if name == "cpu":
        return trial(path, name)
    words = (str(path), name)
    try:
        return apart("livestyle.doctor.provider_trial", *words, seconds=PATIENCE)
    except TrialError as error:
        return {
            "error": str(error),
            "hint": "Use --provider cpu, and update its driver.",
        }


def _judged(name: str, answer: Mapping[str, Any]) -> Finding:
    from livestyle.providers import AUTOMATIC

    check = f"provider {name}"
    if "error" in answer:
        if name not in AUTOMATIC:
            # Only who asks for it by name misses it.
            return Finding(check, "ok", f"not used: {answer['error']}")
        status: Status = "error" if name == "cpu" else "warning"
        return Finding(check, status, answer["error"], answer["hint"])
    text = (
        f"runs: {answer['ms']:.0f} ms a frame of 640x480 "
        f"({1e3 / answer['ms']:.0f} frames/s), the first after {answer['first_ms']:.0f}"
    )
    likeness = answer["psnr_db"]
    if likeness is not None and likeness < ALIKE:
        text += f", but it paints another picture than the CPU ({likeness:.0f} dB)"
        fix = "Use --provider cpu, and update the driver and ONNX Runtime."
        return Finding(check, "warning", text, fix, answer)
    return Finding(check, "ok", text, "", answer)
