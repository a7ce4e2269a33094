"""Whether half an hour of a live picture leaves everything as it was.

    python benchmarks/soak.py [--minutes 30] [--source stream|demo] [--size 640x480]

FFmpeg sends pictures to a port of this machine, and the live loop that people run
paints them; with a screen it shows them in a window too. Three things are judged:

- memory: the resident set in the last ten seconds is at most 2 % above that after the
  first minute (medians of a sample a second);
- latency: from capture to shown, the 99th percentile of the last five minutes is at
  most 10 % above that of the first five, the first minute left out;
- leftovers: as many threads and open files afterwards as before.

Short runs take shorter spans: at most a half of the time for the first minute, a third
of the rest for five minutes. A run of three seconds goes before, and does not count:
libraries keep threads and files for the next time. The exit status is 1 where one of
the three fails, or where fewer than 95 % of the sent pictures were shown, which was no
soak at full rate then. On a busy machine the latency says more about the machine.
Needs psutil, of the training extra.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import livestyle  # noqa: F401 (it sets what OpenCV reads when it is imported)

# isort: split
import numpy as np
import psutil

from livestyle.app import App
from livestyle.errors import LivestyleError
from livestyle.machine import busy
from livestyle.meter import Meter
from livestyle.readers import parse_size
from livestyle.settings import Settings
from training.machine import describe

RESULT = Path(__file__).parent / "results" / "soak.json"
FPS = 30
WARM = 3.0  # seconds of the run before
SETTLED, SPAN, TAIL = 60.0, 300.0, 10.0  # seconds: see above
MEMORY, LATENCY, RATE = 1.02, 1.10, 0.95  # what is allowed


class Watch(Meter):
    """A meter that also keeps every latency, and the memory once a second.

    Args:
        seconds: how long the run is; memory for all of it is taken at once, so that
            the watch itself does not grow.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._process = psutil.Process()
        self._began = time.monotonic()
        self._next = 0.0
        self._ages = np.full((int(seconds * FPS * 1.5) + 100, 2), np.nan)
        self._memory = np.full((int(seconds) + 100, 2), np.nan)
        self._samples = self._counted = 0

    def shown(self, latency: float | None) -> None:
        """Counts a frame that has just been shown."""
        super().shown(latency)
        now = time.monotonic() - self._began
        if latency is not None and self._counted < len(self._ages):
            self._ages[self._counted] = now, latency
            self._counted += 1
        if now >= self._next and self._samples < len(self._memory):
            self._memory[self._samples] = now, self._process.memory_info().rss
            self._samples += 1
            self._next = now + 1

    def ages(self) -> np.ndarray:
        """Rows of moment and latency in seconds, shape (frames, 2)."""
        return self._ages[: self._counted]

    def memory(self) -> np.ndarray:
        """Rows of moment in seconds and resident bytes, shape (samples, 2)."""
        return self._memory[: self._samples]


def spans(seconds: float) -> tuple[float, float, float]:
    """What counts as the first minute, five minutes and the last ten seconds.

    Args:
        seconds: how long the run is.
    """
    settled = min(SETTLED, seconds / 2)
    rest = seconds - settled
    return settled, min(SPAN, rest / 3), min(TAIL, rest / 3)


def between(rows: np.ndarray, start: float, end: float) -> np.ndarray:
    """The second column of the rows whose first lies in a span of time.

    Raises:
        SystemExit: there are none: the picture stood still for all of it.
    """
    found = rows[(rows[:, 0] >= start) & (rows[:, 0] < end), 1]
    if not len(found):
        raise SystemExit(f"failed: no picture came from {start:.0f} to {end:.0f} s")
    return found


def judge_memory(memory: np.ndarray) -> dict[str, Any]:
    """The resident set after the first minute and at the end, in MB."""
    end = memory[-1, 0]
    settled, _, tail = spans(end)
    first = statistics.median(between(memory, settled, settled + tail)) / 1e6
    last = statistics.median(between(memory, end - tail, np.inf)) / 1e6
    return _verdict(first, last, MEMORY)


def judge_latency(ages: np.ndarray) -> dict[str, Any]:
    """The 99th percentiles of the first and the last five minutes, in ms."""
    end = ages[-1, 0]
    settled, span, _ = spans(end)
    first = 1e3 * float(np.percentile(between(ages, settled, settled + span), 99))
    last = 1e3 * float(np.percentile(between(ages, end - span, np.inf), 99))
    return _verdict(first, last, LATENCY)


