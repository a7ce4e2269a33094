"""What ONNX Runtime is told about NVIDIA's GPUs, as names and values."""

from __future__ import annotations

from pathlib import Path

from livestyle.cache import cache_folder

Options = dict[str, str]


def cuda_options(*, graphs: bool) -> Options:
    """Options of the CUDA provider.

    Args:
        graphs: whether runs are recorded as CUDA graphs, one for each size of frame.
            ONNX Runtime refuses that for a file of which a part runs on the CPU.
    """
    return {
        # The default search times every convolution anew at each new size of frame.
        "cudnn_conv_algo_search": "HEURISTIC",
        "enable_cuda_graph": "1" if graphs else "0",
    }


def tensorrt_options(cache: Path | None) -> Options:
    """Options of the TensorRT provider.

    Its engines take minutes to build, for each GPU and range of sizes: they are kept,
    and so are the times that it measured while it built them.

    Args:
        cache: the folder for them; None keeps nothing.
    """
    options = {
        "trt_fp16_enable": "1",
        # Means and variances over all pixels of a frame leave what halves can hold.
        "trt_layer_norm_fp32_fallback": "1",
    }
    if cache is not None:
        options |= {
            "trt_engine_cache_enable": "1",
            "trt_engine_cache_path": str(cache),
            "trt_timing_cache_enable": "1",
            "trt_timing_cache_path": str(cache),
        }
    return options


def engine_folder() -> Path | None:
    """Where TensorRT's engines are kept for this person, None if nowhere can be."""
    try:
        folder = cache_folder() / "tensorrt"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder
