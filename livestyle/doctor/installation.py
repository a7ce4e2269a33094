"""Python and the packages that livestyle runs on."""

from __future__ import annotations

import platform
import re
import struct
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import distributions

from livestyle.doctor import pip
from livestyle.doctor.finding import Finding

OLDEST_PYTHON = (3, 11)
# Modules, the distributions that may bring them, the first one preferred, and the
# oldest versions that will do. In this order: PyAV before OpenCV leaves no windows.
NEEDED = {
    "numpy": (("numpy",), "1.26"),
    "cv2": (
        (
            "opencv-python",
            "opencv-contrib-python",
            "opencv-python-headless",
            "opencv-contrib-python-headless",
        ),
        "5",
    ),
    "av": (("av",), "16"),
    "PIL": (("pillow",), "10.3"),
    "tqdm": (("tqdm",), "4.66"),
}
SYSTEM_LIBRARY = re.compile(r"(lib[\w+.-]+\.so[\w.]*)")
DEBIAN = {  # where the libraries come from that OpenCV's wheel wants of a system
    "libGL.so.1": "libgl1",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
}


def check_python() -> Iterator[Finding]:
    """Its version, and whether it has 64 bits, which the wheels are made for."""
    bits = struct.calcsize("P") * 8
    text = (
        f"{platform.python_implementation()} {platform.python_version()}, {bits} bits, "
        f"on {platform.system()} {platform.machine()}"
    )
    if sys.version_info < OLDEST_PYTHON or bits != 64:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        fix = f"Install Python {oldest} or newer with 64 bits, and livestyle into that."
        yield Finding("python", "error", text, fix)
    else:
        yield Finding("python", "ok", text)


def check_packages() -> Iterator[Finding]:
    """Versions, and whether each can really be imported."""
    there = installed()
    fine = []
    for module, (names, oldest) in NEEDED.items():
        found = [name for name in names if name in there]
        wrong = _wrong(module, found, there, names, oldest)
        if wrong is None:
            fine += [f"{name} {there[name]}" for name in found] or [module]
        else:
            yield wrong
    if fine:
        yield Finding("packages", "ok", ", ".join(fine))


def installed() -> dict[str, str]:
    """Versions of all distributions by their names, as pip normalises these."""
    return {
        normal(dist.name): dist.version
        for dist in reversed([*distributions()])
        if dist.name
    }


def normal(name: str) -> str:
    """A distribution's name as all spellings of it are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def older(version: str, oldest: str) -> bool:
    """Whether a version is below another, by the numbers that both begin with."""
    one, other = ([int(n) for n in re.findall(r"\d+", v)] for v in (version, oldest))
    return one[: len(other)] < other


def _wrong(
    module: str,
    found: list[str],
    there: dict[str, str],
    names: tuple[str, ...],
    oldest: str,
) -> Finding | None:
    """What is wrong with a module, None if nothing is."""
    check, wish = f"package {names[0]}", f"{names[0]}>={oldest}"
    try:
        import_module(module)
    except Exception as error:  # noqa: BLE001 - a broken package may raise anything
        if not found and isinstance(error, ModuleNotFoundError):
            return Finding(check, "error", "it is not installed", pip.install(wish))
        return Finding(check, "error", f"it does not load: {error}", _mend(error, wish))
    if len(found) > 1:
        listed = " and ".join(found)
        fix = f"{pip.uninstall(*found)} && {pip.install(wish)}"
        return Finding(
            check,
            "warning",
            f"{listed} are both installed and have the same files",
            fix,
        )
    if found and older(there[found[0]], oldest):
        text = f"{found[0]} {there[found[0]]} is older than {oldest}"
        return Finding(check, "error", text, pip.install(wish))
    return None


def _mend(error: Exception, wish: str) -> str:
    """How to get a package to load: it lacks a library, or files of its own."""
    if library := SYSTEM_LIBRARY.search(str(error)):
        package = DEBIAN.get(library[1])
        by = f"sudo apt-get install {package}" if package else "your package manager"
        return f"Install the system's library {library[1]}: {by}."
    return pip.install(wish, again=True)
