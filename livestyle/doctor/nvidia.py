"""NVIDIA's GPU, driver and libraries against what this ONNX Runtime was built for."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from livestyle.apart import TrialError, apart
from livestyle.doctor import pip
from livestyle.doctor.finding import Finding
from livestyle.doctor.runtime import built_for_cuda

CUDNN = "9"  # what ONNX Runtime wants since 1.19
OLDEST_DRIVER = {"12": "525", "13": "580"}  # by CUDA's first number
PCI = Path("/sys/bus/pci/devices")


@dataclass(frozen=True)
class Nvidia:
    """What is there of NVIDIA; versions are "" where nothing was found.

    Attributes:
        gpus: as nvidia-smi names them: name, driver, memory.
        plugged_in: whether a GPU of NVIDIA's is in the machine, with a driver or not.
        driver: whether its kernel driver answers.
        wanted: the CUDA that ONNX Runtime was built for, "" if it knows none.
        load_error: what the CUDA provider's library misses, "" if nothing.
        driver_cuda: the newest CUDA that the driver runs.
        cuda, cudnn: of the libraries.
    """

    gpus: tuple[str, ...] = ()
    plugged_in: bool = False
    driver: bool = False
    wanted: str = ""
    load_error: str = ""
    driver_cuda: str = ""
    cuda: str = ""
    cudnn: str = ""


def check_nvidia() -> Iterator[Finding]:
    """Whether an NVIDIA GPU can be used, if there is one."""
    yield judge(_look())


def judge(found: Nvidia) -> Finding:
    """What is wrong, and its fix."""
    figures = asdict(found)
    if not found.driver:
        return _without_driver(found, figures)
    who = "; ".join(found.gpus) or "an NVIDIA GPU"
    if not found.wanted:
        fix = (
            f"{pip.uninstall('onnxruntime', 'onnxruntime-gpu')} && "
            f"{pip.install('onnxruntime-gpu[cuda,cudnn]>=1.20')}"
        )
        text = f"{who}: this ONNX Runtime is built without CUDA"
        return Finding("nvidia", "warning", text, fix, figures)
    major = found.wanted.partition(".")[0]
    if found.driver_cuda and _number(found.driver_cuda) < int(major):
        text = (
            f"{who}: the driver runs CUDA {found.driver_cuda} at most, and this ONNX "
            f"Runtime is built for {found.wanted}"
        )
        driver = OLDEST_DRIVER.get(major)
        fix = f"Update NVIDIA's driver{f' to {driver} or newer' if driver else ''}."
        return Finding("nvidia", "warning", text, fix, figures)
    libraries = pip.install(f"onnxruntime-gpu[cuda,cudnn]{_version()}")
    wants = f"ONNX Runtime wants CUDA {major} and cuDNN {CUDNN}"
    if found.load_error or not found.cudnn:
        missing = found.load_error or f"cuDNN {CUDNN} is not found"
        text = f"{who}: {wants}; {missing}"
        return Finding("nvidia", "warning", text, libraries, figures)
    text = f"{who}: {wants}, and there are CUDA {found.cuda} and cuDNN {found.cudnn}"
    return Finding("nvidia", "ok", text, "", figures)


def _without_driver(found: Nvidia, figures: Mapping[str, Any]) -> Finding:
    if found.plugged_in:
        return Finding(
            "nvidia",
            "warning",
            "there is an NVIDIA GPU, but its driver is not loaded",
            "Install NVIDIA's driver (on Ubuntu: sudo ubuntu-drivers install) and "
            "restart; then nvidia-smi must list the GPU.",
            figures,
        )
    text = "there is no NVIDIA GPU"
    if found.wanted:
        major = found.wanted.partition(".")[0]
        text += f"; for one ONNX Runtime would want CUDA {major} and cuDNN {CUDNN}"
    return Finding("nvidia", "ok", text, "", figures)


def _look() -> Nvidia:
    from livestyle.providers import has_nvidia_driver

    wanted, driver = built_for_cuda(), has_nvidia_driver()
    versions: Mapping[str, str] = {}
    if wanted:
        try:
            versions = apart("livestyle.doctor.cuda_trial", wanted.partition(".")[0])
        except TrialError as error:
            versions = {"load_error": str(error)}
    return Nvidia(
        gpus=tuple(gpus()),
        plugged_in=driver or plugged_in(),
        driver=driver,
        wanted=wanted,
        **versions,
    )


def gpus() -> list[str]:
    """The GPUs by nvidia-smi, which comes with the driver."""
    try:
        done = subprocess.run(
            [
                "nvidia-smi",
                "--query-gpu=name,driver_version,memory.total",
                "--format=csv,noheader",
            ],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    if done.returncode:
        return []
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]


def plugged_in(devices: Path = PCI) -> bool:
    """Whether Linux lists a display or 3D controller of NVIDIA's on the PCI bus."""
    for device in devices.glob("*"):
        try:
            vendor = (device / "vendor").read_text().strip()
            kind = (device / "class").read_text().strip()
        except OSError:
            continue
        if vendor == "0x10de" and kind.startswith("0x03"):
            return True
    return False


def _version() -> str:
    import onnxruntime

    return f"=={onnxruntime.__version__}"


def _number(version: str) -> int:
    return int(version.partition(".")[0])
