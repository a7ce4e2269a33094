"""Execution providers that really paint, and NVIDIA's parts."""

from dataclasses import replace
from pathlib import Path

import onnxruntime as ort
import pytest

from livestyle.apart import apart
from livestyle.doctor import provider_runs
from livestyle.doctor.finding import Finding
from livestyle.doctor.nvidia import Nvidia, check_nvidia, judge, plugged_in
from livestyle.doctor.provider_runs import check_providers
from livestyle.doctor.provider_trial import trial
from livestyle.providers import PROVIDERS, built_in, has_nvidia_driver
from tests.livestyle.tiny_painter import write_painter

no_gpu = pytest.mark.skipif(has_nvidia_driver(), reason="there is an NVIDIA GPU here")


@pytest.fixture(scope="module")
def found() -> dict[str, Finding]:
    """What is found of this machine's providers."""
    return {finding.check: finding for finding in check_providers()}


def test_the_cpu_really_runs_and_is_timed(found: dict[str, Finding]):
    assert set(found) == {f"provider {name}" for name in built_in()}
    cpu = found["provider cpu"]
    assert (cpu.status, cpu.fix) == ("ok", "")
    assert cpu.figures["ran_on"] == "cpu"
    assert cpu.figures["psnr_db"] is None  # its picture is that of the CPU
    assert 0 < cpu.figures["ms"] < 5000
    assert f"{cpu.figures['ms']:.0f} ms a frame of 640x480" in cpu.text


def test_the_cpu_is_tried_first_and_nothing_that_the_build_lacks():
    names = built_in()
    assert names[0] == "cpu"
    claimed = ort.get_available_providers()
    assert all(PROVIDERS[name] in claimed for name in names)


@no_gpu
@pytest.mark.skipif("cuda" not in built_in(), reason="not built for CUDA")
def test_a_provider_that_is_claimed_and_cannot_run_is_not_called_running(
    found: dict[str, Finding],
):
    assert found["provider cuda"].text == "not used: no NVIDIA driver is loaded"
    assert found["provider cuda"].figures == {}


def test_a_trial_that_fails_gives_its_reason(tmp_path: Path):
    answer = trial(tmp_path / "gone.onnx", "cpu")
    assert "there is no model" in answer["error"]
    answer = trial(write_painter(tmp_path / "tiny.onnx"), "abacus")
    assert "no provider 'abacus'" in answer["error"]


def test_a_trial_runs_in_a_process_of_its_own(model: Path):
    answer = apart("livestyle.doctor.provider_trial", str(model), "cpu")
    assert answer["ran_on"] == "cpu"
    assert answer["ms"] > 0


RAN = {"ran_on": "directml", "first_ms": 400.0, "ms": 8.0, "psnr_db": 52.0}


def test_a_provider_with_another_picture_than_the_cpus_is_a_warning():
    fine = provider_runs._judged("directml", RAN)
    assert fine.status == "ok"
    assert "8 ms a frame of 640x480 (125 frames/s)" in fine.text
    wrong = provider_runs._judged("directml", {**RAN, "psnr_db": 9.7})
    assert wrong.status == "warning"
    assert "another picture than the CPU (10 dB)" in wrong.text
    assert "--provider cpu" in wrong.fix


def test_a_provider_that_auto_would_take_is_missed_and_others_are_not():
    fault = {"error": "it died of SIGSEGV", "hint": "Update its driver."}
    assert provider_runs._judged("coreml", fault).status == "warning"
    assert provider_runs._judged("openvino", fault).status == "ok"
    assert provider_runs._judged("cpu", fault).status == "error"


GPU = Nvidia(
    gpus=("NVIDIA GeForce RTX 4070, 580.65.06, 12282 MiB",),
    plugged_in=True,
    driver=True,
    wanted="13.0",
    driver_cuda="13.0",
    cuda="13.0",
    cudnn="9.24.0",
)


def test_a_gpu_with_all_that_it_wants_is_fine():
    found = judge(GPU)
    assert (found.status, found.fix) == ("ok", "")
    for part in ("RTX 4070", "580.65.06", "CUDA 13 and cuDNN 9", "13.0", "9.24.0"):
        assert part in found.text


@pytest.mark.parametrize(
    ("changes", "text", "fix"),
    [
        (
            {"wanted": ""},
            "built without CUDA",
            "uninstall -y onnxruntime onnxruntime-gpu",
        ),
        (
            {"driver_cuda": "12.4"},
            "runs CUDA 12.4 at most",
            "Update NVIDIA's driver to 580 or newer",
        ),
        (
            {"load_error": "libcublasLt.so.13: cannot open shared object file"},
            "libcublasLt.so.13",
            f"'onnxruntime-gpu[cuda,cudnn]=={ort.__version__}'",
        ),
        ({"cudnn": ""}, "cuDNN 9 is not found", "onnxruntime-gpu[cuda,cudnn]=="),
        (
            {"driver": False, "gpus": ()},
            "driver is not loaded",
            "Install NVIDIA's driver",
        ),
    ],
)
def test_what_a_gpu_lacks_is_named_with_its_fix(
    changes: dict[str, object], text: str, fix: str
):
    found = judge(replace(GPU, **changes))  # type: ignore[arg-type]
    assert found.status == "warning"
    assert text in found.text
    assert fix in found.fix


def test_a_machine_without_a_gpu_lacks_nothing():
    found = judge(Nvidia(wanted="13.0", load_error="libcuda.so.1 is missing"))
    assert (found.status, found.fix) == ("ok", "")
    assert (
        "there is no NVIDIA GPU; for one ONNX Runtime would want CUDA 13" in found.text
    )
    assert judge(Nvidia()).text == "there is no NVIDIA GPU"


@no_gpu
def test_this_machine_is_looked_at_for_real():
    (found,) = check_nvidia()
    assert found.figures["driver"] is False
    assert found.figures["wanted"] == ort.capi.build_and_package_info.cuda_version
    if "cuda" in built_in():
        # The driver's own library is missing, if the CUDA libraries are there.
        assert ".so" in found.figures["load_error"]


def test_a_gpu_is_seen_on_the_bus_without_its_driver(tmp_path: Path):
    def plug(slot: str, vendor: str, kind: str) -> None:
        (tmp_path / slot).mkdir()
        (tmp_path / slot / "vendor").write_text(f"{vendor}\n")
        (tmp_path / slot / "class").write_text(f"{kind}\n")

    plug("0000:00:02.0", "0x8086", "0x030000")  # Intel's graphics
    plug("0000:01:00.1", "0x10de", "0x040300")  # the sound of an NVIDIA card
    (tmp_path / "0000:05:00.0").mkdir()
    assert not plugged_in(tmp_path)
    plug("0000:01:00.0", "0x10de", "0x030200")
    assert plugged_in(tmp_path)
