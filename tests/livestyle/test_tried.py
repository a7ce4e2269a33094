"""Painters that nobody vouches for, in processes of their own."""

import re
import sys
from pathlib import Path
from time import monotonic

import pytest

from livestyle import tried
from livestyle.errors import ModelError
from livestyle.tried import try_apart
from tests.livestyle.monsters import write_endless, write_greedy
from tests.livestyle.tiny_painter import write_painter
from tests.livestyle.zoo_painter import write_zoo

SIZE = (64, 48)


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_a_sound_file_passes_and_is_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = write_zoo(tmp_path / "a.onnx")
    passed = try_apart(path, SIZE, threads=1)
    assert re.fullmatch("[0-9a-f]{64}", passed.sha256)
    assert 0 < passed.ms < 60_000
    trials: list[str] = []

    def no_process(module: str, *words: str, **_: object) -> dict[str, object]:
        trials.append(words[0])
        return {"sha256": "", "ms": 1.0}

    monkeypatch.setattr(tried, "apart", no_process)
    assert try_apart(path, SIZE, threads=1) == passed
    assert not trials
    # Another size is another trial; this one was of other bytes, as it says.
    with pytest.raises(ModelError, match="written to while it was tried"):
        try_apart(path, (65, 48), threads=1)
    (kept,) = (tmp_path / "cache" / "livestyle" / "tried").iterdir()
    for text in ("", "[]", '{"ms": null}', '{"ms": -1}', '{"ms": NaN}', "\0" * 5000):
        kept.write_text(text)
        with pytest.raises(ModelError, match="written to"):
            try_apart(path, SIZE, threads=1)
    assert len(trials) == 7


def test_a_file_that_is_refused_is_so_in_the_same_words(tmp_path: Path):
    path = write_painter(tmp_path / "a.onnx", "")
    with pytest.raises(ModelError, match=r"a\.onnx cannot be used.*no livestyle card"):
        try_apart(path, SIZE)
    with pytest.raises(ModelError, match="there is no model"):
        try_apart(tmp_path / "gone.onnx", SIZE)


def test_a_file_that_never_ends_is_ended(tmp_path: Path):
    path = write_endless(tmp_path / "a.onnx")
    # Where the machine is busy, the clock is first.
    reason = r"its own: it (took more than 2 s of the|gave no answer within 8 s)"
    with pytest.raises(ModelError, match=reason):
        try_apart(path, SIZE, seconds=2)


def test_a_trial_that_nobody_waits_for_any_more_is_ended(tmp_path: Path):
    path = write_endless(tmp_path / "a.onnx")
    began = monotonic()
    with pytest.raises(ModelError, match="nobody wants its answer"):
        try_apart(path, SIZE, seconds=60, unwanted=lambda: monotonic() > began + 0.3)
    assert monotonic() - began < 30


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps such a limit")
def test_a_file_that_wants_all_memory_gets_four_gigabytes(tmp_path: Path):
    with pytest.raises(ModelError, match=r"does not run|: it died of"):
        try_apart(write_greedy(tmp_path / "a.onnx"), SIZE, threads=1)
    modest = write_greedy(tmp_path / "b.onnx", gigabytes=0.1)
    assert try_apart(modest, SIZE, threads=1).ms > 0
