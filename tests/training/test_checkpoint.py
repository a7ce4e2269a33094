from dataclasses import replace
from pathlib import Path

import pytest
import torch

from livestyle.errors import OutputError, SettingsError
from tests.training.studio import tiny_recipe
from training.checkpoint import FILE, Checkpoint, commit


def test_a_checkpoint_comes_back_as_it_was(checkpoint: Checkpoint, tmp_path: Path):
    path = checkpoint.save(tmp_path / "run")
    for place in (path, tmp_path / "run"):
        found = Checkpoint.load(place)
        assert found.recipe == checkpoint.recipe
        assert (found.step, found.elapsed) == (7, 3.5)
        assert found.terms == checkpoint.terms
        assert found.commit == "0123abcd"
        for name, value in checkpoint.painter.items():
            assert torch.equal(found.painter[name], value)


def test_saving_again_replaces_and_leaves_nothing_else(
    checkpoint: Checkpoint, tmp_path: Path
):
    checkpoint.save(tmp_path)
    replace(checkpoint, step=9).save(tmp_path)
    assert Checkpoint.load(tmp_path).step == 9
    assert [p.name for p in tmp_path.iterdir()] == [FILE]


def test_the_painter_is_built_with_its_weights_and_ready_to_paint(
    checkpoint: Checkpoint,
):
    painter = checkpoint.build()
    assert not painter.training
    assert painter.embeddings.shape == (3, 8)
    assert torch.equal(painter.embeddings, checkpoint.painter["embeddings"])


def test_a_place_that_cannot_be_written_is_an_error_with_advice(
    checkpoint: Checkpoint, tmp_path: Path
):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="choose another folder with --out"):
        checkpoint.save(tmp_path / "file" / "run")
    (tmp_path / "run" / FILE).mkdir(parents=True)
    with pytest.raises(OutputError, match="choose another folder with --out"):
        checkpoint.save(tmp_path / "run")
    assert [p.name for p in (tmp_path / "run").iterdir()] == [FILE]


def test_a_missing_checkpoint_leads_to_fit(tmp_path: Path):
    with pytest.raises(SettingsError, match="Start with 'fit' first"):
        Checkpoint.load(tmp_path)
    with pytest.raises(SettingsError, match="Start with 'fit' first"):
        Checkpoint.load(tmp_path / "nowhere")


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x03\x04 cut off"])
def test_a_file_that_is_no_checkpoint_is_refused(content: bytes, tmp_path: Path):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(SettingsError, match="Give the folder of a run"):
        Checkpoint.load(tmp_path)


@pytest.mark.parametrize("held", [{"weights": 1}, [1, 2], {"recipe": {"name": "x"}}])
def test_a_torch_file_of_something_else_is_refused(held: object, tmp_path: Path):
    torch.save(held, tmp_path / FILE)
    with pytest.raises(SettingsError):
        Checkpoint.load(tmp_path)


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path: Path):
    torch.save({"recipe": Path("pickled")}, tmp_path / FILE)
    with pytest.raises(SettingsError, match="is no checkpoint of a fit"):
        Checkpoint.load(tmp_path)


def test_weights_of_another_network_are_refused_with_the_commit(
    checkpoint: Checkpoint,
):
    other = replace(checkpoint, recipe=tiny_recipe(network="johnson"))
    with pytest.raises(SettingsError, match=r"network 'johnson'.*commit 0123abcd"):
        other.build()


def test_the_commit_is_a_hash_or_nothing():
    assert not commit() or int(commit(), 16)
