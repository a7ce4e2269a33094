"""GIFs as Pillow, which did not make them, reads them."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from livestyle.frame import Frame, Pixels
from livestyle.sinks.gif import gif_bytes
from livestyle.sinks.replay import Replay
from livestyle.sinks.ring import Remembered
from tests.livestyle.moving_card import card, number_on
from tests.livestyle.remembering import remember

NOISE = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)


def remembered(frames: list[Frame]) -> Remembered:
    replay = Replay(10.0, fps_hint=10)
    remember(replay, frames)
    found = replay.remembered()
    replay.close()
    assert found is not None
    return found


def pictures(gif: bytes | memoryview) -> list[tuple[Pixels, int]]:
    """Each picture, BGR, and how many milliseconds it is shown."""
    with Image.open(BytesIO(gif)) as image:
        assert image.format == "GIF"
        assert image.info["loop"] == 0  # for ever
        shown = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            pixels = np.asarray(image.convert("RGB"))[:, :, ::-1]
            shown.append((pixels, int(image.info["duration"])))
        return shown


def test_a_gif_holds_the_last_three_seconds_at_their_pace() -> None:
    # 4.6 seconds and the newest picture, which is not out yet. They begin between two
    # keyframes.
    frames = [Frame(card(n // 3), n, n / 10) for n in range(47)]
    shown = pictures(gif_bytes(remembered(frames)))
    assert sum(ms for _, ms in shown) == pytest.approx(3000, abs=80)
    at = 0
    for pixels, ms in shown:
        assert pixels.shape == (48, 64, 3)
        expected = int((1.6 + at / 1000) * 10 + 1e-6) // 3
        assert number_on(pixels) == expected
        at += ms


def test_a_shorter_memory_gives_a_shorter_gif() -> None:
    frames = [Frame(card(n), n, n / 10) for n in range(11)]
    shown = pictures(gif_bytes(remembered(frames)))
    assert sum(ms for _, ms in shown) == pytest.approx(1000, abs=80)


def test_its_colours_are_those_of_the_pictures() -> None:
    bars = np.repeat(np.arange(8), 8)
    ramp = np.stack([bars * 30 + 10, 240 - bars * 25, bars % 3 * 90 + 30], axis=-1)
    picture = np.tile(ramp.astype(np.uint8), (48, 1, 1))
    shown, _ = pictures(gif_bytes(remembered([Frame(picture, n, n) for n in (0, 1)])))[
        0
    ]
    middles = np.s_[4::8]
    difference = shown[:, middles].astype(int) - picture[:, middles]
    assert np.abs(difference.mean(axis=0)).max() < 8
    assert abs(difference.mean()) < 2


def test_large_pictures_are_made_smaller_in_their_shape() -> None:
    frames = [
        Frame(np.kron(NOISE, np.ones((10, 10, 1), np.uint8)), n, n) for n in (0, 1)
    ]
    ((pixels, _), *_) = pictures(gif_bytes(remembered(frames)))
    assert pixels.shape == (360, 480, 3)


def test_a_gif_is_never_larger_than_it_may_be() -> None:
    frames = [Frame(np.roll(NOISE, n, axis=1), n, n / 10) for n in range(8)]
    memory = remembered(frames)
    whole = gif_bytes(memory)
    bounded = gif_bytes(memory, most_bytes=len(whole) // 2)
    assert len(bounded) <= len(whole) // 2
    small, large = pictures(bounded), pictures(whole)
    assert len(small) == len(large)
    height, width = small[0][0].shape[:2]
    assert width / height == pytest.approx(64 / 48, abs=0.05)
    assert 20 < width < 64
