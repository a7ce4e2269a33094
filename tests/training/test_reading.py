from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from livestyle.errors import SettingsError
from tests.training.studio import photograph, write_picture
from training.data import Crops, find_pictures, scale_to
from training.gpu_decode import choose_decoder
from training.options import FitOptions
from training.reading import Picture, read_header, read_rgb


def write_jpeg(path: Path, rgb: Picture, orientation: int = 1, **more: object) -> Path:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(rgb).save(path, quality=95, exif=exif, **more)
    return path


def close(ours: Picture | None, theirs: Picture, mean: float) -> bool:
    assert ours is not None
    assert ours.shape == theirs.shape
    return float(np.abs(ours.astype(float) - theirs).mean()) < mean


@pytest.fixture
def large(tmp_path: Path) -> Path:
    return write_jpeg(tmp_path / "large.jpg", photograph(0, 800, 1100))


@pytest.mark.parametrize(
    ("short", "height"),
    [(0, 800), (401, 800), (400, 400), (201, 400), (200, 200), (100, 100), (50, 100)],
)
def test_a_jpeg_is_decoded_no_finer_than_it_is_wanted(
    large: Path, short: int, height: int
):
    found = read_rgb(large, short)
    assert found is not None
    assert found.shape[0] == height
    assert found.shape[0] >= short


@pytest.mark.parametrize("short", [180, 100, 64])
def test_what_is_decoded_small_looks_like_what_is_scaled_small(large: Path, short: int):
    whole = scale_to(photograph(0, 800, 1100), short)
    found = read_rgb(large, short)
    assert found is not None
    assert close(scale_to(found, short), whole, 2.0)


def test_a_png_is_decoded_whole_whatever_is_wanted(tmp_path: Path):
    path = write_picture(tmp_path / "a.png", photograph(0, 400, 500))
    found = read_rgb(path, 50)
    assert found is not None
    assert found.shape == (400, 500, 3)


@pytest.mark.parametrize("short", [0, 60])
def test_a_photograph_taken_upright_is_read_upright(tmp_path: Path, short: int):
    rgb = photograph(1, 160, 240)
    # 6: the camera was turned, the picture is to be turned clockwise.
    path = write_jpeg(tmp_path / "turned.jpg", np.rot90(rgb).copy(), 6)
    found = read_rgb(path, short)
    assert found is not None
    assert close(found, scale_to(rgb, found.shape[0]), 4.0)


def test_cmyk_and_grey_are_read_as_rgb(tmp_path: Path):
    rgb = photograph(2)
    Image.fromarray(rgb).convert("CMYK").save(tmp_path / "cmyk.jpg", quality=95)
    Image.fromarray(rgb).convert("L").save(tmp_path / "grey.jpg", quality=95)
    assert close(read_rgb(tmp_path / "cmyk.jpg"), rgb, 6.0)
    grey = np.asarray(Image.fromarray(rgb).convert("L"))
    assert close(read_rgb(tmp_path / "grey.jpg"), np.dstack([grey] * 3), 3.0)


