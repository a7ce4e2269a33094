"""Several real processes fit together: torchrun starts them, gloo joins them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest
import torch
from torch.distributed import TCPStore

from livestyle.errors import SettingsError
from tests.training.fitting import run
from tests.training.studio import tiny_options, tiny_recipe
from training.checkpoint import FILE, Checkpoint
from training.config import Recipe, as_dict
from training.fit import fit
from training.options import FitOptions
from training.ranks import Ranks

WORKER = """
import json, os, signal, sys
from pathlib import Path
if __name__ == "__main__":  # which the data workers are not
    import torch
    from training.config import parse_recipe
    from training.fit import fit
    from training.options import FitOptions
    torch.set_num_threads(1)
    paths = ("data", "styles", "out")
    for told in json.loads(sys.argv[1]):
        options = FitOptions(**{
            k: Path(v) if k in paths else v for k, v in told["options"].items()
        })
        os.environ.update(told["environ"])
        def report(progress):
            (options.out / "progress").write_text(f"{progress.step} {os.getpid()}")
            if progress.step == told["stop_in"]:
                os.kill(os.getpid(), signal.SIGTERM)
        try:
            fit(parse_recipe(told["recipe"]), options, report)
        except KeyboardInterrupt:
            if told["stop_in"] is None:
                raise
        names = [t.read_text().strip() for t in Path("/proc/self/task").glob("*/comm")]
        (options.out / f"done{os.environ['RANK']}").write_text(" ".join(names))
