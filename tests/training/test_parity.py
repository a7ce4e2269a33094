from pathlib import Path

import pytest

from livestyle.errors import SettingsError
from livestyle.model import Painter
from tests.livestyle.tiny_painter import card, write_painter
from training.checkpoint import Checkpoint
from training.evaluation.parity import compare
from training.export import export


@pytest.mark.filterwarnings("ignore")  # torch's exporter warns about its own insides
def test_an_export_is_compared_with_its_fit(checkpoint: Checkpoint, tmp_path: Path):
    run = tmp_path / "run"
    checkpoint.save(run)
    path = export(checkpoint, tmp_path / "tiny.onnx", [(64, 80)])
    painter = Painter(path, provider="cpu")
    parity = compare(painter, run)
    assert parity.agrees
    assert parity.worst is not None
    assert parity.worst <= parity.tolerance
    assert parity.step == 7
    assert parity.sizes == ("640x480", "451x338")

    checkpoint.painter["embeddings"] = checkpoint.painter["embeddings"] * 1.5
    checkpoint.save(run)
    changed = compare(painter, run)
    assert not changed.agrees
    assert "tiny.onnx differs from torch" in changed.why

    other = write_painter(tmp_path / "other.onnx", card())
    with pytest.raises(
        SettingsError, match=r"stripes-0, stripes-1, other\.onnx has negative"
    ):
        compare(Painter(other, provider="cpu"), run)
