"""OpenCV and PyAV both bring a libxcb; only one order of them gets a window."""

import ast
import subprocess
import sys
from pathlib import Path

import livestyle


def test_opencv_is_there_before_pyav_whatever_is_imported_first():
    folder = Path(livestyle.__file__).parent
    using_av = [
        path.relative_to(folder.parent).with_suffix("")
        for path in folder.rglob("*.py")
        if "av" in _imports(path)
    ]
    assert using_av
    for path in using_av:
        module = ".".join(path.parts)
        script = (
            f"import sys, {module}\n"
            "names = list(sys.modules)\n"
            "assert names.index('cv2') < names.index('av'), 'av first'"
        )
        subprocess.run([sys.executable, "-c", script], check=True)


def _imports(path: Path) -> set[str]:
    """The modules that a file imports at its top level."""
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found
