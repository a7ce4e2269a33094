"""Which device fits, and in which precision."""

from __future__ import annotations

import os
import time

import torch
from torch import nn

from livestyle.errors import SettingsError

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def choose_device(name: str = "auto") -> torch.device:
    """The device by name; "auto" takes a CUDA GPU where there is one.

    Of several processes on one machine each takes the GPU of its own number.

    Raises:
        SettingsError: CUDA was asked for and is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and "LOCAL_RANK" in os.environ:
        name = f"cuda:{os.environ['LOCAL_RANK']}"
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise SettingsError(
            "this torch sees no CUDA GPU", hint="Use --device cpu, or mend the driver."
        )
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise SettingsError(
            f"there is no device '{name}'", hint="Use auto, cpu or cuda."
        ) from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise SettingsError(
            f"there is no GPU {device.index}, there are {torch.cuda.device_count()}",
            hint="Start one process a GPU: --nproc-per-node says how many.",
        )
    return device


def choose_precision(name: str, device: torch.device) -> torch.dtype:
    """The autocast type by name: "float32", "bfloat16", or "auto".

    Automatic is bfloat16 where the device has it and it is faster: CPUs without matrix
    instructions for it emulate it slowly, so a CPU is timed, which takes a moment.

    Raises:
        SettingsError: there is no such precision.
    """
    if name == "auto":
        if device.type == "cuda":
            return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
        times = _time_convs(torch.bfloat16, torch.float32)
        faster = times[torch.bfloat16] < 0.8 * times[torch.float32]
        return torch.bfloat16 if faster else torch.float32
    if name not in PRECISIONS:
        raise SettingsError(
            f"there is no precision '{name}'", hint="Use auto, float32 or bfloat16."
        )
    return PRECISIONS[name]


def precision_name(dtype: torch.dtype) -> str:
    """The name by which `choose_precision` knows an autocast type."""
    return next(name for name, known in PRECISIONS.items() if known == dtype)


def _time_convs(*dtypes: torch.dtype, repeats: int = 10) -> dict[torch.dtype, float]:
    """Seconds of the fastest of some convolutions like those of the loss network.

    The types take turns: a machine that is busy for a moment is so for all of them.
    """
    conv = nn.Conv2d(64, 64, 3, padding=1).to(memory_format=torch.channels_last)
    x = torch.rand(1, 64, 128, 128).to(memory_format=torch.channels_last)
    best = dict.fromkeys(dtypes, float("inf"))
    with torch.no_grad():
        for _ in range(repeats):
            for dtype in dtypes:
                start = time.perf_counter()
                with torch.autocast("cpu", dtype, dtype != torch.float32):
                    conv(x)
                best[dtype] = min(best[dtype], time.perf_counter() - start)
    return best
