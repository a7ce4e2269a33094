import struct
import threading
import warnings
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from livestyle.errors import PictureError
from livestyle.pictures import MAX_PIXELS, read_picture

# Red above green, blue at the right: every turn and every swap of channels shows.
RGB = np.zeros((40, 60, 3), np.uint8)
RGB[:20] = (250, 10, 20)
RGB[20:] = (10, 250, 20)
RGB[:, 50:] = (10, 20, 250)
BGR = RGB[:, :, ::-1]


def saved(picture: Image.Image, path: Path, **options: object) -> Path:
    picture.save(path, **options)
    return path


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "webp", "ppm"])
def test_common_formats_give_the_same_pixels(tmp_path: Path, suffix: str) -> None:
    path = saved(Image.fromarray(RGB), tmp_path / f"x.{suffix}", lossless=True)
    pixels = read_picture(path)
    assert (pixels.dtype, pixels.flags.c_contiguous) == (np.uint8, True)
    assert np.array_equal(pixels, BGR)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_upright(tmp_path: Path, orientation: int) -> None:
    turned = {
        1: RGB,
        2: RGB[:, ::-1],
        3: RGB[::-1, ::-1],
        4: RGB[::-1],
        5: RGB.transpose(1, 0, 2),
        6: np.rot90(RGB, 1),
        7: RGB[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(RGB, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(turned))
    path = saved(stored, tmp_path / "x.png", exif=exif)
    assert np.array_equal(read_picture(path), BGR)


def test_transparency_lies_on_white(tmp_path: Path) -> None:
    alpha = np.full((40, 60), 255, np.uint8)
    alpha[:20] = 0
    picture = Image.fromarray(np.dstack([RGB, alpha]))
    pixels = read_picture(saved(picture, tmp_path / "x.png"))
    assert (pixels[:20] == 255).all()
    assert np.array_equal(pixels[20:], BGR[20:])


def test_transparent_palette_lies_on_white(tmp_path: Path) -> None:
    picture = Image.fromarray(np.eye(40, 60, dtype=np.uint8), mode=None).convert("P")
    picture.putpalette([0, 0, 0, 200, 100, 50])
    pixels = read_picture(saved(picture, tmp_path / "x.png", transparency=0))
    assert tuple(pixels[0, 0]) == (50, 100, 200)
    assert tuple(pixels[0, 1]) == (255, 255, 255)


def test_grey_and_one_bit_become_three_channels(tmp_path: Path) -> None:
    grey = Image.fromarray(RGB[:, :, 0])
    pixels = read_picture(saved(grey, tmp_path / "grey.png"))
    assert np.array_equal(pixels, np.dstack([RGB[:, :, 0]] * 3))
    ink = read_picture(saved(grey.convert("1", dither=0), tmp_path / "ink.png"))
    assert set(np.unique(ink)) == {0, 255}


def test_sixteen_bits_are_scaled_not_cut(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 40 * 60).reshape(40, 60).astype(np.uint16)
    for name in ("x.png", "x.tiff"):
        pixels = read_picture(saved(Image.fromarray(ramp), tmp_path / name))
        assert np.abs(pixels[:, :, 0] - ramp / 257.0).max() <= 0.5


def test_floating_point_pictures_are_understood(tmp_path: Path) -> None:
    ramp = np.linspace(0, 1, 40 * 60, dtype=np.float32).reshape(40, 60)
    pixels = read_picture(saved(Image.fromarray(ramp), tmp_path / "x.tiff"))
    assert np.abs(pixels[:, :, 1] - ramp * 255).max() <= 0.51


def test_cmyk_keeps_its_colours(tmp_path: Path) -> None:
    path = saved(Image.fromarray(RGB).convert("CMYK"), tmp_path / "x.jpg", quality=95)
    difference = np.abs(read_picture(path).astype(int) - BGR)
    assert np.median(difference) <= 4


def test_an_animation_gives_its_first_picture(tmp_path: Path) -> None:
    first, second = Image.new("RGB", (40, 40), "red"), Image.new("RGB", (40, 40))
    path = tmp_path / "x.gif"
    first.save(path, save_all=True, append_images=[second])
    assert tuple(read_picture(path)[0, 0]) == (0, 0, 255)


def test_a_side_below_the_smallest_is_refused(tmp_path: Path) -> None:
    read_picture(saved(Image.new("RGB", (32, 32)), tmp_path / "enough.png"))
    for width, height in ((1, 1), (31, 500), (500, 31)):
        path = saved(Image.new("RGB", (width, height)), tmp_path / "small.png")
        with pytest.raises(PictureError, match=rf"{width}x{height} pix.* 32 pixels"):
            read_picture(path)


def header_only_png(path: Path, width: int, height: int) -> Path:
    """A file of some bytes that claims to be a huge picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return (
            struct.pack(">I", len(data))
            + checked
            + struct.pack(">I", zlib.crc32(checked))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path


@pytest.mark.parametrize("side", [8001, 9_600, 20_000, 2**31 - 1])
def test_a_huge_picture_is_refused_by_its_header(tmp_path: Path, side: int) -> None:
    path = header_only_png(tmp_path / "huge.png", side, side)
    with warnings.catch_warnings(record=True) as leaked:
        warnings.simplefilter("always")
        with pytest.raises(PictureError, match=rf"{side}x{side} pixels.*scale it down"):
            read_picture(path)
    assert leaked == []


def test_the_largest_allowed_picture_is_only_limited_by_us(tmp_path: Path) -> None:
    assert MAX_PIXELS == 8000 * 8000
    path = header_only_png(tmp_path / "large.png", 8000, 8000)
    with pytest.raises(PictureError, match="is broken"):  # and not "too large"
        read_picture(path)


def test_pillows_own_limit_is_left_as_it_was(tmp_path: Path) -> None:
    before = Image.MAX_IMAGE_PIXELS
    path = header_only_png(tmp_path / "huge.png", 20_000, 20_000)

    def read() -> None:
        with pytest.raises(PictureError):
            read_picture(path)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert before == Image.MAX_IMAGE_PIXELS


def test_missing_file_and_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="is not there"):
        read_picture(tmp_path / "none.png")
    with pytest.raises(PictureError, match="is a folder"):
        read_picture(tmp_path)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"no picture at all", b"\0" * 99])
def test_what_is_no_picture_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(content)
    with pytest.raises(PictureError, match=r"x\.png"):
        read_picture(path)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tiff", "gif", "bmp"])
def test_a_truncated_picture_is_an_error(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    path = saved(Image.fromarray(noise), tmp_path / f"x.{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(PictureError, match=f"x.{suffix}"):
        read_picture(path)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tiff", "gif", "ico"])
def test_damaged_bytes_give_a_picture_or_our_error(tmp_path: Path, suffix: str) -> None:
    random = np.random.default_rng(1)
    path = saved(Image.fromarray(RGB).resize((48, 48)), tmp_path / f"x.{suffix}")
    whole = np.frombuffer(path.read_bytes(), np.uint8)
    for _ in range(60):
        damaged = whole.copy()
        places = random.integers(0, min(len(whole), 200), 4)
        damaged[places] = random.integers(0, 256, 4)
        path.write_bytes(damaged.tobytes())
        with suppress(PictureError):
            assert min(read_picture(path).shape[:2]) >= 32
