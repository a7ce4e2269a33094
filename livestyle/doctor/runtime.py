"""ONNX Runtime: that exactly one of its rival distributions is there, and whole."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator

from livestyle.doctor import pip
from livestyle.doctor.finding import Finding
from livestyle.doctor.installation import installed, older

# They all bring a module `onnxruntime`: the one that was installed last has the files.
RIVALS = (
    "onnxruntime",
    "onnxruntime-gpu",
    "onnxruntime-directml",
    "onnxruntime-openvino",
    "onnxruntime-rocm",
    "onnxruntime-migraphx",
    "onnxruntime-qnn",
    "onnxruntime-silicon",
    "onnxruntime-training",
    "onnxruntime-training-cpu",
    "ort-nightly",
    "ort-nightly-gpu",
    "ort-nightly-directml",
)
OLDEST = "1.20"


def check_runtime() -> Iterator[Finding]:
    """A clash of distributions, one that is broken, or one that is too old."""
    there = installed()
    found = [name for name in RIVALS if name in there]
    listed = " and ".join(f"{name} {there[name]}" for name in found)
    right = preferred()
    figures = {"distributions": {name: there[name] for name in found}}
    if len(found) > 1:
        yield Finding(
            "onnxruntime",
            "error",
            f"{listed} are installed together; they have the same files, which leaves "
            "the CPU only or breaks both",
            f"{pip.uninstall(*found)} && {pip.install(f'{right}>={OLDEST}')}",
            figures,
        )
        return
    whole = pip.install(f"{found[0] if found else right}>={OLDEST}", again=bool(found))
    fault, about = _load()
    if not fault and found and older(there[found[0]], OLDEST):
        fault = f"{listed} is older than {OLDEST}"
    if fault:
        yield Finding("onnxruntime", "error", fault, whole, figures)
    else:
        text = f"{listed or 'of no known distribution'}, {about}"
        yield Finding("onnxruntime", "ok", text, "", figures)


def preferred() -> str:
    """The distribution that livestyle asks for on this machine."""
    machine = sys.platform, platform.machine()
    has_gpu_build = machine in (("linux", "x86_64"), ("win32", "AMD64"))
    return "onnxruntime-gpu" if has_gpu_build else "onnxruntime"


def built_for_cuda() -> str:
    """The CUDA version that this ONNX Runtime was built with, "" for none."""
    from onnxruntime.capi import build_and_package_info

    return str(getattr(build_and_package_info, "cuda_version", "") or "")


def _load() -> tuple[str, str]:
    """What is wrong with the module, "" if nothing is, and what it is built for."""
    try:
        import onnxruntime
    except ModuleNotFoundError:
        return "it is not installed", ""
    except Exception as error:  # noqa: BLE001 - broken bindings raise what they like
        return f"it does not load: {error}", ""
    # What pip leaves when one of two rivals is removed: a folder without its files.
    if not hasattr(onnxruntime, "InferenceSession"):
        return "its files are gone, as after removing another of its distributions", ""
    cuda = built_for_cuda()
    return "", f"built for {f'CUDA {cuda}' if cuda else 'the CPU'}"
