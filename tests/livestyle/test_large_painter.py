"""The painter for GPUs that comes along, judged by the pictures that it makes."""

import numpy as np
import pytest

from livestyle import bank
from livestyle.frame import Frame, Pixels
from livestyle.model import Painter
from livestyle.sources.demo import Demo
from livestyle.stylizer import Stylizer
from tests.livestyle.looks import colour_distance, colours, structure_kept
from tests.livestyle.test_shipped_painter import STYLES, painting
from training.evaluation.spectrum import grain, lattice


@pytest.fixture(scope="module")
def photo() -> Pixels:
    return Demo((320, 240)).picture_at(1.0)


@pytest.fixture(scope="module")
def pastiches(photo: Pixels) -> dict[str, Pixels]:
    painter = Painter(bank.find("large"), provider="cpu")
    frame = Frame(photo, 0, 0.0)
    return {s: Stylizer.of_style(painter, s)(frame).pixels for s in painter.names}


def test_it_has_the_paintings_of_the_small_one_in_their_colours(
    pastiches: dict[str, Pixels],
) -> None:
    assert tuple(pastiches) == STYLES
    for style, pastiche in pastiches.items():
        found = colours(pastiche)
        away = {other: colour_distance(found, painting(other)) for other in STYLES}
        assert min(away, key=away.__getitem__) == style


def test_it_keeps_contours_and_paints_no_grid_nor_dirt(
    photo: Pixels, pastiches: dict[str, Pixels]
) -> None:
    for style, pastiche in pastiches.items():
        assert structure_kept(photo, pastiche) > 0.3, style
        assert lattice(pastiche) < 0.2, style
        assert grain(pastiche) < 6, style


def test_at_a_small_strength_the_photograph_shines_through(photo: Pixels) -> None:
    painter = Painter(bank.find("large"), provider="cpu")
    stylize = Stylizer.of_style(painter, "the-scream", 0.1)
    shown = stylize(Frame(photo, 0, 0.0)).pixels
    assert 0 < np.abs(shown.astype(int) - photo).mean() < 15
