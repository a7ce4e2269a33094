"""How much memory an optimisation takes, and what size fits."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import torch
from torch import nn

from livestyle.contract import MIN_SIDE
from livestyle.errors import SettingsError
from training.vgg import CHANNELS, Features

FLOAT = 4  # bytes
INDEX = 8  # bytes: where max pooling found each maximum
# Maps of the first block that backward holds at a time, measured: gradients in and out
# of a convolution, and its input as the convolution's kernel wants it.
PASSING_MAPS = 9
LOOKING_MAPS = 3  # the same without a gradient: in, out, and in as the kernel wants it
CANVASES = 12  # copies of the picture: gradient, direction, those of the line search
SPARE = 0.9  # share of the free memory that is used
RETRY = 0.7  # of the sides of a size that failed although it should have fitted


def needed_bytes(features: Features, size_wh: tuple[int, int], history: int) -> int:
    """About how much memory the optimisation of one picture takes.

    Counts the activations that the gradient needs, what passes through at a time, and
    the vectors of L-BFGS.

    Args:
        features: the loss network.
        size_wh: of the picture.
        history: of L-BFGS.
    """
    kept = 0.0
    has_max = any(isinstance(layer, nn.MaxPool2d) for layer in features.layers)
    for name in features.names:
        block = int(name[4]) - 1
        places = 0.25**block
        if name.startswith("pool"):
            each = FLOAT + (INDEX if has_max else 0)
            kept += CHANNELS[block] * places / 4 * each
        elif name.startswith("relu") or name in features.wanted:
            kept += CHANNELS[block] * places * FLOAT
    passing = PASSING_MAPS * CHANNELS[0] * FLOAT
    vectors = (2 * history + CANVASES) * 3 * FLOAT
    return int(size_wh[0] * size_wh[1] * (kept + passing + vectors))


def free_bytes(device: torch.device) -> int:
    """What a device, or this process, can still take."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        reserved = torch.cuda.memory_reserved(device)
        return int(free + reserved - torch.cuda.memory_allocated(device))
    return min(int(psutil.virtual_memory().available), _left_in_container())


def peak_bytes(device: torch.device) -> int:
    """The most that this process (or its part of the GPU) ever held so far."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    status = Path("/proc/self/status")
    # getrusage tells a peak of the process that started this one as its own.
    if status.exists() and (peaks := re.findall(r"VmHWM:\s+(\d+)", status.read_text())):
        return int(peaks[0]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def require_memory(
    features: Features, size_wh: tuple[int, int], history: int, free: int
) -> None:
    """Makes sure that a size fits, before hours are spent on coarser ones.

    Raises:
        SettingsError: it does not; names one that does.
    """
    needed = needed_bytes(features, size_wh, history)
    if needed > free:
        raise _too_large(features, size_wh, history, free)


def require_style_memory(size_wh: tuple[int, int], scale: float, free: int) -> None:
    """Makes sure that paintings can be looked at as large as they are wanted.

    Args:
        size_wh: of the pastiche, px; a painting gets scale squared times its pixels.
        scale: of the paintings.
        free: bytes.

    Raises:
        SettingsError: they cannot; names a scale that fits.
    """
    needed = size_wh[0] * size_wh[1] * scale**2 * LOOKING_MAPS * CHANNELS[0] * FLOAT
    if needed > free:
        fits = scale * (SPARE * free / needed) ** 0.5
        raise SettingsError(
            f"paintings of --style-scale {scale:g} do not fit into memory: each takes "
            f"about {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free",
            hint=f"Take --style-scale {fits:.1f} or less.",
        )


@contextmanager
def memory_errors(
    features: Features, size_wh: tuple[int, int], history: int
) -> Iterator[None]:
    """Turns the many ways in which memory runs out into one sentence.

    Raises:
        SettingsError: memory ran out; names a size that fits.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not _is_shortage(error):
            raise
        # The estimate did not hold: it cannot be all that the advice rests on.
        needed = needed_bytes(features, size_wh, history)
        free = min(free_bytes(features.mean.device), int(needed * RETRY**2))
        raise _too_large(features, size_wh, history, free) from error


def fitting_size(size_wh: tuple[int, int], needed: int, free: int) -> tuple[int, int]:
    """The largest size of the same shape that fits, sides rounded down."""
    scale = min(1.0, SPARE * free / needed) ** 0.5
    return int(size_wh[0] * scale), int(size_wh[1] * scale)


def _too_large(
    features: Features, size_wh: tuple[int, int], history: int, free: int
) -> SettingsError:
    needed = needed_bytes(features, size_wh, history)
    width, height = fitting_size(size_wh, needed, free)
    fits = min(width, height) >= MIN_SIDE
    return SettingsError(
        f"{size_wh[0]}x{size_wh[1]} does not fit into memory: it takes about "
        f"{needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free",
        hint=f"{width}x{height} fits: --size {width}x{height}."
        if fits
        else "Close other programs: no size fits into what is free.",
    )


def _is_shortage(error: Exception) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    said = str(error).lower()
    return "out of memory" in said or "allocate memory" in said or "alloc_cpu" in said


def _left_in_container() -> int:
    """What the control group of this process may still take; huge without a limit."""
    group = Path("/sys/fs/cgroup")
    try:
        limit = (group / "memory.max").read_text()
        held = (group / "memory.current").read_text()
        return max(0, int(limit) - int(held))
    except (OSError, ValueError):
        return sys.maxsize
