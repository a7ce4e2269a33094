from dataclasses import replace

import pytest

from training.evaluation.flicker import Flicker
from training.evaluation.markdown import as_markdown
from training.evaluation.parity import Parity
from training.evaluation.report import Report, Speed, Standing, StyleReport, spread
from training.evaluation.speed import Times


def terms(content: float, style: float) -> dict[str, float]:
    return {"content": content, "style": style, "total": content + 4 * style}


def standing(name: str, stands_at: int | None) -> Standing:
    ways = {0: terms(1.0, 2.0), 20: terms(0.5, 0.5), 40: terms(0.5, 0.25)}
    return Standing(name, terms(0, 1), terms(0.4, 0.4), ways, stands_at, 50)


REPORT = Report(
    model={
        "file": "tiny.onnx",
        "sha256": "0123456789abcdef" * 4,
        "megabytes": 1.234,
        "name": "tiny",
        "network": "swift",
        "trained_on": "7 steps",
    },
    recipe={
        "name": "tiny",
        "weights": {"content_weight": 1.0, "style_weight": 4.0},
        "content_layers": {"relu4_1": 1.0},
        "style_layers": {"relu1_1": 1.0, "relu2_1": 1.0},
    },
    settings={"size": 96, "noise": 4.0},
    pictures=("a.png", "b.png", "c.png"),
    broken=(),
    held_out=True,
    marks=(20, 40),
    styles={
        "stripes": StyleReport(
            "Stripes",
            "Nobody",
            (standing("a.png", 18), standing("b.png", None), standing("c.png", 30)),
            {
                "painter": 0.12,
                "photograph": 0.01,
                "painting": 0.02,
                "optimisation": 0.0,
            },
            {
                "painter": 2.51,
                "photograph": 1.0,
                "painting": 3.0,
                "optimisation": 9.0,
            },
        )
    },
    still=Flicker(4.0, {"stripes": 6.0}, 15),
    clips={"room.mp4": Flicker(2.0, {"stripes": 5.0}, 24, 0.91)},
    speed=Speed("640x480", 2, Times(20, 19, 22, 48), Times(600, 590, 640, 12)),
    parity=Parity(True, 2, 1.0, ("640x480",), 7),
    machine={
        "date": "2026-11-22",
        "cpu": "a CPU",
        "cores": 2,
        "system": "Linux",
        "python": "3.11",
        "packages": {"torch": "2.4", "onnxruntime": None},
        "commit": None,
    },
)


def test_the_page_says_where_a_style_stands():
    page = as_markdown(REPORT, [("losses.png", "The losses.")])
    for said in (
        "| stripes | 50% | 30 (18 to above 40) | 0.12 | 2.5 | x 1.5 | x 2.5 |",
        "### stripes: the painter stands at step 30 (18 to above 40)",
        "| step 20 | 0.500 | 0.500 | 2.500 | 62% |",
        "| **painter** | 0.400 | 0.400 | 2.000 | 50% |",
        "| stripes | 0.12 | 0.01 | 0.02 | 0.00 | 2.5 | 1.0 | 3.0 | 9.0 |",
        "| room.mp4 | 24 | 91% | 2.00 | 5.00 (x 2.5) |",
        "**The painter is 30.0 times as fast**",
        "differ by at most 1 of 255",
        "![The losses.](losses.png)",
        "Python 3.11, torch 2.4; code at unknown",
    ):
        assert said in page


def test_what_was_not_measured_is_said():
    page = as_markdown(replace(REPORT, speed=None, parity=None, clips={}, marks=()), [])
    assert "## Speed\n\nNot measured." in page
    assert "Not checked" in page
    for absent in ("room.mp4", "moving flicker", "stands"):
        assert absent not in page


def test_a_file_that_paints_otherwise_is_said_aloud():
    parity = Parity(False, 2, None, ("640x480",), 7, "at 640x480 tiny.onnx differs")
    page = as_markdown(replace(REPORT, parity=parity), [])
    assert "**The file does not paint like the fitted network:** at 640x480" in page


def test_photographs_that_were_fitted_on_are_said_aloud():
    page = as_markdown(replace(REPORT, held_out=False, broken=("x.png",)), [])
    assert "**fits see as well**" in page
    assert "Passed over, because they cannot be read: x.png." in page


def test_a_clip_in_which_nothing_changes_divides_nothing():
    page = as_markdown(
        replace(REPORT, clips={"a|b.gif": Flicker(0.0, {"stripes": 0.0}, 24)}), []
    )
    assert "0.00 (input still)" in page
    assert r"| a\|b.gif |" in page


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [([5], (5, 5, 5)), ([30, None, 18], (18, 30, float("inf")))],
)
def test_no_step_counts_as_beyond_all(steps: list[int | None], wanted: tuple):
    assert spread(steps) == wanted
