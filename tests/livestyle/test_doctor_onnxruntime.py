"""ONNX Runtime's rival distributions, as folders beside the real one."""

import re
from pathlib import Path
from typing import Any

import pytest

from livestyle.doctor.runtime import preferred
from tests.livestyle.fake_installation import distribution, findings, module

GOOD = "__version__ = '1.31.1'\nclass InferenceSession: pass\n"


def looked_at(site: Path, *, alone: bool = True) -> dict[str, Any]:
    (found,) = findings("runtime.check_runtime", site, alone=alone)
    assert found["check"] == "onnxruntime"
    return found


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A whole onnxruntime of the right kind."""
    distribution(tmp_path, preferred(), "1.31.1")
    module(tmp_path, "onnxruntime", GOOD)
    module(tmp_path, "onnxruntime/capi")
    module(tmp_path, "onnxruntime/capi/build_and_package_info", "cuda_version = '13.0'")
    return tmp_path


def test_the_real_one_of_this_machine_is_alone_and_whole(tmp_path: Path):
    found = looked_at(tmp_path, alone=False)
    assert (found["status"], found["fix"]) == ("ok", "")
    assert len(found["figures"]["distributions"]) == 1


def test_one_that_is_whole_is_told_with_what_it_is_built_for(site: Path):
    found = looked_at(site)
    assert found["status"] == "ok"
    assert found["text"] == f"{preferred()} 1.31.1, built for CUDA 13.0"


@pytest.mark.parametrize("beside_the_real_one", [True, False])
def test_two_rivals_are_an_error_with_the_commands_that_mend_it(
    tmp_path: Path, beside_the_real_one: bool
):
    distribution(tmp_path, "onnxruntime", "1.20.0")
    distribution(tmp_path, "onnxruntime-gpu", "1.22.0")
    found = looked_at(tmp_path, alone=not beside_the_real_one)
    assert found["status"] == "error"
    assert "onnxruntime 1.20.0 and onnxruntime-gpu 1.22.0" in found["text"]
    assert "leaves the CPU only" in found["text"]
    removed, installed = found["fix"].split(" && ")
    assert removed.endswith("pip uninstall -y onnxruntime onnxruntime-gpu")
    assert re.fullmatch(rf".*pip install '{preferred()}>=1\.20'", installed)


def test_all_rivals_are_removed_whatever_their_names(tmp_path: Path):
    for name in ("onnxruntime", "onnxruntime-directml", "ort-nightly-gpu"):
        distribution(tmp_path, name, "1.21.0")
    found = looked_at(tmp_path)
    assert (
        "uninstall -y onnxruntime onnxruntime-directml ort-nightly-gpu" in found["fix"]
    )


def test_a_name_that_only_begins_alike_is_no_rival(site: Path):
    distribution(site, "onnxruntime-extensions", "0.14.0")
    assert looked_at(site)["status"] == "ok"


def test_one_that_was_emptied_by_removing_its_rival_is_installed_again(site: Path):
    for file in site.rglob("onnxruntime/**/*.py"):
        file.unlink()
    found = looked_at(site)
    assert found["status"] == "error"
    assert "files are gone" in found["text"]
    assert f"--force-reinstall --no-deps '{preferred()}>=1.20'" in found["fix"]


def test_none_at_all_is_installed(tmp_path: Path):
    found = looked_at(tmp_path)
    assert (found["status"], found["text"]) == ("error", "it is not installed")
    assert found["fix"].endswith(f"pip install '{preferred()}>=1.20'")


def test_one_that_does_not_load_says_why(site: Path):
    module(site, "onnxruntime", "raise ImportError('DLL load failed')")
    assert "does not load: DLL load failed" in looked_at(site)["text"]


def test_one_that_is_too_old_is_renewed(tmp_path: Path):
    distribution(tmp_path, preferred(), "1.9.0")
    module(tmp_path, "onnxruntime", GOOD)
    module(tmp_path, "onnxruntime/capi")
    module(tmp_path, "onnxruntime/capi/build_and_package_info")
    found = looked_at(tmp_path)
    assert found["status"] == "error"
    assert "1.9.0 is older than 1.20" in found["text"]
