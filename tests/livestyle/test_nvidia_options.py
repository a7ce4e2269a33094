from pathlib import Path

import onnxruntime as ort
import pytest

from livestyle import nvidia_options
from livestyle.nvidia_options import cuda_options, engine_folder, tensorrt_options

LIBRARIES = Path(ort.__file__).parent / "capi"


def known_to(provider: str) -> bytes:
    """The provider's library, in which the names of its options stand."""
    found = [*LIBRARIES.glob(f"*onnxruntime_providers_{provider}.*")]
    if not found:
        pytest.skip(f"this ONNX Runtime has no library for {provider}")
    return found[0].read_bytes()


@pytest.mark.parametrize("graphs", [True, False])
def test_cuda_knows_the_names_of_our_options(graphs: bool):
    library, options = known_to("cuda"), cuda_options(graphs=graphs)
    assert [name for name in options if name.encode() not in library] == []
    assert options["cudnn_conv_algo_search"].encode() in library
    assert options["enable_cuda_graph"] == "01"[graphs]


def test_tensorrt_knows_the_names_of_our_options(tmp_path: Path):
    library = known_to("tensorrt")
    options = tensorrt_options(tmp_path)
    assert [name for name in options if name.encode() not in library] == []
    assert options["trt_fp16_enable"] == "1"


def test_tensorrts_engines_are_kept_in_this_persons_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = engine_folder()
    assert folder == tmp_path / "livestyle" / "tensorrt"
    assert folder.is_dir()
    options = tensorrt_options(folder)
    assert options["trt_engine_cache_path"] == options["trt_timing_cache_path"]
    assert options["trt_engine_cache_path"] == str(folder)
    assert options["trt_engine_cache_enable"] == "1"


def test_without_a_cache_engines_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert engine_folder() is None
    assert "trt_engine_cache_enable" not in tensorrt_options(None)


def test_a_person_without_a_home_has_no_cache(monkeypatch: pytest.MonkeyPatch):
    def homeless() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(nvidia_options, "cache_folder", homeless)
    assert engine_folder() is None
