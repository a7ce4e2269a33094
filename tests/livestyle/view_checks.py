"""What a person sees at the keys of blends, colours, strokes and views."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from livestyle.compare import wipe
from livestyle.controls import Controls
from livestyle.frame import Pixels
from livestyle.overlay import Overlay, Status
from livestyle.strokes import Strokes
from tests.livestyle.program import wait_until
from tests.livestyle.sitting import HEIGHT, WIDTH, Look, Sitting, styled
from tests.livestyle.tiny_painter import NINE, painted

LUMINANCE = np.array([0.114, 0.587, 0.299])


def blended(weight: float) -> Look:
    """The negative and, with this weight, the tint."""
    return lambda pixels: painted(pixels, (1 - weight, weight))


def divided(line: float) -> Look:
    return lambda pixels: wipe(pixels, 255 - pixels, line)


def in_own_colours(pixels: Pixels) -> Pixels:
    shift = (255 - 2 * pixels.astype(float)) @ LUMINANCE
    return np.rint(pixels + shift[:, :, None]).clip(0, 255).astype(np.uint8)


def in_strokes(working: float) -> Look:
    strokes = Strokes(lambda pixels, _: 255 - pixels)
    return lambda pixels: strokes.paint(pixels, np.zeros(2, np.float32), working)


def step(sitting: Sitting, key: str, look: Look, what: str) -> None:
    sitting.press(key)
    sitting.wait_for(look, what)


def see_blend(sitting: Sitting, key: str) -> None:
    step(sitting, key, blended(0.5), "no blend with the next style")
    for tenths in (4, 3, 2, 1, 0):
        step(sitting, ",", blended(tenths / 10), f"the weight is not 0.{tenths}")


def see_more_blend(sitting: Sitting, key: str) -> None:
    step(sitting, key, blended(0.1), "it does not rise into the next style")
    step(sitting, ",", sitting.look, "no way back to no blend")


def see_less_blend(sitting: Sitting, key: str) -> None:
    step(sitting, ".", blended(0.1), "no blend")
    sitting.press(key)


def see_colours(sitting: Sitting, key: str) -> None:
    step(sitting, key, in_own_colours, "the colours are not the camera's")
    sitting.press(key)


def see_strokes(sitting: Sitting, key: str) -> None:
    for working in (0.75, 0.5, 1.5):
        step(sitting, key, in_strokes(working), f"it is not painted at {working}")
    sitting.press(key)


def see_wipe(sitting: Sitting, key: str) -> None:
    """The line is taken with the mouse, then put to where it was by a click."""
    step(sitting, key, divided(0.5), "no line in the middle")
    sitting.screen.drag((WIDTH // 2, 60), (100, 40), (40, 30))
    sitting.wait_for(divided(40.5 / WIDTH), "the line does not follow the mouse")
    sitting.screen.click(WIDTH // 2, 60)
    sitting.wait_for(divided(80.5 / WIDTH), "the line does not go to a click")
    sitting.press(key)


def see_beside(sitting: Sitting, key: str) -> None:
    """The camera on the left, half as large, and its negative on the right."""

    def both() -> bool:
        halves = sitting.picture()[HEIGHT // 4 + 4 : -HEIGHT // 4 - 4].astype(int)
        left, right = halves[:, 4 : WIDTH // 2 - 4], halves[:, WIDTH // 2 + 4 : -4]
        return bool(np.abs(left + right - 255).mean() < 4 and left.std() > 20)

    assert not both()
    sitting.press(key)
    wait_until(both, "not side by side", 10)
    bars = sitting.picture()[[5, -5]]
    assert not bars.any()
    sitting.press(key)


def see_wall(sitting: Sitting, key: str) -> None:
    """All tiles, then one is taken by a click and another one by its digit."""
    sitting.press(key)
    wait_until(lambda: not strange_tiles(sitting.picture()), "no wall", 10)
    sitting.screen.click(WIDTH // 2, HEIGHT // 2)
    sitting.wait_for(styled("dim"), "a click does not take the tile in the middle")
    sitting.press(key)
    wait_until(lambda: not strange_tiles(sitting.picture()), "no second wall", 10)
    step(sitting, "1", sitting.look, "a digit does not take its tile")


def strange_tiles(seen: Pixels) -> list[str]:
    """The styles whose tile is not what the negative's tile promises.

    They are painted in turns, so that they show moments that are a little apart.
    """
    tiles = [tile_of(seen, number) for number in range(9)]
    photo = 255 - tiles[0]
    wanted = [painted(photo, embedding) for embedding in NINE.values()]
    apart = [
        np.abs(tile.astype(int) - other).mean()
        for tile, other in zip(tiles, wanted, strict=True)
    ]
    flat = photo.std() < 20
    return [name for name, far in zip(NINE, apart, strict=True) if far > 12 or flat]


def tile_of(seen: Pixels, number: int) -> Pixels:
    """A tile's part where no name is."""
    row, column = divmod(number, 3)
    top, left = row * HEIGHT // 3, round(column * WIDTH / 3)
    return np.ascontiguousarray(seen[top + 20 : top + 36, left + 4 : left + 48])


def see_slide_show(sitting: Sitting, key: str) -> None:
    step(sitting, key, styled("tinted"), "no next style")
    sitting.press(key)
    # Nothing is seen of its end: let it be taken before the next key comes.
    sitting.wait_for(styled("tinted"), "the picture stands still", ticks=10)
    step(sitting, "p", sitting.look, "it does not end")


def see_photo(sitting: Sitting, key: str) -> None:
    """3, 2, 1, and then a file without a number in it."""
    before = set(sitting.takes("*.png"))
    sitting.press(key)
    for number in (3, 2, 1):
        sitting.wait_for(counted(number), f"no {number}")
    wait_until(lambda: set(sitting.takes("*.png")) != before, "no photo", 10)
    (path,) = set(sitting.takes("*.png")) - before
    saved = np.asarray(cv2.imread(str(path)), np.uint8)
    assert sitting.tick_of(saved, sitting.look) is not None


def counted(number: int) -> Look:
    """The negative, with a number in its corner."""
    controls = Controls(("negative",), overlay=False, photo_at=number, clock=lambda: 0)
    status = Status("negative", 1.0, "CPU", 30.0)

    def look(pixels: Pixels) -> Pixels:
        drawn = Overlay().draw(255 - pixels, status, controls)
        assert (drawn != 255 - pixels).any()
        return drawn

    return look


VIEW_CHECKS: dict[str, Callable[[Sitting, str], None]] = {
    "blend": see_blend,
    "more blend": see_more_blend,
    "less blend": see_less_blend,
    "colours": see_colours,
    "strokes": see_strokes,
    "wipe": see_wipe,
    "beside": see_beside,
    "wall": see_wall,
    "slide show": see_slide_show,
    "photo": see_photo,
}
