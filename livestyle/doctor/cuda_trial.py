"""Loads what ONNX Runtime's CUDA provider needs, and prints its versions as JSON.

A module of its own, so that libraries that do not fit end this process alone.
"""

from __future__ import annotations

import ctypes
import io
import json
import sys
from contextlib import redirect_stdout, suppress
from pathlib import Path


def main() -> None:
    """Prints `load_error` ("" if all loads) and the versions that were found."""
    import onnxruntime as ort

    if hasattr(ort, "preload_dlls"):
        with redirect_stdout(io.StringIO()):  # it prints what it does not find
            ort.preload_dlls()
    windows = sys.platform == "win32"
    names = (
        (
            "onnxruntime_providers_cuda.dll",
            "nvcuda.dll",
            "cudart64_{}.dll",
            "cudnn64_9.dll",
        )
        if windows
        else (
            "libonnxruntime_providers_cuda.so",
            "libcuda.so.1",
            "libcudart.so.{}",
            "libcudnn.so.9",
        )
    )
    provider, driver, runtime, cudnn = names
    major = sys.argv[1]
    answer = {
        "load_error": _load_error(Path(ort.__file__).parent / "capi" / provider),
        "driver_cuda": _cuda_version(driver, "cuDriverGetVersion"),
        "cuda": _cuda_version(runtime.format(major), "cudaRuntimeGetVersion"),
        "cudnn": _cudnn_version(cudnn),
    }
    print(json.dumps(answer))  # noqa: T201 - this is the answer


def _load_error(path: Path) -> str:
    """What the system's loader misses: "libcublasLt.so.13: cannot open ..."."""
    try:
        ctypes.CDLL(str(path))
    except OSError as error:
        return str(error)
    return ""


def _cuda_version(library: str, function: str) -> str:
    """Asks a library for its CUDA version, "" where it is not found."""
    number = ctypes.c_int()
    with suppress(OSError, AttributeError):
        getattr(ctypes.CDLL(library), function)(ctypes.byref(number))
    return f"{number.value // 1000}.{number.value % 1000 // 10}" if number.value else ""


def _cudnn_version(library: str) -> str:
    with suppress(OSError, AttributeError):
        version = ctypes.CDLL(library).cudnnGetVersion
        version.restype = ctypes.c_size_t
        number = int(version())
        return f"{number // 10000}.{number % 10000 // 100}.{number % 100}"
    return ""


if __name__ == "__main__":
    main()
