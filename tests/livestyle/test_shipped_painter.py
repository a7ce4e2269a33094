"""The painter that comes along, judged by the pictures that it makes."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle import bank
from livestyle.frame import Frame, Pixels
from livestyle.model import Painter
from livestyle.sources.demo import Demo
from livestyle.stylizer import Stylizer
from tests.livestyle.looks import (
    Colours,
    colour_distance,
    colours,
    structure_kept,
)
from training.evaluation.spectrum import grain, lattice

# Mean and covariance of the paintings' colours in CIELAB; a test with the paintings at
# hand proves them.
PAINTINGS: dict[str, tuple[list[float], list[list[float]]]] = {
    "great-wave": (
        [77.2, -1.7, 5.2],
        [[568, 7, 265], [7, 9, 14], [265, 14, 176]],
    ),
    "starry-night": (
        [37.9, 0.8, -12.6],
        [[375, -57, 68], [-57, 53, -100], [68, -100, 323]],
    ),
    "the-scream": (
        [38.0, 8.2, 21.6],
        [[316, 180, 256], [180, 328, 312], [256, 312, 356]],
    ),
    "composition-vii": (
        [48.5, 10.9, 14.2],
        [[446, -89, 99], [-89, 236, 117], [99, 117, 473]],
    ),
}
FILES = {
    "great-wave": "great_wave_hokusai.jpg",
    "starry-night": "starry_night_van_gogh.jpg",
    "the-scream": "the_scream_munch.jpg",
    "composition-vii": "composition_vii_kandinsky.jpg",
}
STYLES = tuple(PAINTINGS)


def painting(style: str) -> Colours:
    mean, covariance = PAINTINGS[style]
    return np.array(mean), np.array(covariance)


@pytest.fixture(scope="module")
def photo() -> Pixels:
    return Demo((640, 480)).picture_at(1.0)


@pytest.fixture(scope="module")
def pastiches(photo: Pixels) -> dict[str, Pixels]:
    painter = Painter(bank.find(), provider="cpu")
    frame = Frame(photo, 0, 0.0)
    return {s: Stylizer.of_style(painter, s)(frame).pixels for s in painter.names}


def test_the_default_painter_has_the_four_paintings(
    pastiches: dict[str, Pixels],
) -> None:
    assert tuple(pastiches) == STYLES


@pytest.mark.parametrize("style", STYLES)
def test_a_pastiche_has_its_paintings_colours_more_than_any_others(
    style: str, pastiches: dict[str, Pixels]
) -> None:
    found = colours(pastiches[style])
    nearest = min(STYLES, key=lambda other: colour_distance(found, painting(other)))
    assert nearest == style


@pytest.mark.parametrize("style", STYLES)
def test_painting_moves_the_colours_most_of_the_way_to_the_painting(
    style: str, photo: Pixels, pastiches: dict[str, Pixels]
) -> None:
    before = colour_distance(colours(photo), painting(style))
    after = colour_distance(colours(pastiches[style]), painting(style))
    assert after < 0.6 * before


@pytest.mark.parametrize("style", STYLES)
def test_painting_keeps_the_contours_of_the_photograph(
    style: str, photo: Pixels, pastiches: dict[str, Pixels]
) -> None:
    # Another picture's contours correlate by less than 0.2.
    assert structure_kept(photo, pastiches[style]) > 0.4


@pytest.mark.parametrize("style", STYLES)
def test_a_pastiche_is_no_tint_of_the_photograph(
    style: str, photo: Pixels, pastiches: dict[str, Pixels]
) -> None:
    # The best that any mixing of the photograph's channels can do is to leave little.
    flat = photo.reshape(-1, 3).astype(np.float64)
    terms = np.column_stack([np.ones(len(flat)), flat, flat**2])
    target = pastiches[style].reshape(-1, 3).astype(np.float64)
    coefficients, *_ = np.linalg.lstsq(terms, target, rcond=None)
    left = np.abs(target - terms @ coefficients).mean()
    assert left > 8


@pytest.mark.parametrize("style", STYLES)
def test_the_border_is_painted_like_the_inside(
    style: str, pastiches: dict[str, Pixels]
) -> None:
    # A frame shows as lines along the border: rows near it that differ from their
    # neighbours all along, as no row inside does.
    picture = pastiches[style].astype(np.float64)
    for turned in (picture, picture.transpose(1, 0, 2)):
        steps = np.abs(np.diff(turned.mean(1), axis=0)).sum(1)
        border = max(steps[:8].max(), steps[-8:].max())
        assert border < 2 * np.percentile(steps, 99)


@pytest.mark.parametrize("style", STYLES)
def test_a_picture_is_painted_alike_wherever_it_is_cut(
    style: str, photo: Pixels
) -> None:
    painter = Painter(bank.find(), provider="cpu")
    stylize = Stylizer.of_style(painter, style)
    whole = stylize(Frame(photo, 0, 0.0)).pixels
    cut = stylize(Frame(photo[:, 16:-16], 0, 0.0)).pixels
    assert structure_kept(whole[:, 16:-16], cut) > 0.6


@pytest.mark.parametrize("style", STYLES)
def test_no_grid_shows_in_a_pastiche(style: str, pastiches: dict[str, Pixels]) -> None:
    # Paintings and photographs have 0.0 to 0.06; from 0.3 up one sees it.
    assert lattice(pastiches[style]) < 0.2


def regularity(pixels: Pixels) -> float:
    """The strongest beads of any period from 6 to 32 px, as `lattice` measures them."""
    return max(lattice(pixels, (p, p / 2, p / 3)) for p in range(6, 33))


@pytest.mark.parametrize("style", STYLES)
def test_no_beads_of_any_period_show_in_a_pastiche(
    style: str, photo: Pixels, pastiches: dict[str, Pixels]
) -> None:
    assert regularity(pastiches[style]) < regularity(photo) + 0.3


def test_beads_would_be_seen(photo: Pixels) -> None:
    y, x = np.mgrid[: photo.shape[0], : photo.shape[1]]
    for period in (8, 13, 24):
        beads = (y % period < 4) & (x % period < 4)
        beaded = photo.astype(int) + 40 * beads[..., None]
        beaded = beaded.clip(0, 255).astype(np.uint8)
        assert regularity(beaded) > regularity(photo) + 0.6


@pytest.mark.parametrize("style", STYLES)
def test_no_grain_shows_in_a_pastiche(style: str, pastiches: dict[str, Pixels]) -> None:
    # Photographs have 0.6 to 4.3, paintings 0.8 to 3.8; from 10 up one sees dirt.
    assert grain(pastiches[style]) < 6


def test_grain_would_be_seen(photo: Pixels) -> None:
    signs = np.random.default_rng(0).choice([-1, 1], (*photo.shape[:2], 1))
    for colour in ((1, 1, 1), (1, 0, -1), (1, -1, 0)):
        dirty = photo.astype(int) + 16 * signs * np.array(colour)
        assert grain(dirty.clip(0, 255).astype(np.uint8)) > 8


def test_the_identity_gives_the_photograph_back(photo: Pixels) -> None:
    painter = Painter(bank.find(), provider="cpu")
    back = painter.paint(photo, painter.identity)
    assert cv2.PSNR(photo, back) > 28
    assert structure_kept(photo, back) > 0.98


@pytest.mark.weights
@pytest.mark.parametrize("style", STYLES)
def test_the_figures_of_the_paintings_colours_are_those_of_the_paintings(
    style: str,
) -> None:
    folder = os.environ.get("LIVESTYLE_DATA")
    if folder is None:
        pytest.skip("LIVESTYLE_DATA names no folder with styles/")
    picture = cv2.imread(str(Path(folder) / "styles" / FILES[style]))
    assert picture is not None
    assert colour_distance(colours(np.asarray(picture)), painting(style)) < 1
