import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import torch

from livestyle.errors import SettingsError
from training.memory import (
    fitting_size,
    free_bytes,
    memory_errors,
    needed_bytes,
    peak_bytes,
    require_memory,
)
from training.vgg import Features

ROOT = Path(__file__).parents[2]
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def features() -> Features:
    return Features(["relu2_1", "conv1_1"], weights="random")


def test_what_is_needed_grows_with_pixels_layers_and_memory_of_lbfgs(
    features: Features,
):
    small = needed_bytes(features, (300, 200), 20)
    assert needed_bytes(features, (600, 400), 20) == pytest.approx(4 * small)
    assert needed_bytes(features, (300, 200), 50) > small
    deeper = Features(["relu3_1", "conv1_1"], weights="random")
    assert needed_bytes(deeper, (300, 200), 20) > small


def test_a_size_that_does_not_fit_leads_to_one_that_does(features: Features):
    free = needed_bytes(features, (1000, 500), 20)
    require_memory(features, (1000, 500), 20, free)
    with pytest.raises(SettingsError, match=r"4000x2000 does not fit") as caught:
        require_memory(features, (4000, 2000), 20, free)
    advised = caught.value.hint.split()[-1].rstrip(".")
    width, height = map(int, advised.split("x"))
    assert width == pytest.approx(2 * height, abs=2)
    assert 900 < width < 1000
    require_memory(features, (width, height), 20, free)


def test_where_nothing_fits_no_size_is_promised(features: Features):
    with pytest.raises(SettingsError, match="no size fits"):
        require_memory(features, (400, 200), 20, 1000)


def test_a_size_that_fits_keeps_its_shape():
    assert fitting_size((1200, 800), 4_000, 1_000_000) == (1200, 800)
    assert fitting_size((1200, 800), 4_000, 1_000) == (569, 379)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator"
        ),
    ],
)
def test_running_out_of_memory_is_one_sentence(error: Exception, features: Features):
    advice = r"1000x1000 does not fit .* --size (6[0-9]{2})x\1\."
    with (
        pytest.raises(SettingsError, match=advice),
        memory_errors(features, (1000, 1000), 20),
    ):
        raise error


def test_other_errors_stay_what_they_are(features: Features):
    with (
        pytest.raises(RuntimeError, match="shapes"),
        memory_errors(features, (100, 100), 20),
    ):
        raise RuntimeError("shapes do not match")


def test_free_and_peak_are_those_of_the_machine():
    assert 10**7 < free_bytes(CPU) < 10**14
    before = peak_bytes(CPU)
    held = torch.ones(before // 4)
    assert peak_bytes(CPU) > before
    del held
    assert peak_bytes(CPU) > before


LARGE = """
    import resource, sys, torch
    from training.descent import Descent, descend
    from training.memory import memory_errors, needed_bytes, peak_bytes
    from training.transfer import Style, TransferLoss
    from training.transfer_settings import TransferWeights
    from training.vgg import Features
    torch.set_num_threads(1)
    weights = TransferWeights({"relu2_2": 1.0}, {"conv1_1": 1.0, "relu2_1": 1.0})
    features = Features(weights.layers, weights="random")

    def paint(width, height, steps=2):
        picture = torch.rand(1, 3, height, width)
        loss = TransferLoss(features, picture, [Style(picture.flip(2))], weights)
        for _ in descend(torch.rand(1, 3, height, width), loss, Descent(steps)):
            pass

    paint(64, 64)
    before = peak_bytes(torch.device("cpu"))
    paint(320, 240, steps=2)
    history = 2
    print(peak_bytes(torch.device("cpu")) - before)
    print(needed_bytes(features, (320, 240), history))
    if not sys.platform.startswith("linux"):
        sys.exit()
    held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + 200_000_000, -1))
    try:
        with memory_errors(features, (1600, 1200), 20):
            paint(1600, 1200)
    except Exception as error:
        print(type(error).__name__, error)
"""


@pytest.fixture(scope="module")
def told() -> list[str]:
    """What a process of its own says of a picture, and then of one without the room."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LARGE)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits are Linux's")
def test_a_real_shortage_in_the_middle_names_a_size_that_fits(told: list[str]):
    assert told[2].startswith("SettingsError 1600x1200 does not fit")
    assert "--size 1" in told[2]


@pytest.mark.skipif(sys.platform == "win32", reason="the peak is read as Unix has it")
def test_the_estimate_is_near_what_is_taken(told: list[str]):
    taken, estimated = told[:2]
    assert 0.6 < int(taken) / int(estimated) < 1.2
