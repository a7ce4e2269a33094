"""Packages that only seem to be installed, and Pythons that see no others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.livestyle.program import ROOT

FINDINGS = """
import json
from dataclasses import asdict
from {module} import {function}
print(json.dumps([asdict(finding) for finding in {function}()]))
"""


def distribution(site: Path, name: str, version: str) -> None:
    """What pip leaves of an installed distribution for others to read."""
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (folder / "METADATA").write_text(text)


def module(site: Path, name: str, code: str = "") -> None:
    """A package of one file."""
    (site / name).mkdir(parents=True, exist_ok=True)
    (site / name / "__init__.py").write_text(code)


def findings(
    check: str, site: Path, *, alone: bool = False, **environ: str
) -> list[dict[str, Any]]:
    """What a check of `livestyle.doctor` finds in a Python of its own.

    Args:
        check: "module.function" in `livestyle.doctor`.
        site: a folder of packages that goes before the installed ones.
        alone: see no installed ones at all, as in an empty environment.
        environ: more variables.
    """
    name, _, function = check.partition(".")
    code = FINDINGS.format(module=f"livestyle.doctor.{name}", function=function)
    path = os.pathsep.join([str(site), str(ROOT)])
    done = subprocess.run(
        [sys.executable, *(["-S"] if alone else []), "-c", code],
        env={**os.environ, "PYTHONPATH": path, **environ},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found
