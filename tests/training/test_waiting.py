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


def stream(waits: list[float]) -> Iterator[int]:
    for i, seconds in enumerate(waits):
        time.sleep(seconds)
        yield i


def test_waiting_is_what_the_stream_takes_and_not_what_the_taker_takes():
    waiting = Waiting(warmup=0, recent=50)
    for _ in waiting.watch(stream([0.03] * 10)):
        time.sleep(0.01)
        # Sleeps are never short, and on a busy machine long now and then.
        assert waiting.share <= 1
    assert 0.5 < waiting.share < 0.85
    assert waiting.share == pytest.approx(waiting.overall, rel=0.01)
    assert waiting.started == 0


def test_a_stream_that_is_ahead_is_not_waited_for():
    waiting = Waiting(warmup=0, recent=50)
    for _ in waiting.watch(range(10)):
        time.sleep(0.01)
    assert waiting.share < 0.01
    assert waiting.overall < 0.01


def test_the_start_of_the_workers_is_told_apart():
    waiting = Waiting(warmup=2, recent=50)
    for _ in waiting.watch(stream([0.2, 0.1, *[0.0] * 8])):
        time.sleep(0.01)
    assert 0.3 <= waiting.started < 1
    assert waiting.overall < 0.05


def test_the_share_forgets_and_the_whole_does_not():
    waiting = Waiting(warmup=0, recent=5)
    for _ in waiting.watch(stream([0.02] * 5 + [0.0] * 6)):
        time.sleep(0.01)
    assert waiting.share < 0.05
    assert waiting.overall > 0.2


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
    last = fitted(studio, ordinary, tmp_path, workers=1)
    assert last.waiting < MUCH
    assert last.waited < MUCH
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
