"""Python and packages, missing, old, broken and doubled."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from livestyle.doctor import pip
from livestyle.doctor.installation import (
    NEEDED,
    OLDEST_PYTHON,
    check_packages,
    check_python,
    older,
)
from livestyle.doctor.runtime import OLDEST, RIVALS
from tests.livestyle.fake_installation import distribution, findings, module
from tests.livestyle.program import ROOT

VERSIONS = {"numpy": "2.0", "opencv-python": "5.0", "av": "16.1", "pillow": "11.0"}


def test_what_is_needed_is_what_the_package_says():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        re.split(r"[>=;]+", line)[0]: re.split(r"[>=;]+", line)[1].strip()
        for line in project["dependencies"]
    }
    needed = {names[0]: oldest for names, oldest in NEEDED.values()}
    needed |= dict.fromkeys(RIVALS[:2], OLDEST)
    assert needed == wanted
    assert project["requires-python"] == ">=" + ".".join(map(str, OLDEST_PYTHON))


def test_this_very_installation_is_fine():
    (python,) = check_python()
    (packages,) = check_packages()
    assert python.status == packages.status == "ok"
    assert "64 bits" in python.text
    for name in ("numpy", "opencv", "av", "pillow", "tqdm"):
        assert re.search(rf"{name}\S* \d", packages.text)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """All that is needed, as empty packages."""
    for name in NEEDED:
        module(tmp_path, name)
    for name, version in {**VERSIONS, "tqdm": "4.66.1"}.items():
        distribution(tmp_path, name, version)
    return tmp_path


def packages(site: Path) -> list[dict[str, Any]]:
    return findings("installation.check_packages", site, alone=True)


def only_fault(site: Path) -> dict[str, Any]:
    wrong, fine = packages(site)
    assert fine["status"] == "ok"
    return wrong


def test_packages_that_are_new_enough_are_one_line(site: Path):
    (found,) = packages(site)
    assert found["status"] == "ok"
    assert found["text"] == (
        "numpy 2.0, opencv-python 5.0, av 16.1, pillow 11.0, tqdm 4.66.1"
    )


def test_a_package_that_is_missing_is_installed(site: Path):
    (site / "av" / "__init__.py").unlink()
    (site / "av").rmdir()
    (site / "av-16.1.dist-info" / "METADATA").unlink()
    (site / "av-16.1.dist-info").rmdir()
    wrong = only_fault(site)
    assert (wrong["check"], wrong["status"]) == ("package av", "error")
    assert wrong["text"] == "it is not installed"
    assert wrong["fix"].endswith("-m pip install 'av>=16'")


def test_a_package_that_is_too_old_is_renewed(site: Path):
    (site / "numpy-2.0.dist-info" / "METADATA").unlink()
    (site / "numpy-2.0.dist-info").rmdir()
    distribution(site, "numpy", "1.25.9")
    wrong = only_fault(site)
    assert wrong["text"] == "numpy 1.25.9 is older than 1.26"
    assert wrong["fix"].endswith("install 'numpy>=1.26'")


def test_a_library_of_the_system_that_lacks_is_named(site: Path):
    lacks = "libGL.so.1: cannot open shared object file: No such file or directory"
    module(site, "cv2", f"raise ImportError({lacks!r})")
    wrong = only_fault(site)
    assert "does not load: libGL.so.1" in wrong["text"]
    assert "sudo apt-get install libgl1" in wrong["fix"]


def test_a_package_that_is_broken_is_installed_again(site: Path):
    module(site, "PIL", "1 / 0")
    wrong = only_fault(site)
    assert "division by zero" in wrong["text"]
    assert "install --force-reinstall --no-deps 'pillow>=10.3'" in wrong["fix"]


def test_two_opencvs_are_told_to_be_one(site: Path):
    distribution(site, "opencv-python-headless", "5.0.1")
    wrong = only_fault(site)
    assert wrong["status"] == "warning"
    assert "uninstall -y opencv-python opencv-python-headless && " in wrong["fix"]
    assert wrong["fix"].endswith("install 'opencv-python>=5'")


def test_versions_are_compared_as_numbers():
    assert older("1.9", "1.26")
    assert older("4", "4.66")
    assert not older("10.3.0rc1", "10.3")
    assert not older("1.26", "1.26")


def test_commands_of_pip_can_be_pasted_into_a_shell():
    assert pip.install("a>=1", "b[c]").endswith("pip install 'a>=1' 'b[c]'")
    assert pip.uninstall("a", "b").endswith("pip uninstall -y a b")


def test_an_environment_without_pip_is_mended_with_uv(tmp_path: Path):
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text("#!/bin/sh\n")
    uv.chmod(0o755)
    (found,) = findings(
        "runtime.check_runtime", tmp_path, alone=True, PATH=str(uv.parent)
    )
    assert re.fullmatch(r"uv pip install --python \S+ '\S+>=1\.20'", found["fix"])