@pytest.mark.parametrize("side", [20, 100])
def test_what_is_transparent_is_seen_as_on_white_unless_tiny(tmp_path: Path, side: int):
    rgba = np.zeros((side, side, 4), np.uint8)
    rgba[: side // 2] = (200, 10, 20, 255)
    Image.fromarray(rgba).save(tmp_path / "a.png")
    found = read_rgb(tmp_path / "a.png")
    assert found is not None
    assert tuple(found[0, 0]) == (200, 10, 20)
    assert tuple(found[-1, -1]) == ((255,) * 3 if side == 100 else (0,) * 3)


def bomb(path: Path, side: int = 30_000) -> Path:
    """A PNG whose header promises 900 megapixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(10_000))), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d))
        for n, d in parts
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    return path


@pytest.mark.parametrize("side", [9_000, 30_000])
def test_a_decompression_bomb_is_passed_over_by_its_header(tmp_path: Path, side: int):
    path = bomb(tmp_path / "bomb.png", side)
    assert read_rgb(path, 64) is None
    small = write_picture(tmp_path / "small.png", photograph(0))
    assert Crops([path, small], 64, (1.0, 1.0), 0)[0][0].shape == (3, 64, 64)


def test_a_whole_picture_that_is_too_large_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = write_picture(tmp_path / "a.png", photograph(0, 40, 50))
    monkeypatch.setattr("training.reading.MAX_PIXELS", 2000)
    assert read_rgb(path) is not None
    monkeypatch.setattr("training.reading.MAX_PIXELS", 1999)
    assert read_rgb(path) is None


def test_a_header_tells_size_kind_and_orientation(tmp_path: Path):
    jpeg = write_jpeg(tmp_path / "a.jpg", photograph(0, 50, 80), 3)
    found = read_header(np.fromfile(jpeg, np.uint8))
    assert found is not None
    assert (found.size, found.jpeg, found.upright) == ((50, 80), True, False)
    png = write_picture(tmp_path / "a.png", photograph(0, 50, 80))
    found = read_header(np.fromfile(png, np.uint8))
    assert found is not None
    assert (found.jpeg, found.upright, found.transparent) == (False, True, False)
    assert read_header(np.frombuffer(b"no picture", np.uint8)) is None


def test_crops_of_large_photographs_are_a_function_of_seed_and_index(tmp_path: Path):
    for i in range(3):
        write_jpeg(tmp_path / f"{i}.jpg", photograph(i, 500, 700))
    pictures = find_pictures(tmp_path)
    first, second = (Crops(pictures, 64, (1.0, 5.0), 0) for _ in range(2))
    # In another order: nothing of one crop may depend on those before it.
    ours = [first[i][0] for i in range(12)]
    theirs = [second[i][0] for i in reversed(range(12))][::-1]
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


def test_the_decoder_is_the_cpu_unless_asked_for():
    assert choose_decoder(FitOptions.decode) == "cpu"
    assert choose_decoder("cpu") == "cpu"
    with pytest.raises(
        SettingsError, match=r"no decoder 'gpu'\. Use auto, cpu, cuda\."
    ):
        choose_decoder("gpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_an_error_with_advice():
    with pytest.raises(SettingsError, match=r"no CUDA GPU to decode.*--decode cpu and"):
        choose_decoder("cuda")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_the_gpu_decodes_the_same_pictures_but_for_a_few_levels(tmp_path: Path):
    assert choose_decoder("cuda") == "cuda"
    rgb = photograph(3, 300, 400)
    path = write_jpeg(tmp_path / "a.jpg", rgb)
    here = read_rgb(path)
    assert here is not None
    assert close(read_rgb(path, 100, "cuda"), here, 2.0)
    for name, mode in (("cmyk", "CMYK"), ("grey", "L")):
        Image.fromarray(rgb).convert(mode).save(tmp_path / f"{name}.jpg")
        assert read_rgb(tmp_path / f"{name}.jpg", 0, "cuda") is not None
    turned = write_jpeg(tmp_path / "turned.jpg", rgb, 6)
    assert close(read_rgb(turned, 0, "cuda"), np.rot90(rgb, -1), 6.0)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_crops_decoded_on_the_gpu_come_from_the_same_places(tmp_path: Path):
    for i in range(3):
        write_jpeg(tmp_path / f"{i}.jpg", photograph(i, 300, 400))
    pictures = find_pictures(tmp_path)
    ours, theirs = (
        Crops(pictures, 64, (1.0, 2.0), 0, webcam=False, decode=name)
        for name in ("cpu", "cuda")
    )
    for i in range(6):
        difference = ours[i][0].float() - theirs[i][0].float()
        assert difference.abs().mean() < 4


def test_a_cut_jpeg_and_rubbish_are_none(tmp_path: Path, large: Path):
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(large.read_bytes()[:2000])
    for short in (0, 64):
        assert read_rgb(cut, short) is None
    for name in ("empty.jpg", "text.png"):
        (tmp_path / name).write_bytes(b"" if name == "empty.jpg" else b"text")
        assert read_rgb(tmp_path / name) is None


def test_opencv_gives_the_same_levels_as_pillow(tmp_path: Path):
    path = write_picture(tmp_path / "a.png", photograph(4))
    np.testing.assert_array_equal(read_rgb(path), np.asarray(Image.open(path)))
    assert cv2.imread(str(path)) is not None
