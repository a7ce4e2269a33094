from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from livestyle.errors import PictureError, SettingsError
from tests.training.studio import photograph, write_picture
from training.canvas import (
    crop_to,
    noise,
    parse_size,
    read_rgb01,
    resize,
    resolve_sizes,
    starting_picture,
    to_bgr,
    to_picture,
    to_tensor,
)

PHOTO = np.asarray(photograph(0, 100, 150) / 255, np.float32)


def test_sizes_are_long_sides_or_width_and_height():
    assert parse_size("300") == 300
    assert parse_size("1200x800") == (1200, 800)
    assert resolve_sizes([60, (120, 80)], PHOTO) == [(60, 40), (120, 80)]
    assert resolve_sizes([(64, 64)], PHOTO) == [(64, 64)]


@pytest.mark.parametrize("text", ["", "big", "300x", "3x4x5", "-300", "3.5", "٣٠٠"])
def test_what_is_no_size_is_refused(text: str):
    with pytest.raises(SettingsError, match="Write 512 for the long side"):
        parse_size(text)


@pytest.mark.parametrize("text", ["8", "300x8", "0", "99999"])
def test_sizes_out_of_range_are_refused(text: str):
    with pytest.raises(SettingsError, match="Sides have 32 to 8192 px"):
        parse_size(text)


def test_a_short_side_that_gets_too_small_is_refused():
    panorama = np.zeros((20, 400, 3), np.float32)
    with pytest.raises(SettingsError, match="would have 200x10 pixels"):
        resolve_sizes([200], panorama)


def test_sizes_of_different_shapes_are_refused():
    with pytest.raises(
        SettingsError, match="300x200 and 400x400 have different shapes"
    ):
        resolve_sizes([(300, 200), (400, 400)], PHOTO)


def test_a_rounded_side_is_no_other_shape():
    assert resolve_sizes([49, 512], PHOTO[:99]) == [(49, 32), (512, 338)]


def test_cropping_takes_the_middle():
    square = crop_to(PHOTO, (50, 50))
    np.testing.assert_array_equal(square, PHOTO[:, 25:125])
    wide = crop_to(PHOTO, (300, 100))
    np.testing.assert_array_equal(wide, PHOTO[25:75])


def test_resizing_never_leaves_the_range():
    edge = np.zeros((8, 8, 3), np.float32)
    edge[:, 4:] = 1
    large = resize(edge, (64, 64))
    assert large.shape == (64, 64, 3)
    assert large.min() == 0
    assert large.max() == 1
    assert resize(edge[..., 0], (16, 12)).shape == (12, 16)


def test_noise_is_the_same_for_the_same_seed():
    first, again, other = noise((40, 30), 1), noise((40, 30), 1), noise((40, 30), 2)
    assert first.shape == (30, 40, 3)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert 0 <= first.min() < 0.2
    assert 0.8 < first.max() <= 1


def test_it_starts_from_content_noise_or_style():
    style = np.asarray(photograph(1, 60, 60) / 255, np.float32)
    content = starting_picture("content", PHOTO, style, 0)
    np.testing.assert_array_equal(content, PHOTO)
    assert content is not PHOTO
    drawn = starting_picture("noise", PHOTO, style, 3)
    np.testing.assert_array_equal(drawn, noise((150, 100), 3))
    painted = starting_picture("style", PHOTO, style, 0)
    assert painted.shape == PHOTO.shape
    np.testing.assert_array_equal(painted, resize(style[10:50], (150, 100)))


def test_tensors_and_files_hold_the_same_picture(tmp_path: Path):
    path = write_picture(tmp_path / "photo.png", photograph(0, 100, 150))
    read = read_rgb01(path)
    np.testing.assert_allclose(read, PHOTO, atol=1e-6)
    assert to_tensor(read).shape == (1, 3, 100, 150)
    assert to_tensor(read[..., 0]).shape == (1, 1, 100, 150)
    np.testing.assert_array_equal(to_picture(to_tensor(read)[0]), read)
    np.testing.assert_array_equal(to_bgr(read), cv2.imread(str(path)))


def test_grey_transparent_cmyk_and_turned_pictures_come_in_plain(tmp_path: Path):
    rgb = Image.fromarray(photograph(0, 40, 60))
    rgb.convert("L").save(tmp_path / "grey.png")
    rgb.convert("CMYK").save(tmp_path / "cmyk.jpg")
    Image.new("RGBA", (60, 40), (255, 0, 0, 0)).save(tmp_path / "alpha.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    rgb.save(tmp_path / "turned.jpg", exif=exif)
    assert read_rgb01(tmp_path / "grey.png").shape == (40, 60, 3)
    assert read_rgb01(tmp_path / "cmyk.jpg").shape == (40, 60, 3)
    assert read_rgb01(tmp_path / "alpha.png").min() == 1
    assert read_rgb01(tmp_path / "turned.jpg").shape == (60, 40, 3)


def test_broken_pictures_are_refused(tmp_path: Path):
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    with pytest.raises(PictureError, match=r"broken\.png"):
        read_rgb01(tmp_path / "broken.png")