"""


def told(
    recipe: Recipe,
    options: FitOptions,
    store: TCPStore | None = None,
    stop_in: int | None = None,
) -> dict[str, object]:
    """A fit as the worker takes it.

    Args:
        recipe: what to fit.
        options: how.
        store: where the processes meet, if not where torchrun says.
        stop_in: the step during whose report the fit is asked to stop.
    """
    options.out.mkdir(parents=True, exist_ok=True)
    environ = {}
    if store is not None:  # as torchrun's agent tells where its own is
        environ = {"MASTER_ADDR": store.host, "MASTER_PORT": str(store.port)}
        environ["TORCHELASTIC_USE_AGENT_STORE"] = "True"
    fits = {"recipe": as_dict(recipe), "options": asdict(options)}
    return {**fits, "stop_in": stop_in, "environ": environ}


def command(folder: Path, *fits: dict[str, object]) -> list[str]:
    """What makes one process of some fits, one after another."""
    script = folder / "worker.py"
    script.write_text(WORKER)
    return [str(script), json.dumps(fits, default=str)]


def process(words: Sequence[str], **environ: object) -> subprocess.Popen[str]:
    alone = {"PYTHONPATH": str(Path.cwd()), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, *words],
        start_new_session=True,  # as a terminal gives each command a group
        env={**os.environ, **alone, **{k: str(v) for k, v in environ.items()}},
        stderr=subprocess.PIPE,
        text=True,
    )


def start(recipe: Recipe, options: FitOptions) -> subprocess.Popen[str]:
    """Has torchrun start a fit on two processes."""
    words = ["-m", "torch.distributed.run", "--nproc-per-node", "2"]
    words += ["--master-port", "0", "--rdzv-backend", "c10d"]
    words += ["--rdzv-endpoint", "localhost:0"]
    return process([*words, *command(options.out, told(recipe, options))])


EVEN = {"steps": 1, "batch": 4, "balanced": True}
LONGER = tiny_recipe(steps=6, batch=4, rate=1e-3)


@pytest.fixture(scope="module")
def together(
    studio: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, FitOptions]:
    """Fits that two processes have made together, one after another, by name."""
    folder = tmp_path_factory.mktemp("together")
    names = ("1", "0", "parts")
    fits = {n: tiny_options(studio, folder / n, preview_every=1) for n in names}
    wait = timedelta(minutes=4)
    stores = [TCPStore("localhost", 0, None, True, wait, False) for _ in names]
    words = command(
        folder,
        told(tiny_recipe(identities=1, **EVEN), fits["1"], stores[0]),
        told(tiny_recipe(identities=0, **EVEN), fits["0"], stores[1]),
        # Asked during the second step's report, all of them stop after the third.
        told(LONGER, fits["parts"], stores[2], stop_in=2),
    )
    shared = {"LOCAL_RANK": 0, "WORLD_SIZE": 2}
    ranks = [process(words, RANK=rank, **shared) for rank in range(2)]
    try:
        for rank in ranks:
            finish(rank)
    finally:
        for rank in ranks:
            rank.kill()
            rank.communicate()
    return fits


def finish(process: subprocess.Popen[str]) -> str:
    _, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    return errors


def gradients(folder: Path) -> dict[int, torch.Tensor]:
    """Those of the only step made so far, from what Adam keeps of them."""
    optimizer = Checkpoint.load(folder).optimizer
    beta = optimizer["param_groups"][0]["betas"][0]
    return {i: s["exp_avg"] / (1 - beta) for i, s in optimizer["state"].items()}


@pytest.mark.parametrize("identities", [0, 1])
def test_two_processes_with_half_the_batch_have_the_gradients_of_one_with_all(
    identities: int, together: dict[str, FitOptions], studio: Path, tmp_path: Path
):
    one, two = tiny_options(studio, tmp_path), together[str(identities)]
    fit(tiny_recipe(identities=identities, **EVEN), one)
    wanted, found = gradients(one.out), gradients(two.out)
    assert wanted.keys() == found.keys()
    largest = max(float(g.abs().max()) for g in wanted.values())
    assert largest > 0
    for i, gradient in wanted.items():
        difference = float((found[i] - gradient).abs().max())
        assert difference < 1e-5 * largest, i
    terms, theirs = (Checkpoint.load(o.out).terms for o in (one, two))
    assert theirs == pytest.approx(terms, rel=1e-4)
    balance, theirs = (Checkpoint.load(o.out).balance for o in (one, two))
    assert balance["seen"].tolist() == [2, 2]
    torch.testing.assert_close(theirs, balance)


def test_only_the_first_process_writes(together: dict[str, FitOptions]):
    folder = together["1"].out
    done = {p.name: p.read_text().split() for p in folder.glob("done*")}
    assert done.keys() == {"done0", "done1"}
    # Two are those of DistributedDataParallel's group; a process that left others
    # behind was aborted every now and then. It was the first fit of these processes.
    assert [names.count("pt_gloo_runloop") for names in done.values()] == [2, 2]
    assert len(list((folder / "events").iterdir())) == 1
    assert len(list(folder.glob("*.pt"))) == 1


def test_what_two_processes_began_one_goes_on_with_as_if_alone(
    together: dict[str, FitOptions], studio: Path, tmp_path: Path
):
    parts = together["parts"]
    assert Checkpoint.load(parts.out).step == 3
    ours = run(LONGER, tiny_options(studio, tmp_path))[3:]
    theirs = run(LONGER, replace(parts, resume=True))
    assert [progress.step for progress in theirs] == [4, 5, 6]
    for progress, wanted in zip(theirs, ours, strict=True):
        # Adam takes whole steps where gradients are mere rounding.
        assert progress.terms == pytest.approx(wanted.terms, rel=1e-2)


def test_a_killed_process_ends_the_run_with_a_checkpoint_of_the_last_step(
    studio: Path, tmp_path: Path
):
    recipe = tiny_recipe(steps=100_000)
    process = start(recipe, tiny_options(studio, tmp_path, save_every=10**6))
    step, first = wait_for_step(tmp_path, process, 3)
    (victim,) = set(workers(process.pid)) - {first}
    os.kill(victim, signal.SIGKILL)
    process.communicate(timeout=120)
    assert process.returncode != 0
    left = Checkpoint.load(tmp_path)
    assert left.step >= step
    left.build()
    fit(
        replace(recipe, steps=left.step + 1),
        tiny_options(studio, tmp_path, resume=True),
    )
    assert Checkpoint.load(tmp_path).step == left.step + 1


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_ctrl_c_ends_all_together_with_the_last_step_saved(
    kind: signal.Signals, studio: Path, tmp_path: Path
):
    """SIGTERM goes to the launcher, a terminal's Ctrl-C to all that it started."""
    recipe = tiny_recipe(steps=100_000)
    options = tiny_options(studio, tmp_path, save_every=10**6, workers=1)
    process = start(recipe, options)
    step, _ = wait_for_step(tmp_path, process, 3)
    if kind == signal.SIGTERM:
        process.send_signal(kind)
    else:
        os.killpg(process.pid, kind)
    _, errors = process.communicate(timeout=120)
    assert Checkpoint.load(tmp_path).step >= step
    assert "DataLoader" not in errors


def wait_for_step(
    folder: Path, process: subprocess.Popen[str], wanted: int
) -> tuple[int, int]:
    """The step reached and the first process's number, once `wanted` is reached."""
    deadline = time.monotonic() + 120
    file = folder / "progress"
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[1]
        text = file.read_text() if file.exists() else ""
        if text and int(text.split()[0]) >= wanted:
            step, pid = text.split()
            return int(step), int(pid)
        time.sleep(0.05)
    raise AssertionError("it never came so far")


def workers(launcher: int) -> list[int]:
    """The processes that torchrun started."""
    listed = Path(f"/proc/{launcher}/task/{launcher}/children").read_text()
    return [int(pid) for pid in listed.split()]


def test_a_batch_is_dealt_out_without_rest_or_repeat():
    for world in (1, 2, 3):
        dealt = [Ranks(rank, world).mine(5) for rank in range(world)]
        assert sorted(place for places in dealt for place in places) == [*range(5)]


def test_more_processes_than_photographs_is_an_error_with_advice():
    with pytest.raises(SettingsError, match=r"3 processes cannot share 2 photographs"):
        Ranks(0, 3).mine(2)


def test_alone_nothing_is_shared(tmp_path: Path):
    value = torch.tensor([1.0, 2.0], requires_grad=True)
    assert Ranks().mean(value) is value
    assert Ranks().sum(3.0, True) == [3.0, True]
    assert not (tmp_path / FILE).exists()
