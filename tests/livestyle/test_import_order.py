"""OpenCV and PyAV both bring a libxcb; only one order of them gets a window."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import livestyle

# Imports each module as the first one of a process. What all of them need besides, and
# what takes most of their time, is there already.
PROGRAM = """
import os, sys
import numpy, onnxruntime
assert not {"cv2", "av", "livestyle"} & set(sys.modules)
for module in sys.argv[1:]:
    child = os.fork()
    if child:
        assert os.waitpid(child, 0)[1] == 0, module
        continue
    __import__(module)
    names = list(sys.modules)
    assert names.index("cv2") < names.index("av"), "av first"
    print(module, flush=True)
    os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="it has no libxcb either")
def test_opencv_is_there_before_pyav_whatever_is_imported_first():
    folder = Path(livestyle.__file__).parent
    using_av = [
        ".".join(path.relative_to(folder.parent).with_suffix("").parts)
        for path in folder.rglob("*.py")
        if "av" in _imports(path)
    ]
    assert using_av
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *using_av],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert done.stdout.split() == using_av


def _imports(path: Path) -> set[str]:
    """The modules that a file imports at its top level."""
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found
