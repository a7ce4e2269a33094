"""What the live loop adds to the network that it runs.

    xvfb-run python benchmarks/pipeline.py [--size 640x480] [--threads 2] [--rounds 6]

A source of one fixed picture, quicker than any painter, goes through the real way of a
frame: capture thread and slot, stylizer, window with its overlay. Beside it runs the
bare session: the same file and threads, inputs that lie ready, nothing else. The two
take turns, so that a machine that is busy at times slows both. A frame of the loop
lasts from one shown picture to the next. Told are medians and the fastest tenth.
`loop` is without the memory of the last seconds, `loop_replay` with it, as it is by
default: its encoder runs beside the loop on cores that the painter uses too.

`conversions_ms` is what stands between the camera's bytes and the first convolution,
and between the last one and the bytes that are shown: nodes of the graph, by ONNX
Runtime's own profile, and what `Painter.paint` takes beside the session.

`memory` counts how many arrays of a frame's size or more the loop's thread makes anew
in 100 frames, OpenCV's and ONNX Runtime's answers among them (see `allocations.py`).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import patch

import numpy as np
import onnxruntime as ort

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.allocations import Counter
from livestyle.app import App
from livestyle.bank import find
from livestyle.contract import CONTENT, PASTICHE, STYLE
from livestyle.frame import Frame, Pixels
from livestyle.latest import Latest
from livestyle.meter import Meter
from livestyle.model import Painter
from livestyle.readers import parse_size
from livestyle.settings import Settings
from livestyle.sources.demo import Demo
from training.machine import describe

RESULT = Path(__file__).parent / "results" / "pipeline.json"
FPS = 120.0  # of the source; no painter here does more than two thirds of it
WARM = 8  # frames at the beginning of each turn that do not count
COUNTED = 100  # frames whose memory is looked at
LEAST = 0.02  # ms: quicker nodes touch no picture
CONVOLUTIONS = ("Conv", "FusedConv", "QLinearConv")


class Still:
    """A live source that gives the same picture over and over."""

    name, live, status, fps = "still", True, "", FPS

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels
        self._closed = Event()

    def __iter__(self) -> Iterator[Frame]:
        """Yields a frame every `1 / FPS` seconds."""
        index = 0
        while not self._closed.wait(1 / FPS):
            yield Frame(self._pixels, index, time.monotonic())
            index += 1

    def close(self) -> None:
        """Ends the iteration."""
        self._closed.set()


class Moments(Meter):
    """Notes when each frame was shown, and how many arrays were made until then.

    Args:
        frames: after so many it ends the run.
        arrays: what counts them, if anything does.
    """

    def __init__(self, frames: int, arrays: Counter | None = None) -> None:
        super().__init__()
        self.moments: list[float] = []
        self.made: list[int] = []
        self.app: App | None = None
        self._left = frames
        self._arrays = arrays

    def shown(self, latency: float | None) -> None:
        """Counts a frame that has just been shown."""
        super().shown(latency)
        self.moments.append(time.perf_counter())
        if self._arrays is not None:
            self.made.append(self._arrays.count)
        self._left -= 1
        if not self._left and self.app is not None:
            self.app.controls.quit()

    def periods(self) -> list[float]:
        """Seconds from one shown frame to the next."""
        return list(np.diff(self.moments[WARM:]))


def run_loop(
    settings: Settings, pixels: Pixels, frames: int, arrays: Counter | None = None
) -> Moments:
    """So many frames of the live loop, with the still picture as its camera."""
    meter, latest = Moments(WARM + frames, arrays), Latest(Still(pixels))
    with patch("livestyle.app.start_source", lambda *_: latest):
        meter.app = App(settings, lambda _: None, meter)
    meter.app.run()
    return meter


def run_bare(file: Path, options: argparse.Namespace, pixels: Pixels) -> list[float]:
    """Seconds of each run of the session, with inputs that lie ready."""
    session = open_bare(file, options.threads)
    feeds = {CONTENT: pixels, STYLE: style_of(file)}
    for _ in range(WARM):
        session.run([PASTICHE], feeds)
    taken = []
    for _ in range(options.frames):
        start = time.perf_counter()
        session.run([PASTICHE], feeds)
        taken.append(time.perf_counter() - start)
    return taken


def open_bare(file: Path, threads: int, *, profile: Path | None = None) -> Any:
    """The session as anybody would open it."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    if profile is not None:
        options.enable_profiling = True
        options.profile_file_prefix = str(profile)
    return ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def style_of(file: Path) -> Any:
    """The embedding of the painter's first style."""
    painter = Painter(file, provider="cpu")
    return painter.embedding(painter.names[0])


