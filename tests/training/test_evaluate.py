import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import pytest

from livestyle.contract import Card
from livestyle.errors import LivestyleError, ModelError, SettingsError, SourceError
from tests.livestyle.tiny_painter import style, write_painter, write_variant
from tests.training.motion import panned, write_frames
from tests.training.studio import tiny_recipe, write_recipe
from training.cli import main
from training.evaluate import evaluate, recipe_for
from training.evaluation.report import Report
from training.evaluation.settings import MARKS, EvaluateSettings


def tiny_card(
    names: Sequence[str] = ("stripes-0", "stripes-1"), **changes: Any
) -> Card:
    """A painter that inverts colours in one style and tints in the other."""
    ways = [(1.0, 0.0), (0.0, 1.0)]
    styles = tuple(style(name, way) for name, way in zip(names, ways, strict=True))
    return Card("tiny", styles, identity=(0.0, 0.0), network="tiny", **changes)


@pytest.fixture(scope="module")
def workshop(studio: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A painter, its recipe and a folder of clips."""
    folder = tmp_path_factory.mktemp("workshop")
    write_painter(folder / "tiny.onnx", tiny_card())
    write_recipe(folder / "tiny.toml", tiny_recipe())
    (folder / "clips").mkdir()
    write_frames(folder / "clips" / "pan.mkv", panned(3))
    return folder


@pytest.fixture
def settings(
    workshop: Path, studio: Path, vgg_file: Path, tmp_path: Path
) -> EvaluateSettings:
    return tiny_settings(workshop, studio, vgg_file, tmp_path)


def tiny_settings(
    workshop: Path, studio: Path, vgg_file: Path, folder: Path
) -> EvaluateSettings:
    return EvaluateSettings(
        model=str(workshop / "tiny.onnx"),
        photos=studio / "photos",
        styles=studio / "paintings",
        output=folder / "report",
        recipe=str(workshop / "tiny.toml"),
        clips=(workshop / "clips",),
        vgg_weights=vgg_file,
        pictures=2,
        size=96,
        steps=3,
        pairs=2,
        rounds=0,
        threads=1,
        device="cpu",
        cache=folder / "cache",
    )


def arguments(settings: EvaluateSettings) -> list[str]:
    """What a person types for the settings."""
    typed = ["evaluate", settings.model, "--clips", *map(str, settings.clips)]
    for name in ("photos", "styles", "output", "recipe", "cache", "pictures", "size"):
        typed += [f"--{name}", str(getattr(settings, name))]
    for name in ("steps", "pairs", "rounds", "threads", "device"):
        typed += [f"--{name}", str(getattr(settings, name))]
    return [*typed, "--vgg-weights", str(settings.vgg_weights)]


@pytest.fixture(scope="module")
def first(
    workshop: Path,
    studio: Path,
    vgg_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[EvaluateSettings, Report, list[str]]:
    """A finished report, how it was asked for, and what was told meanwhile."""
    settings = tiny_settings(
        workshop, studio, vgg_file, tmp_path_factory.mktemp("first")
    )
    told: list[str] = []
    report = evaluate(settings, lambda what, done, of: told.append(what))
    return settings, report, told


def test_one_command_leaves_a_page_its_data_and_figures(
    settings: EvaluateSettings, capsys: pytest.CaptureFixture[str]
):
    assert main(arguments(settings)) == 0
    assert str(settings.output / "report.md") in capsys.readouterr().out
    page = (settings.output / "report.md").read_text("utf-8")
    for said in (
        "# tiny",
        "photographs that fits by this recipe leave out: 2 of 96x96 px.",
        "## Against the optimisation method",
        "stripes-1: the painter stands at step",
        "| step 3 |",
        "## Grid",
        "| pan.mkv | 2 |",
        "Not checked: no run was given with --run.",
        "code at",
    ):
        assert said in page
    figures = {path.name for path in settings.output.glob("*.png")}
    assert figures == {"pastiches.png", "yardstick.png", "losses.png", "spectrum.png"}
    for name in figures:
        assert f"({name})" in page
        assert cv2.imread(str(settings.output / name)) is not None
    assert len(list(settings.output.iterdir())) == len(figures) + 2

    data = json.loads((settings.output / "report.json").read_text("utf-8"))
    assert data["pictures"] == ["photo00.png", "photo04.png"]
    assert set(data["styles"]) == {"stripes-0", "stripes-1"}
    first = data["styles"]["stripes-0"]["standings"][0]
    assert set(first["optimisation"]) == {"0", "3"}
    assert first["photograph"]["content"] == pytest.approx(0, abs=1e-9)
    assert first["painter"]["content"] > 1e-4
    # A negative differs by as much as what it was made of.
    still = data["still"]
    assert still["painted"]["stripes-0"] == pytest.approx(still["source"])
    assert data["clips"]["pan.mkv"]["compared"] == 2


def test_a_second_run_remembers_the_optimisation(
    first: tuple[EvaluateSettings, Report, list[str]],
):
    settings, report, told = first
    assert "stripes-0, photo00.png" in told
    seen: list[str] = []
    again = evaluate(
        replace(settings, overwrite=True), lambda what, done, of: seen.append(what)
    )
    assert seen == ["clips"]
    assert again.styles == report.styles


def test_without_optimisation_the_rest_is_there(settings: EvaluateSettings):
    report = evaluate(replace(settings, steps=0, clips=()))
    assert report.marks == ()
    page = (settings.output / "report.md").read_text("utf-8")
    assert "optimisation" not in page
    assert "stands" not in page
    assert sorted(path.name for path in settings.output.glob("*.png")) == [
        "pastiches.png",
        "spectrum.png",
    ]


def test_variants_beside_the_painter_are_reported(
    settings: EvaluateSettings, tmp_path: Path
):
    painter = write_painter(tmp_path / "tiny.onnx", tiny_card())
    write_variant(painter, about=tiny_card())
    report = evaluate(replace(settings, model=str(painter), steps=0, clips=()))
    (variant,) = report.variants
    assert variant.psnr == {"stripes-0": 99, "stripes-1": 99, "identity": 99}
    page = (settings.output / "report.md").read_text("utf-8")
    assert "### In other precisions" in page
    assert "| tiny.int8.onnx | 0.00 | not measured | 99.0 | 99.0 | 99.0 |" in page
    data = json.loads((settings.output / "report.json").read_text("utf-8"))
    assert data["variants"][0]["precision"] == "int8"


def test_a_painter_stands_at_the_first_step_that_is_as_good(
    first: tuple[EvaluateSettings, Report, list[str]],
):
    for found in first[1].styles.values():
        for standing in found.standings:
            curve = [standing.optimisation[mark]["total"] for mark in (0, 3)]
            own = standing.painter["total"]
            stands = standing.stands_at
            assert (stands is None) == (own < min(curve))
            assert (stands == 0) == (own >= curve[0])


def test_a_place_that_cannot_be_written_is_told_before_the_long_work(
    settings: EvaluateSettings, tmp_path: Path
):
    (tmp_path / "taken").write_text("no folder")
    told: list[str] = []

    def watch(what: str, done: int, of: int) -> None:
        told.append(what)

    for places in ({"output": tmp_path / "taken"}, {"cache": tmp_path / "taken" / "c"}):
        with pytest.raises(LivestyleError, match=r"cannot write .*taken"):
            evaluate(replace(settings, **places), watch)
    assert told == []


def test_a_report_is_never_overwritten_unasked(settings: EvaluateSettings):
    settings.output.mkdir()
    (settings.output / "report.md").write_text("mine")
    with pytest.raises(
        LivestyleError, match=r"report\.md' is already there.*--overwrite"
    ):
        evaluate(settings)
    assert (settings.output / "report.md").read_text() == "mine"


def test_broken_foreign_and_missing_models_are_told(
    settings: EvaluateSettings, tmp_path: Path
):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    foreign = write_painter(tmp_path / "foreign.onnx", "")
    for path, said in (
        (broken, "cannot be used"),
        (foreign, "carries no livestyle card"),
        (tmp_path / "missing.onnx", "there is no model"),
    ):
        with pytest.raises(ModelError, match=said):
            evaluate(replace(settings, model=str(path)))
        assert not list(settings.output.iterdir())


def test_what_is_missing_is_told_before_the_long_work(
    settings: EvaluateSettings, tmp_path: Path
):
    empty, clip = tmp_path / "empty", tmp_path / "clip.mp4"
    empty.mkdir()
    clip.write_bytes(b"no video")
    cases: list[tuple[dict[str, Any], type[LivestyleError], str]] = [
        ({"photos": empty}, SettingsError, "holds no pictures"),
        ({"styles": empty}, SettingsError, r"stripes0\.png cannot be read"),
        ({"clips": (empty,)}, SettingsError, "holds no clips"),
        ({"clips": (clip,)}, SourceError, "is no video that can be read"),
        ({"run": empty}, SettingsError, "there is no checkpoint"),
        ({"recipe": "nothing"}, SettingsError, "there is no recipe 'nothing'"),
    ]
    for changes, kind, said in cases:
        with pytest.raises(kind, match=said):
            evaluate(replace(settings, **changes))
        assert not settings.cache.exists()


def test_errors_are_one_sentence_on_the_command_line(
    settings: EvaluateSettings, capsys: pytest.CaptureFixture[str]
):
    typed = arguments(replace(settings, photos=settings.photos / "missing"))
    assert main(typed) == 1
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith("training: there is no folder")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size": 100}, "size is 100. Take a multiple of 8 from 96 to 1024"),
        ({"size": 88}, "size is 88"),
        ({"pictures": 0}, "pictures is 0. Take 1 or more"),
        ({"steps": -1}, "steps is -1"),
        ({"noise": 0.0}, "noise is 0.0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    settings: EvaluateSettings, changes: dict[str, Any], said: str
):
    with pytest.raises(SettingsError, match=said):
        replace(settings, **changes)


def test_the_steps_are_those_of_the_papers_table_up_to_the_last(
    settings: EvaluateSettings,
):
    assert replace(settings, steps=300).marks == MARKS
    assert replace(settings, steps=60).marks == (20, 30, 40, 50, 60)
    assert replace(settings, steps=0).marks == ()


def test_a_recipe_is_put_into_the_painters_order(workshop: Path):
    spec = str(workshop / "tiny.toml")
    turned = tiny_card(("stripes-1", "stripes-0"))
    names = [painting.name for painting in recipe_for(turned, spec).styles]
    assert names == ["stripes-1", "stripes-0"]


def test_a_card_names_the_recipe_that_judges_by_default():
    names = ("great-wave", "starry-night")
    assert recipe_for(tiny_card(names, recipe="first-light")).name == "first-light"
    with pytest.raises(SettingsError, match=r"names no recipe.*--recipe"):
        recipe_for(tiny_card(names))
    with pytest.raises(SettingsError, match=r"'lost' that tiny names cannot be had"):
        recipe_for(tiny_card(names, recipe="lost"))
    with pytest.raises(SettingsError, match="lacks the painter's style stripes-0"):
        recipe_for(tiny_card(), "first-light")
