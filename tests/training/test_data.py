from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from livestyle.errors import SettingsError
from tests.training.studio import photograph, write_photographs, write_picture
from training.data import (
    Crops,
    as_webcam,
    batches,
    centre_crop,
    find_pictures,
    scale_to,
    split,
)
from training.reading import read_rgb

ZOOM = (1.0, 1.5)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_photographs(tmp_path_factory.mktemp("photos"), 6)


@pytest.fixture
def broken(tmp_path: Path) -> list[Path]:
    """Three files that claim to be photographs."""
    whole = cv2.imencode(".jpg", photograph(0, 300, 400))[1].tobytes()
    paths = [tmp_path / name for name in ("cut.jpg", "text.jpg", "empty.jpg")]
    for path, data in zip(
        paths, (whole[: len(whole) // 2], b"no picture", b""), strict=True
    ):
        path.write_bytes(data)
    return paths


def crops(pictures: list[Path], seed: int = 0) -> Crops:
    return Crops(pictures, 64, ZOOM, seed)


def test_pictures_are_found_in_folders_by_name(tmp_path: Path):
    for name in ("b.JPG", "a/c.png", "a.webp", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [str(p.relative_to(tmp_path)) for p in find_pictures(tmp_path)]
    assert sorted(found) == ["a.webp", "a/c.png", "b.JPG"]
    assert find_pictures(tmp_path) == find_pictures(tmp_path)


def test_a_missing_folder_and_an_empty_one_are_told_apart(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"no folder .*Give a folder of photogra"):
        find_pictures(tmp_path / "nowhere")
    with pytest.raises(SettingsError, match=r"holds no pictures\. Give one with \.bmp"):
        find_pictures(tmp_path)


def test_the_split_is_fixed_disjoint_and_complete():
    pictures = [Path(f"{i:03d}.jpg") for i in range(25)]
    training, validation = split(pictures, 10)
    assert validation == [pictures[0], pictures[10], pictures[20]]
    assert not set(training) & set(validation)
    assert sorted(training + validation) == pictures
    assert split(pictures, 10) == (training, validation)


def test_a_handful_of_pictures_serves_as_both():
    pictures = [Path(f"{i}.jpg") for i in range(3)]
    assert split(pictures, 10) == (pictures, pictures)
    assert split(pictures, 0) == (pictures, pictures)


def test_one_index_is_one_crop(photos: Path):
    first, second = crops(find_pictures(photos)), crops(find_pictures(photos))
    for index in (0, 5, 6, 100):
        assert torch.equal(first[index][0], second[index][0])
    assert not torch.equal(first[0][0], first[1][0])
    assert not torch.equal(first[0][0], first[6][0])
    assert not torch.equal(first[0][0], crops(find_pictures(photos), seed=1)[0][0])


def test_crops_are_squares_of_bytes(photos: Path):
    crop, broken = crops(find_pictures(photos))[3]
    assert crop.shape == (3, 64, 64)
    assert crop.dtype == torch.uint8
    assert broken == -1


def test_every_epoch_visits_every_picture_in_an_order_of_its_own(tmp_path: Path):
    # One colour each: the crop tells the file.
    for i in range(6):
        write_picture(tmp_path / f"{i}.png", np.full((70, 90, 3), 20 + 40 * i, "u1"))
    grey = Crops(find_pictures(tmp_path), 64, ZOOM, 0, webcam=False)
    epochs = [
        [(int(grey[epoch * 6 + i][0].max()) - 20) // 40 for i in range(6)]
        for epoch in range(4)
    ]
    assert all(sorted(epoch) == list(range(6)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) > 1


def test_photographs_smaller_than_a_crop_are_enlarged(tmp_path: Path):
    path = write_picture(tmp_path / "small.png", photograph(0, 20, 45))
    assert crops([path])[0][0].shape == (3, 64, 64)


def test_broken_files_are_passed_over_and_counted_once_each(
    photos: Path, broken: list[Path]
):
    pictures = [*find_pictures(photos)[:4], *broken]
    seen: set[int] = set()
    for _, found in islice(batches(crops(pictures), 3, 0, 0), 14):
        seen |= found
    # Six epochs: every broken file came up again and again.
    assert {pictures[i] for i in seen} == set(broken)


def test_a_broken_file_costs_no_place_in_the_batch(photos: Path, broken: list[Path]):
    pictures = [find_pictures(photos)[0], *broken]
    batch, found = next(batches(crops(pictures), 8, 0, 0))
    assert batch.shape == (8, 3, 64, 64)
    assert all(sample.float().std() > 0 for sample in batch)
    assert len(found) == 3


@pytest.mark.parametrize("workers", [0, 1])
def test_a_folder_of_broken_files_alone_is_an_error(broken: list[Path], workers: int):
    with pytest.raises(SettingsError) as caught:
        next(batches(crops(broken), 2, 0, workers))
    wanted = "none of the 3 pictures can be read. Check the data folder."
    assert str(caught.value) == wanted


def test_workers_give_the_batches_of_the_process_itself(
    photos: Path, broken: list[Path]
):
    pictures = [*find_pictures(photos), *broken]
    here, there = (
        list(islice(batches(crops(pictures), 3, 2, workers), 4)) for workers in (0, 1)
    )
    for (ours, our_broken), (theirs, their_broken) in zip(here, there, strict=True):
        assert torch.equal(ours, theirs)
        assert our_broken == their_broken


def test_batches_from_a_step_on_are_those_of_the_whole_run(photos: Path):
    pictures = find_pictures(photos)
    whole = [batch for batch, _ in islice(batches(crops(pictures), 4, 0, 0), 8)]
    rest = [batch for batch, _ in islice(batches(crops(pictures), 4, 5, 0), 3)]
    assert all(torch.equal(a, b) for a, b in zip(whole[5:], rest, strict=True))


def test_grey_pictures_and_pictures_with_alpha_are_read_as_rgb(tmp_path: Path):
    rgb = photograph(0, 70, 90)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    alpha = np.dstack([rgb[..., ::-1], np.full((70, 90), 255, np.uint8)])
    cv2.imwrite(str(tmp_path / "grey.png"), grey)
    cv2.imwrite(str(tmp_path / "alpha.png"), alpha)
    found = read_rgb(tmp_path / "grey.png")
    assert found is not None
    np.testing.assert_array_equal(found, np.dstack([grey] * 3))
    np.testing.assert_array_equal(read_rgb(tmp_path / "alpha.png"), rgb)


def test_a_picture_is_read_as_red_green_blue(tmp_path: Path):
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 200
    np.testing.assert_array_equal(read_rgb(write_picture(tmp_path / "r.png", red)), red)


def test_a_folder_with_the_name_of_a_picture_cannot_be_read(tmp_path: Path):
    (tmp_path / "album.jpg").mkdir()
    assert read_rgb(tmp_path / "album.jpg") is None
    assert read_rgb(tmp_path / "missing.jpg") is None


@pytest.mark.parametrize("short", [64, 300])
@pytest.mark.parametrize("size", [(120, 160), (161, 97)])
def test_scaling_sets_the_short_side_and_keeps_the_shape(
    size: tuple[int, int], short: int
):
    height, width = scale_to(photograph(0, *size), short).shape[:2]
    assert min(height, width) == short
    assert width / height == pytest.approx(size[1] / size[0], rel=0.02)


def test_the_centre_crop_is_the_middle():
    picture = np.zeros((40, 100, 3), np.uint8)
    picture[:, 30:70] = 255
    assert (centre_crop(picture, 40) == 255).all()


def test_webcam_conditions_stay_in_range():
    grey = np.full((48, 48, 3), 128, np.uint8)
    rng = np.random.default_rng(0)
    seen = np.stack([as_webcam(grey, rng) for _ in range(300)]).astype(float)
    means, tints = seen.mean((1, 2, 3)), seen.mean((1, 2))
    unchanged = (seen == 128).all((1, 2, 3))
    # Each of the three conditions comes to 30 % of the pictures: 0.7^3 have none.
    assert 0.25 < unchanged.mean() < 0.45
    assert 15 < means.min() < 80
    assert means.max() < 128 * 1.15 + 1
    assert 1.05 < (tints.max(1) / tints.min(1)).max() < 1.15 / 0.85 + 0.05
    assert 3 < seen.std((1, 2)).max() < 0.04 * 255 + 1


def test_webcam_conditions_cut_off_at_black_and_white():
    for level in (0, 255):
        flat = np.full((16, 16, 3), level, np.uint8)
        rng = np.random.default_rng(level)
        for _ in range(50):
            seen = as_webcam(flat, rng)
            # A byte that wrapped round would be at the other end.
            assert abs(int(np.median(seen)) - level) < 220
            assert seen.dtype == np.uint8
            assert seen.shape == flat.shape
