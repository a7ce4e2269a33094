"""How long it takes from typing the command until a painted picture is on the screen.

    python benchmarks/start.py [--runs 9]

`python -m livestyle --source demo` is started in a process of its own, again and again,
on a screen that exists only in memory (Xvfb). The clock runs from just before the
process is started until the screen itself shows a picture: a window that is still empty
is of one colour. The first run is told apart: what it reads may not lie in the system's
cache yet. `imports` is how much of it Python takes to load the modules that are needed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.livestyle.screen import Screen
from training.machine import describe

ROOT = Path(__file__).parent.parent
RESULT = Path(__file__).parent / "results" / "start.json"
LOOK = 0.01  # seconds between two looks at the screen
PATIENCE = 60.0  # seconds
SPREAD = 20.0  # grey levels, standard deviation: far more than an empty window has
MODULES = "import livestyle.app"


def start(screen: Screen, folder: Path) -> float:
    """Seconds until the program shows a picture; it is ended then."""
    words = ["-m", "livestyle", "--source", "demo", "--styles-folder", str(folder)]
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=screen.environ,
        stderr=subprocess.DEVNULL,
    ) as program:
        try:
            while screen.picture()[:400, :600].std() < SPREAD:
                if program.poll() is not None or time.perf_counter() - began > PATIENCE:
                    raise SystemExit("the program shows no picture")
                time.sleep(LOOK)
            return time.perf_counter() - began
        finally:
            program.terminate()


def imports() -> float:
    """Seconds of a process that only loads what the live picture needs."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", MODULES], cwd=ROOT, check=True)
    return time.perf_counter() - began


def main() -> None:
    """Measures, prints and writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    options = parser.parse_args()

    taken = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.runs + 1):
            (memory := Path(folder, f"screen{number}")).mkdir()
            screen = Screen(memory, (800, 600))  # black again
            try:
                taken.append(start(screen, Path(folder)))
            finally:
                screen.close()
    result: dict[str, Any] = {
        "what": __doc__.splitlines()[0],
        "command": "python -m livestyle --source demo",
        "first_s": round(taken[0], 2),
        "median_s": round(statistics.median(taken[1:]), 2),
        "fastest_s": round(min(taken[1:]), 2),
        "slowest_s": round(max(taken[1:]), 2),
        "runs": options.runs,
        "imports_s": round(min(imports() for _ in range(3)), 2),
        "machine": describe("onnxruntime-gpu", "onnxruntime", "opencv-python", "numpy"),
    }
    text = json.dumps(result, indent=2)
    options.output.write_text(text + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
