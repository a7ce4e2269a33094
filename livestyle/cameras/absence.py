"""What a person can do when there is no camera."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

ELSE = "or try --source demo."


def advice(root: Path = Path("/"), release: str = "", system: str = "") -> str:
    """One sentence for this kind of machine.

    Args:
        root: where the system's files are.
        release: the kernel's, asked for where it is "".
        system: as `sys.platform` has it, which it is where it is "".
    """
    system = system or sys.platform
    if system == "darwin":
        return (
            "Plug one in, allow the terminal to use it (System Settings, Privacy & "
            f"Security, Camera), {ELSE}"
        )
    if system == "win32":
        return (
            "Plug one in, let desktop apps use it (Settings, Privacy & security, "
            f"Camera), {ELSE}"
        )
    if "microsoft" in (release or platform.release()).lower():
        return (
            "WSL sees no camera by itself: attach it with usbipd and a kernel with "
            f"uvcvideo, run livestyle in Windows, {ELSE}"
        )
    if (root / ".dockerenv").exists() or (root / "run/.containerenv").exists():
        return f"Start the container with --device /dev/video0, {ELSE}"
    return (
        "Plug one in; if it is, 'lsusb' must list it and 'sudo modprobe uvcvideo' load "
        f"its driver, {ELSE}"
    )