def judge_leftovers(before: dict[str, int], after: dict[str, int]) -> dict[str, Any]:
    """How many threads and files there were before and afterwards."""
    passed = all(after[name] <= before[name] for name in before)
    return {"first": before, "last": after, "passed": passed}


def _verdict(first: float, last: float, allowed: float) -> dict[str, Any]:
    growth = float(last / first)
    return {
        "first": round(float(first), 2),
        "last": round(float(last), 2),
        "growth": round(growth, 4),
        "allowed": allowed,
        "passed": bool(growth <= allowed),
    }


def held() -> dict[str, int]:
    """What this process holds now."""
    gc.collect()
    process = psutil.Process()
    return {
        "threads of Python": threading.active_count(),
        "threads": process.num_threads(),
        "files": process.num_fds() if hasattr(process, "num_fds") else 0,
        "children": len(process.children()),
    }


@contextmanager
def sender(kind: str, size_wh: tuple[int, int]) -> Iterator[str]:
    """What `--source` takes: the demo, or the address to which FFmpeg sends."""
    if kind == "demo":
        yield "demo"
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"udp://127.0.0.1:{probe.getsockname()[1]}"
    picture = f"testsrc2=size={size_wh[0]}x{size_wh[1]}:rate={FPS}"
    words = f"ffmpeg -v error -nostdin -re -f lavfi -i {picture} -c:v libx264 -g {FPS}"
    words += " -preset ultrafast -tune zerolatency -pix_fmt yuv420p -f mpegts"
    with subprocess.Popen([*words.split(), url]) as process:
        try:
            yield url
        finally:
            process.terminate()


def soak(settings: Settings, seconds: float) -> tuple[dict[str, Any], Watch]:
    """One run of the live loop; its figures and what was watched."""
    watch = Watch(seconds)
    app = App(settings, lambda line: print(line, file=sys.stderr), watch)
    app.run()
    return app.stats(), watch


def main() -> int:
    """Runs, prints a table, writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--source", choices=("stream", "demo"), default="stream")
    parser.add_argument("--size", type=parse_size, default=(640, 480))
    parser.add_argument("--model", type=Path, help="a painter file (the shipped one)")
    parser.add_argument(
        "--window",
        action=argparse.BooleanOptionalAction,
        default="DISPLAY" in os.environ,
        help="show it (where there is a screen)",
    )
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    options = parser.parse_args()
    seconds = 60 * options.minutes

    def settings(source: str, length: float) -> Settings:
        return Settings(
            source=source,
            size=options.size,
            model=options.model,
            quality="full",
            window=options.window,
            seconds=length,
        )

    load = busy()
    with sender(options.source, options.size) as source:
        soak(settings(source, WARM), WARM)
    before = held()
    with sender(options.source, options.size) as source:
        stats, watch = soak(settings(source, seconds), seconds)
    after = held()
    rate = stats["fps"] / FPS
    judged = {
        "memory_mb": judge_memory(watch.memory()),
        "latency_p99_ms": judge_latency(watch.ages()),
        "left_over": judge_leftovers(before, after),
        "rate": {"first": FPS, "last": stats["fps"], "passed": rate >= RATE},
    }
    passed = all(row["passed"] for row in judged.values())
    result = {
        "what": "the live loop for a while: is everything as it was?",
        "minutes": options.minutes,
        "source": options.source,
        "size": "{}x{}".format(*options.size),
        "window": options.window,
        "passed": passed,
        "judged": judged,
        "load_before": load,
        "stats": stats,
        "machine": describe("onnxruntime-gpu", "onnxruntime", "numpy", "opencv-python"),
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print("| what | at first | at the end | verdict |\n|---|---|---|---|")
    for name, row in judged.items():
        verdict = "pass" if row["passed"] else "FAIL"
        cells = (
            str(row[key]).strip("{}").replace("'", "") for key in ("first", "last")
        )
        print(f"| {name.replace('_', ' ')} | {' | '.join(cells)} | {verdict} |")
    print(f"{'passed' if passed else 'failed'} after {options.minutes:g} minutes")
    return 0 if passed else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LivestyleError as error:
        sys.exit(f"failed: {error}")
