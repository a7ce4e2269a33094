import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.training.studio import tiny_options, tiny_recipe
from training.checkpoint import Checkpoint
from training.easel import Easel
from training.fit import fit
from training.interrupt import Deferred


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def guarded(*work: Callable[[], object]) -> None:
    """Does the work in order, with a `let` after each piece of it."""
    with Deferred() as interrupts:
        for piece in work:
            piece()
            interrupts.let()


def test_ctrl_c_waits_until_it_is_let():
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        guarded(
            lambda: (interrupt(), done.append("the step")), lambda: done.append("never")
        )
    assert done == ["the step"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_does_not_wait():
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        guarded(lambda: (interrupt(), interrupt(), done.append("it waited")))
    assert done == []


def test_a_polite_kill_counts_as_ctrl_c():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        guarded(lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert signal.getsignal(signal.SIGTERM) is before


def test_ctrl_c_in_the_last_step_comes_at_the_end():
    with pytest.raises(KeyboardInterrupt), Deferred():
        interrupt()


def test_an_error_in_the_step_is_not_replaced():
    def broken() -> None:
        interrupt()
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        guarded(broken)


def test_in_other_threads_signals_are_left_alone():
    done: list[str] = []
    thread = threading.Thread(target=guarded, args=(lambda: done.append("worked"),))
    thread.start()
    thread.join()
    assert done == ["worked"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_within_a_step_ends_the_fit_after_the_step(
    studio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The interrupt comes between backward and the optimiser, the step is whole."""
    advance = Easel.advance

    def interrupted(easel: Easel, pictures, *, save: bool = False):
        step = easel.optimizer.step

        def stepping():
            if easel.step == 2:
                interrupt()
            step()

        monkeypatch.setattr(easel.optimizer, "step", stepping)
        values = advance(easel, pictures, save=save)
        monkeypatch.setattr(easel.optimizer, "step", step)
        return values

    monkeypatch.setattr(Easel, "advance", interrupted)
    recipe = tiny_recipe(steps=6)
    with pytest.raises(KeyboardInterrupt):
        fit(recipe, tiny_options(studio, tmp_path))
    left = Checkpoint.load(tmp_path)
    assert left.step == 3
    counts = {int(state["step"]) for state in left.optimizer["state"].values()}
    assert counts == {3}
