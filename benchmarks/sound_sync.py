"""How far apart a flash and its beep are in a long recording with a microphone.

    python benchmarks/sound_sync.py [--minutes 10] [--off 200] [--pause 30]

A clip flashes and beeps once a second. Its pictures come at their moments as those of
a camera do, its sound comes from a sound card whose clock is off by so many
millionths, both by the real clock and on the threads of a real run; only the devices
are played. The recording is paused once, in the middle. Then the movie is decoded,
and for each flash the nearest beep is looked for. The exit status is 1 where one of
them is more than 40 ms away, or lacks.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from threading import Event
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import livestyle  # noqa: F401 (it sets what OpenCV reads when it is imported)

# isort: split
import numpy as np

from livestyle.controls import Controls
from livestyle.sound.block import Block
from livestyle.sound.microphone import SETTLE, Microphone
from livestyle.sound.sound_input import Kind
from livestyle.takes import Takes
from tests.livestyle.flash_and_beep import FPS, RATE, Clip, watch, write_clip
from training.machine import describe

RESULT = Path(__file__).parent / "results" / "sound_sync.json"
ALLOWED = 0.040  # seconds
PAINTING = 0.08  # seconds from a picture's capture to its recording
LENGTH = RATE // 50  # of a block


class SoundCard:
    """A microphone before the clip that takes up `rate` samples by the real clock."""

    name = "clip"
    kind = Kind(RATE, 1)

    def __init__(self, clip: Clip, rate: float) -> None:
        self._clip, self._rate = clip, rate
        self._began = time.monotonic()
        self._taken = 0

    def read(self, timeout: float) -> Block | None:
        """The next block as soon as its last sample was heard."""
        ready = self._began + (self._taken + LENGTH) / self._rate
        early = ready - time.monotonic()
        if early > 0:
            Event().wait(min(early, timeout))
        if time.monotonic() < ready:
            return None
        moments = self._began + (self._taken + np.arange(LENGTH)) / self._rate
        self._taken += LENGTH
        return Block(self._clip.heard(moments), time.monotonic() - LENGTH / self._rate)

    def close(self) -> None:
        """Nothing is held."""


def film(folder: Path, seconds: float, rate: float, pause: float) -> Path:
    """Records the clip for so long, a pause in the middle not counted."""
    clip = Clip.read(write_clip(folder / "clip.mkv"))
    microphone = Microphone("clip", lambda *_: SoundCard(clip, rate))
    controls = Controls(("clip",))
    takes = Takes(
        controls, folder, None, FPS, clock=time.monotonic, microphone=microphone
    )
    first = int(time.monotonic() + SETTLE + 1) * FPS
    middle, end = round(seconds / 2) * FPS, round(seconds + pause) * FPS
    for number in range(end):
        moment = (first + number) / FPS
        Event().wait(max(0.0, moment + PAINTING - time.monotonic()))
        controls.recording = True
        controls.recording_paused = middle <= number < middle + round(pause) * FPS
        takes.write(clip.frame(first + number))
        if number % (60 * FPS) == 0:
            print(f"{number / FPS / 60:.0f} of {end / FPS / 60:g} min", file=sys.stderr)
    takes.close()
    microphone.close()
    return takes.written[0]


def measure(path: Path, seconds: float) -> dict[str, Any]:
    """What the movie says."""
    found = watch(path)
    apart = found.apart * 1e3
    minute = found.flashes // 60
    worst = [
        round(float(np.abs(apart[minute == n]).max()), 1) for n in np.unique(minute)
    ]
    return {
        "flashes": len(found.flashes),
        "beeps": len(found.beeps),
        "apart_ms": {
            "median": round(float(np.median(apart)), 1),
            "least": round(float(apart.min()), 1),
            "most": round(float(apart.max()), 1),
            "worst_of_each_minute": worst,
        },
        "passed": len(found.flashes) == len(found.beeps) == round(seconds)
        and bool(np.abs(apart).max() <= ALLOWED * 1e3),
    }


def main() -> int:
    """Records, measures, prints and writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--off", type=float, default=200.0, help="in millionths")
    parser.add_argument("--pause", type=float, default=30.0, help="seconds")
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    options = parser.parse_args()

    seconds = round(options.minutes * 60)
    with tempfile.TemporaryDirectory() as folder:
        rate = RATE * (1 + options.off * 1e-6)
        path = film(Path(folder), seconds, rate, options.pause)
        found = measure(path, seconds)
    result = {
        "what": "how much later each beep is than its flash, in one recording",
        "minutes": options.minutes,
        "clock_off_by_millionths": options.off,
        "pause_seconds": options.pause,
        **found,
        "machine": describe("av", "numpy"),
    }
    print(json.dumps(found, indent=2))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    return 0 if found["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