def conversions(
    file: Path, options: argparse.Namespace, pixels: Pixels, runs: int = 40
) -> dict[str, Any]:
    """Milliseconds a frame beside the network, medians."""
    painter = Painter(file, provider="cpu", threads=options.threads)
    session, style = painter._session, style_of(file)
    feeds = {CONTENT: pixels, STYLE: style}
    more = []
    for _ in range(runs):
        start = time.perf_counter()
        painter.paint(pixels, style)
        middle = time.perf_counter()
        session.run([PASTICHE], feeds)
        more.append((middle - start) - (time.perf_counter() - middle))
    outside = 1e3 * statistics.median(more)
    before, behind = in_graph(file, options.threads, feeds, runs)
    inside = sum((*before.values(), *behind.values()))
    return {
        "before_the_first_convolution": before,
        "behind_the_last_convolution": behind,
        "paint_without_the_session": round(outside, 3),
        "together": round(inside + max(0.0, outside), 3),
    }


def in_graph(
    file: Path, threads: int, feeds: dict[str, Any], runs: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Milliseconds by operator, before the first and behind the last convolution."""
    with tempfile.TemporaryDirectory() as folder:
        session = open_bare(file, threads, profile=Path(folder) / "profile")
        for _ in range(runs):
            session.run([PASTICHE], feeds)
        events = json.loads(Path(session.end_profiling()).read_text("utf-8"))
    ms: dict[str, list[float]] = {}  # of each node, in the order of running
    kinds: dict[str, str] = {}
    for event in events:
        if event["name"].endswith("_kernel_time"):
            ms.setdefault(event["name"], []).append(event["dur"] / 1e3)
            kinds[event["name"]] = event["args"]["op_name"]
    nodes = list(ms)
    places = [n for n, node in enumerate(nodes) if kinds[node] in CONVOLUTIONS]
    sides: list[dict[str, float]] = []
    for side in (nodes[: places[0]], nodes[places[-1] + 1 :]):
        found: dict[str, float] = {}
        for node in side:
            median = statistics.median(ms[node][WARM:])
            # What only reckons with sizes is named together.
            kind = kinds[node] if median > LEAST else "sizes"
            found[kind] = round(found.get(kind, 0.0) + median, 3)
        sides.append(found)
    return sides[0], sides[1]


def memory(settings: Settings, pixels: Pixels) -> dict[str, float]:
    """How many arrays of a frame's size the loop's frames made anew."""
    counter = Counter(pixels.nbytes)
    with counter.counting():
        meter = run_loop(settings, pixels, COUNTED, counter)
    made = meter.made[-1] - meter.made[WARM - 1]
    return {"frames": COUNTED, "arrays": made, "arrays_a_frame": made / COUNTED}


def figures(seconds: list[float]) -> dict[str, float]:
    """Of single frames."""
    fastest = float(np.percentile(seconds, 10))
    return {
        "frames_per_s": round(len(seconds) / sum(seconds), 1),
        "median_ms": round(1e3 * statistics.median(seconds), 3),
        "fastest_tenth_ms": round(1e3 * fastest, 3),
        "frames": len(seconds),
    }


def main() -> None:
    """Measures, prints and writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="a painter file (the shipped one)")
    parser.add_argument("--size", type=parse_size, default=(640, 480))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--frames", type=int, default=80, help="of each turn")
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    options = parser.parse_args()

    file, pixels = find(options.model), Demo(options.size).picture_at(3.0)
    with tempfile.TemporaryDirectory() as folder:
        alone = Settings(
            source="demo",
            size=options.size,
            model=file,
            provider="cpu",
            precision="float32",
            threads=options.threads,
            quality="full",
            replay=0.0,
            styles_folder=Path(folder),
        )
        kinds = {"loop": alone, "loop_replay": replace(alone, replay=10.0)}
        seconds: dict[str, list[float]] = {name: [] for name in ("bare", *kinds)}
        for _ in range(options.rounds):
            for name, settings in kinds.items():
                seconds["bare"] += run_bare(file, options, pixels)
                seconds[name] += run_loop(settings, pixels, options.frames).periods()
        result: dict[str, Any] = {
            "what": __doc__.splitlines()[0],
            "model": file.stem,
            "size": "{}x{}".format(*options.size),
            "threads": options.threads,
            **{name: figures(found) for name, found in seconds.items()},
            "conversions_ms": conversions(file, options, pixels),
            "memory": memory(alone, pixels),
        }
    for name in kinds:
        result[name] |= shares(result["bare"], result[name])
    result["machine"] = describe("onnxruntime-gpu", "onnxruntime", "numpy")
    text = json.dumps(result, indent=2)
    options.output.write_text(text + "\n", "utf-8")
    print(text, flush=True)
    os._exit(0)  # see `Counter.counting`


def shares(bare: dict[str, float], loop: dict[str, float]) -> dict[str, float]:
    """The loop's rate as a share of the bare session's."""
    return {
        "share_by_frames": round(loop["frames_per_s"] / bare["frames_per_s"], 3),
        "share_by_median": round(bare["median_ms"] / loop["median_ms"], 3),
        "share_by_fastest_tenth": round(
            bare["fastest_tenth_ms"] / loop["fastest_tenth_ms"], 3
        ),
    }


if __name__ == "__main__":
    main()
