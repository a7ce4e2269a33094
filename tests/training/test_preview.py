from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tests.training.studio import photograph, stripes, tiny_recipe, write_photographs
from training.data import find_pictures
from training.nets import Painter
from training.preview import ROWS, SIDE, Preview, paint_sheet


@pytest.fixture(scope="module", autouse=True)
def small_sheets() -> None:
    """Here they are as large as they are."""


def painter() -> Painter:
    torch.manual_seed(0)
    return Painter("swift", 2, 8)


def tile(sheet: np.ndarray, row: int, column: int) -> np.ndarray:
    return sheet[row * SIDE : (row + 1) * SIDE, column * SIDE : (column + 1) * SIDE]


def test_a_sheet_has_the_paintings_above_and_a_row_for_each_photograph():
    photos = [photograph(i, SIDE, SIDE) for i in range(2)]
    heads = [stripes(i, SIDE) for i in range(2)]
    net = painter().train()
    sheet = paint_sheet(net, photos, heads)
    assert sheet.shape == (3 * SIDE, 4 * SIDE, 3)
    assert sheet.dtype == np.uint8
    assert (tile(sheet, 0, 0) == 255).all()
    for i in range(2):
        np.testing.assert_array_equal(tile(sheet, 0, i + 1), heads[i])
        np.testing.assert_array_equal(tile(sheet, i + 1, 0), photos[i])
    # Behind the photograph: both styles, then the identity.
    with torch.no_grad():
        x = torch.from_numpy(photos[1]).permute(2, 0, 1)[None] / 255
        for column, row in ((1, 1), (2, 2), (3, 0)):
            wanted = net.eval()(x, torch.tensor([row]))[0].clamp(0, 1) * 255
            found = tile(sheet, 2, column).astype(float)
            assert np.abs(found - wanted.permute(1, 2, 0).numpy()).max() < 1


def test_a_sheet_leaves_the_painter_in_its_mode():
    for mode in (True, False):
        net = painter().train(mode)
        paint_sheet(net, [photograph(0, SIDE, SIDE)], [stripes(0, SIDE)])
        assert net.training is mode


def test_a_preview_writes_curves_sheets_and_nothing_after_it_is_closed(tmp_path: Path):
    folder = write_photographs(tmp_path / "photos", 8)
    (folder / "broken.jpg").write_text("no picture")
    paintings = [
        torch.from_numpy(stripes(i)).permute(2, 0, 1).float() / 255 for i in range(2)
    ]
    out = tmp_path / "run"
    preview = Preview(out, tiny_recipe(), find_pictures(folder), paintings)
    assert 1 <= len(preview.photos) <= ROWS
    preview.scalars(3, {"style": 0.5, "total": 2.5}, 7.0, 1, 0.25)
    path = preview.sheet(3, painter())
    preview.close()
    assert path == out / "sheet.png"
    sheet = cv2.imread(str(path))
    assert sheet is not None
    assert sheet.shape == ((len(preview.photos) + 1) * SIDE, 4 * SIDE, 3)
    assert path.read_bytes() == (out / "sheet_000003.png").read_bytes()
    # The file's colours are those of the painting, not turned round.
    found = tile(sheet[..., ::-1], 0, 1).mean((0, 1))
    wanted = paintings[0].mean((1, 2)).numpy() * 255
    np.testing.assert_allclose(found, wanted, atol=2)
    (events,) = (out / "events").iterdir()
    curves = EventAccumulator(str(events)).Reload()
    assert curves.Scalars("loss/total")[0].value == 2.5
    assert curves.Scalars("data/broken files")[0].value == 1
    assert curves.Images("validation")[0].step == 3
