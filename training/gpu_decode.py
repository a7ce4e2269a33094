"""JPEGs decoded on an NVIDIA GPU, for those who ask for it."""

from __future__ import annotations

import warnings

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from livestyle.errors import SettingsError

DECODERS = ("auto", "cpu", "cuda")


def choose_decoder(name: str) -> str:
    """Which decoder "auto", "cpu" or "cuda" is.

    "auto" is the CPU, as long as nobody has measured a fit that the other speeds up.

    Raises:
        SettingsError: there is no such decoder, or CUDA's was asked for and does not
            work here.
    """
    if name not in DECODERS:
        raise SettingsError(
            f"there is no decoder '{name}'", hint=f"Use {', '.join(DECODERS)}."
        )
    if name != "cuda":
        return "cpu"
    if not torch.cuda.is_available():
        raise SettingsError(
            "this torch sees no CUDA GPU to decode on",
            hint="Use --decode cpu and more --workers, or mend the driver.",
        )
    trial = cv2.imencode(".jpg", np.zeros((16, 16, 3), np.uint8))[1]
    try:
        _decode(trial.ravel())
    except (RuntimeError, ImportError, AttributeError) as error:
        raise SettingsError(
            f"torchvision cannot decode on this GPU ({_first_line(error)})",
            hint="Use --decode cpu and more --workers, or a torchvision with nvJPEG.",
        ) from error
    return "cuda"


def decode_on_gpu(data: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """A JPEG's pixels, RGB of shape (H, W, 3), or None where nvJPEG gives none.

    Levels differ by a few from those of the CPU's decoder. EXIF orientation is not
    heeded.
    """
    try:
        pixels = _decode(data).cpu().permute(1, 2, 0).numpy()
    except RuntimeError:
        return None
    return np.ascontiguousarray(pixels, np.uint8)


def _decode(data: NDArray[np.uint8], device: str = "cuda") -> torch.Tensor:
    """uint8 RGB of shape (3, H, W) on the device."""
    from torchvision.io import ImageReadMode, decode_jpeg

    with warnings.catch_warnings():
        # torchvision 0.29 recommends TorchCodec, which is one more thing to install.
        warnings.simplefilter("ignore")
        pixels: torch.Tensor = decode_jpeg(
            torch.from_numpy(data), ImageReadMode.RGB, device
        )
    return pixels


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
