"""Runs all checks, whatever becomes of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from livestyle.doctor.cameras import check_cameras
from livestyle.doctor.codecs import check_codecs
from livestyle.doctor.disk import check_cache, check_recordings
from livestyle.doctor.display import check_display
from livestyle.doctor.finding import Finding
from livestyle.doctor.installation import check_packages, check_python
from livestyle.doctor.microphones import check_microphones
from livestyle.doctor.nvidia import check_nvidia
from livestyle.doctor.painters import check_painters
from livestyle.doctor.provider_runs import check_providers
from livestyle.doctor.runtime import check_runtime
from livestyle.doctor.virtual_camera import check_virtual_camera
from livestyle.errors import LivestyleError
from livestyle.settings import Settings

Check = Callable[[], Iterable[Finding]]

REPORT = "This is a fault of livestyle's: please report it with the whole output."
FIRST = "Mend what is wrong above, then run 'livestyle doctor' again."


def checks(folder: Path = Settings.folder) -> dict[str, Check]:
    """All checks by their names, in the order of the report.

    Args:
        folder: where recordings are to go.
    """
    return {
        "python": check_python,
        "packages": check_packages,
        "onnxruntime": check_runtime,
        "models": check_painters,
        "providers": check_providers,
        "nvidia": check_nvidia,
        "display": check_display,
        "codecs": check_codecs,
        "cameras": check_cameras,
        "microphones": check_microphones,
        "virtual camera": check_virtual_camera,
        "recordings": partial(check_recordings, folder),
        "cache": check_cache,
    }


def examine(checks: dict[str, Check]) -> Iterator[Finding]:
    """The findings of all checks, each as soon as it is known."""
    broken = False
    for name, check in checks.items():
        for finding in guarded(name, check, FIRST if broken else REPORT):
            broken = broken or _breaks_others(finding)
            yield finding


def _breaks_others(finding: Finding) -> bool:
    """Whether other checks must be expected to fail because of it."""
    package = finding.check == "onnxruntime" or finding.check.startswith("package ")
    return package and finding.status == "error"


def guarded(name: str, check: Check, fix: str = REPORT) -> Iterator[Finding]:
    """A check's findings; an exception in it becomes one more.

    Args:
        name: of the check.
        check: what finds something.
        fix: what to do about an exception that nobody foresaw.
    """
    try:
        yield from check()
    except LivestyleError as error:
        yield Finding(name, "error", error.message, error.hint)
    except Exception as error:  # noqa: BLE001 - the other checks must go on
        said = " ".join(str(error).split())
        text = f"the check itself failed: {type(error).__name__}: {said}"
        yield Finding(name, "error", text, fix)
