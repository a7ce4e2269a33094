from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.training.studio import photograph, tiny_options, tiny_recipe, write_picture
from training.fit import Progress, fit
from training.waiting import MUCH, Waiting, in_words


class Clock:
    """Stands still but for those who wait or work."""

    now = 100.0

    def __call__(self) -> float:
        return self.now

    def stream(self, waits: list[float]) -> Iterator[float]:
        for seconds in waits:
            self.now += seconds
            yield seconds


def take(waiting: Waiting, clock: Clock, waits: list[float], work: float) -> None:
    """Waits for each item as long as said, then works on it."""
    for _ in waiting.watch(clock.stream(waits)):
        clock.now += work


def test_waiting_is_what_the_stream_takes_and_not_what_the_taker_takes():
    waiting = Waiting(warmup=0, recent=50, clock=(clock := Clock()))
    take(waiting, clock, [3.0] * 10, work=1.0)
    assert waiting.share == pytest.approx(0.75)
    assert waiting.overall == pytest.approx(0.75)
    assert waiting.started == 0


def test_the_share_is_known_while_the_first_item_is_worked_on():
    waiting = Waiting(warmup=0, recent=50, clock=(clock := Clock()))
    for _ in waiting.watch(clock.stream([1.0])):
        assert waiting.share == 1
        clock.now += 3.0
        assert waiting.share == pytest.approx(0.25)


def test_the_start_of_the_workers_is_told_apart():
    waiting = Waiting(warmup=2, recent=50, clock=(clock := Clock()))
    take(waiting, clock, [20.0, 10.0, *[1.0] * 8], work=4.0)
    assert waiting.started == 30
    assert waiting.share == waiting.overall == pytest.approx(0.2)


def test_the_share_forgets_and_the_whole_does_not():
    waiting = Waiting(warmup=0, recent=5, clock=(clock := Clock()))
    take(waiting, clock, [1.0] * 5 + [0.0] * 5, work=1.0)
    assert waiting.share == 0
    assert waiting.overall == pytest.approx(5 / 15)


def test_items_pass_unchanged_and_by_the_real_clock_too():
    waiting = Waiting(warmup=0, recent=50)
    assert list(waiting.watch(range(5))) == [0, 1, 2, 3, 4]
    for _ in waiting.watch(iter(lambda: time.sleep(0.02), 0)):
        break
    assert 0 < waiting.share <= 1


def test_before_anything_came_nothing_was_waited_for():
    waiting = Waiting(warmup=1, recent=5)
    assert (waiting.share, waiting.overall) == (0, 0)
    assert list(waiting.watch([])) == []
    assert (waiting.share, waiting.overall) == (0, 0)


def test_the_sentence_advises_where_too_much_was_waited():
    assert in_words(0.012, 2.34, 2) == (
        "waited for data 1.2 % of the time, besides 2.3 s until the workers were up"
    )
    assert in_words(MUCH, 0, 0) == "waited for data 5.0 % of the time"
    assert "; 3 or more --workers, or a faster disk" in in_words(0.3, 1, 2)


def fitted(studio: Path, data: Path, out: Path, workers: int) -> Progress:
    seen: list[Progress] = []
    recipe = tiny_recipe(steps=20, validation=0)
    options = tiny_options(studio, out, data=data, workers=workers, preview_every=99)
    fit(recipe, options, seen.append)
    return seen[-1]


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photographs of COCO's size."""
    folder = tmp_path_factory.mktemp("ordinary")
    for i in range(6):
        rgb = photograph(i, 480, 640)
        cv2.imwrite(str(folder / f"{i}.jpg"), np.ascontiguousarray(rgb[..., ::-1]))
    return folder


def test_a_fit_on_ordinary_photographs_does_not_wait_for_them(
    studio: Path, ordinary: Path, tmp_path: Path
):
    # On a machine that is busy otherwise, a worker has to wait for a core at times.
    runs = (fitted(studio, ordinary, tmp_path / str(i), workers=1) for i in range(3))
    last = next((run for run in runs if run.waited < MUCH), None)
    assert last is not None
    assert last.waiting < MUCH
    # To start a process and import torch takes its time, which is told apart.
    assert last.started > 0.3


@pytest.mark.parametrize("workers", [0, 1])
def test_a_fit_on_photographs_that_are_slow_to_read_says_so(
    studio: Path, tmp_path: Path, workers: int
):
    # 6 megapixels as PNG: no part of the decoding can be spared.
    huge = cv2.resize(photograph(0, 400, 600), (3000, 2000))
    write_picture(tmp_path / "slow" / "huge.png", huge)
    recipe = tiny_recipe(steps=3, validation=0)
    out, data = tmp_path / "run", tmp_path / "slow"
    options = tiny_options(studio, out, data=data, workers=workers)
    seen: list[Progress] = []
    fit(recipe, options, seen.append)
    assert seen[-1].waiting > 3 * MUCH
    assert seen[-1].waited > 3 * MUCH
