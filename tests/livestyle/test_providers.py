from pathlib import Path

import onnxruntime as ort
import pytest

from livestyle import providers
from livestyle.errors import ModelError, ProviderError
from livestyle.model import Painter
from livestyle.providers import PROVIDERS, Provider, has_nvidia_driver, open_session
from tests.livestyle.tiny_painter import write_painter

ABSENT = [
    name
    for name, full in PROVIDERS.items()
    if full not in ort.get_available_providers()
]
no_gpu = pytest.mark.skipif(has_nvidia_driver(), reason="there is an NVIDIA GPU here")


@pytest.fixture
def model(tmp_path: Path) -> bytes:
    return write_painter(tmp_path / "tiny.onnx").read_bytes()


def test_the_cpu_is_always_there(model: bytes):
    session, provider = open_session(model, "cpu", threads=1)
    assert session.get_providers() == ["CPUExecutionProvider"]
    assert provider == Provider("cpu")
    assert provider.label == "CPU"


@no_gpu
@pytest.mark.parametrize("name", ["cuda", "tensorrt"])
def test_asking_for_a_gpu_without_one_names_the_reason_and_the_fix(
    model: bytes, name: str
):
    reason = "no NVIDIA driver is loaded|this build of ONNX Runtime does not have it"
    with pytest.raises(ProviderError, match=rf"{name}: ({reason}).*--provider c"):
        open_session(model, name)


@pytest.mark.gpu
@pytest.mark.skipif(not has_nvidia_driver(), reason="there is no NVIDIA GPU here")
def test_a_gpu_is_taken_by_itself(model: bytes):
    session, provider = open_session(model)
    assert session.get_providers()[0] == "CUDAExecutionProvider"
    assert provider == Provider("cuda")


@no_gpu
@pytest.mark.skipif("coreml" not in ABSENT, reason="a Mac takes CoreML")
@pytest.mark.skipif("directml" not in ABSENT, reason="this build has DirectML")
def test_auto_falls_to_the_cpu_and_says_why(model: bytes):
    _, provider = open_session(model, "auto")
    assert provider.name == "cpu"
    assert len(provider.notes) == 1
    assert provider.notes[0].startswith("cuda: ")


@pytest.mark.parametrize("name", ABSENT)
def test_a_provider_that_this_build_lacks_is_refused(model: bytes, name: str):
    with pytest.raises(ProviderError, match=f"provider {name} cannot be used.*--prov"):
        open_session(model, name)


@pytest.mark.parametrize("name", ["gpu", "CUDA", "", "CUDAExecutionProvider"])
def test_an_unknown_name_lists_the_known_ones(model: bytes, name: str):
    with pytest.raises(ProviderError, match=f"no provider '{name}'.*auto, cuda, .*cpu"):
        open_session(model, name)


def test_a_session_that_fell_back_in_silence_is_not_taken_for_the_gpu(
    model: bytes, monkeypatch: pytest.MonkeyPatch
):
    # The driver is there, as this says, but the libraries do not load: ONNX Runtime
    # then gives a session on the CPU without an error.
    monkeypatch.setattr(providers, "has_nvidia_driver", lambda: True)
    if "cuda" in ABSENT or has_nvidia_driver():
        pytest.skip("needs ONNX Runtime for CUDA and no GPU")
    with pytest.raises(ProviderError, match=r"cuda: \w+.*livestyle\[cuda\]"):
        open_session(model, "cuda")
    _, provider = open_session(model, "auto")
    assert provider.name == "cpu"
    assert provider.notes[0].startswith("cuda: ")


def test_a_broken_model_is_the_models_fault_whatever_was_asked_for():
    for wanted in ("auto", "cpu"):
        with pytest.raises(ModelError, match="no ONNX model"):
            open_session(b"garbage", wanted)


def test_a_painter_passes_the_wish_on(tmp_path: Path):
    path = write_painter(tmp_path / "tiny.onnx")
    assert Painter(path, provider="cpu").provider == Provider("cpu")
    with pytest.raises(ProviderError, match="no provider 'abacus'"):
        Painter(path, provider="abacus")
