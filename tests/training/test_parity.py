from pathlib import Path

import pytest

from livestyle.errors import SettingsError
from livestyle.model import Painter
from tests.livestyle.tiny_painter import card, write_painter
from tests.training.studio import lively_checkpoint
from training.evaluation.parity import compare


def test_an_export_is_compared_with_its_fit(painter_file: Path, tmp_path: Path):
    run, checkpoint = tmp_path / "run", lively_checkpoint()
    checkpoint.save(run)
    painter = Painter(painter_file, provider="cpu")
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
