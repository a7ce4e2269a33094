"""All that `livestyle bench` measures, one after the other."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from livestyle import __version__
from livestyle.apart import TrialError, apart
from livestyle.bank import find, shipped
from livestyle.bench import pipeline
from livestyle.bench.memory import HOW
from livestyle.bench.painting import Combination, Contender, memory_mb, race, row
from livestyle.doctor.nvidia import gpus
from livestyle.doctor.runtime import RIVALS
from livestyle.errors import LivestyleError
from livestyle.machine import busy, cores, cpu_name, memory_gb, version_of
from livestyle.providers import built_in
from livestyle.readers import FULL
from livestyle.settings import Settings
from livestyle.variants import variants_of

FORMAT = 1  # raised when what the result holds changes
PACKAGES = (*RIVALS, "numpy", "opencv-python", "opencv-python-headless", "av")
# It builds an engine for minutes: only for those who ask for it by name.
SLOW_TO_OPEN = ("tensorrt",)

Say = Callable[[str], object]


@dataclass(frozen=True)
class Bench:
    """What is to be measured.

    Attributes:
        sizes: (width, height) of the frames.
        seconds: of counted time for each row.
        threads: of the CPU, 0 for ONNX Runtime's own choice.
        model: a painter's file or name; None for all that come along.
        provider: one by name, or "auto" for all that run.
    """

    sizes: tuple[tuple[int, int], ...]
    seconds: float
    threads: int = 0
    model: Path | None = None
    provider: str = "auto"


def measure(bench: Bench, say: Say) -> dict[str, Any]:
    """Measures painters alone, then the whole way.

    Args:
        bench: what.
        say: takes one line about what goes on.

    Raises:
        LivestyleError: nothing runs at all, or the loop fails.
    """
    head = {
        "format": FORMAT,
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": machine(),
        "versions": versions(),
        "threads": bench.threads,
        "seconds": bench.seconds,
        "memory": HOW,
    }
    not_run: list[str] = []
    painting = _painting(bench, say, not_run)
    return {
        **head,
        "painting": painting,
        "pipeline": list(_pipeline(bench, say)),
        "not_run": not_run,
    }


def machine() -> dict[str, Any]:
    """What this machine is; nothing in it names a person or a network."""
    return {
        "cpu": cpu_name(),
        "cores": cores(),
        "memory_gb": memory_gb(),
        "gpus": gpus(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load": busy(),
    }


def versions() -> dict[str, str]:
    """Of livestyle, Python and the packages that decide speed."""
    found = {name: version_of(name) for name in PACKAGES}
    there = {name: version for name, version in found.items() if version}
    return {"livestyle": __version__, "python": platform.python_version(), **there}


def combinations(bench: Bench) -> list[Combination]:
    """Every model on every provider at every size, whether it runs or not.

    Variants are painted with where they are meant for: int8 on the CPU, float16 beside
    it.
    """
    models = [find(bench.model)] if bench.model else list(shipped().values())
    wanted = [bench.provider]
    if bench.provider == "auto":
        wanted = [name for name in built_in() if name not in SLOW_TO_OPEN]
    return [
        Combination(path, provider, size)
        for model in models or [find()]
        for provider in wanted
        for path in (model, *_variants(model, provider))
        for size in bench.sizes
    ]


def _variants(model: Path, provider: str) -> list[Path]:
    precision = "int8" if provider == "cpu" else "float16"
    return [path for p, path in variants_of(model).items() if p == precision]


def _painting(bench: Bench, say: Say, not_run: list[str]) -> list[dict[str, Any]]:
    """A row for each combination that runs; the others say why not."""
    running: list[tuple[Contender, float | None]] = []
    failure: LivestyleError | None = None
    for what in combinations(bench):
        say(f"opening {what}")
        try:
            # In this order: what ends its process must not end this one.
            memory = memory_mb(what, bench.threads)
            running.append((Contender(what, bench.threads), memory))
        except LivestyleError as error:
            failure = error
            if error.message not in not_run:
                not_run.append(error.message)
    if not running and failure is not None:
        raise failure
    say(f"painting in turns, {bench.seconds:g} s each")
    race([contender for contender, _ in running], bench.seconds)
    return [row(contender, memory) for contender, memory in running]


def _pipeline(bench: Bench, say: Say) -> Iterator[dict[str, Any]]:
    """The whole way at each size, without a recording and with one."""
    window = has_display()
    for size in bench.sizes:
        for recording in (False, True):
            how = ", recording" if recording else ""
            say(f"the whole way at {size[0]}x{size[1]}{how}")
            settings = Settings(
                size=size,
                model=bench.model,
                provider=bench.provider,
                threads=bench.threads,
                quality=FULL,  # what is measured is to be the same everywhere
                window=window,
                seconds=bench.seconds,
            )
            yield pipeline.run(settings, recording=recording)


def has_display() -> bool:
    """Whether a window comes up, tried where it can do no harm."""
    try:
        return "ms" in apart("livestyle.doctor.window_trial")
    except TrialError:
        return False
