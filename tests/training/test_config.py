from dataclasses import replace
from pathlib import Path

import pytest

from livestyle.errors import SettingsError
from tests.training.studio import tiny_recipe
from training.config import (
    RECIPES,
    Recipe,
    as_dict,
    load_recipe,
    parse_recipe,
    with_words,
)
from training.nets import NETWORKS
from training.vgg import layer_names

STYLE = """
[[styles]]
name = "wave"
file = "wave.jpg"
title = "The Wave"
artist = "Hokusai"
year = "1831"
"""


def recipe_of(text: str, tmp_path: Path) -> Recipe:
    path = tmp_path / "recipe.toml"
    path.write_text(text, "utf-8")
    return load_recipe(path)


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda p: p.stem)
def test_every_shipped_recipe_is_whole(path: Path):
    recipe = load_recipe(path.stem)
    assert recipe.name == path.stem
    assert recipe.network in NETWORKS
    known = layer_names(recipe.loss_network)
    assert {*recipe.content_layers, *recipe.style_layers} <= set(known)
    for painting in recipe.styles:
        assert all((painting.title, painting.artist, painting.year))
        assert all((painting.licence, painting.source))


def test_a_recipe_says_what_its_file_says(tmp_path: Path):
    text = 'name = "small"\nzoom = [1, 1.5]\nrate = 1\n[style_layers]\nrelu1_1 = 2\n'
    recipe = recipe_of(text + STYLE, tmp_path)
    assert recipe.name == "small"
    assert recipe.zoom == (1.0, 1.5)
    assert type(recipe.rate) is float
    assert recipe.style_layers == {"relu1_1": 2.0}
    assert recipe.styles[0].artist == "Hokusai"


def test_a_recipe_survives_the_way_into_a_checkpoint_and_back():
    recipe = tiny_recipe()
    assert parse_recipe(as_dict(recipe)) == recipe


def test_a_recipe_takes_from_the_one_that_it_is_like(tmp_path: Path):
    (tmp_path / "first.toml").write_text('name = "first"\nsteps = 7\n' + STYLE)
    second = recipe_of('like = "first.toml"\nname = "second"\nrate = 0.1', tmp_path)
    assert (second.name, second.steps, second.rate) == ("second", 7, 0.1)
    assert second.styles[0].name == "wave"
    shipped = recipe_of('like = "first-light"\nname = "third"', tmp_path)
    assert shipped.styles == load_recipe("first-light").styles


def test_recipes_that_are_like_each_other_in_a_circle_end_with_an_error(tmp_path: Path):
    with pytest.raises(SettingsError, match="none that is like this one"):
        recipe_of('like = "recipe.toml"\nname = "x"' + STYLE, tmp_path)
    with pytest.raises(SettingsError, match=r"is like 3.*Name a recipe"):
        recipe_of('like = 3\nname = "x"' + STYLE, tmp_path)


def test_an_unknown_recipe_lists_the_recipes():
    with pytest.raises(SettingsError, match="or one of first-light"):
        load_recipe("last-light")


def test_broken_toml_is_an_error_with_advice(tmp_path: Path):
    with pytest.raises(SettingsError, match="Mend the TOML"):
        recipe_of("name =", tmp_path)


def test_an_unknown_setting_lists_the_settings(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"no setting 'stile_weight'.*style_weight"):
        recipe_of('name = "x"\nstile_weight = 3\n' + STYLE, tmp_path)
    with pytest.raises(SettingsError, match=r"styles\[0\] has no setting 'painter'"):
        recipe_of('name = "x"\n' + STYLE + 'painter = "H."\n', tmp_path)


def test_a_missing_setting_is_named(tmp_path: Path):
    with pytest.raises(SettingsError, match="lacks 'name'"):
        recipe_of(STYLE, tmp_path)
    with pytest.raises(SettingsError, match="lacks 'year'"):
        recipe_of('name = "x"\n' + STYLE.replace('year = "1831"', ""), tmp_path)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("steps = 1.5", "int"),
        ('rate = "fast"', "float"),
        ("style_weight = false", "float"),
        ("zoom = [1.0, 1.5, 2.0]", "tuple"),
        ("content_layers = {}", "Mapping"),
        ('content_layers = "relu4_1"', "Mapping"),
        ("pooling = 1", "str"),
    ],
)
def test_a_value_of_a_wrong_kind_is_named(line: str, kind: str, tmp_path: Path):
    name = line.split()[0]
    with pytest.raises(SettingsError, match=f"{name} is .*of the kind .*{kind}"):
        recipe_of(f'name = "x"\n{line}\n{STYLE}', tmp_path)


def test_styles_need_names_of_their_own(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"Give each \[\[styles\]\] table its own"):
        recipe_of('name = "x"\n' + STYLE + STYLE, tmp_path)
    with pytest.raises(SettingsError, match="needs styles"):
        recipe_of('name = "x"\nstyles = []\n', tmp_path)


def test_a_style_name_that_no_card_takes_is_refused_before_the_fit(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"'The Wave'.*words with hyphens"):
        recipe_of('name = "x"\n' + STYLE.replace('"wave"', '"The Wave"'), tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("crop", 72),
        ("crop", 100),
        ("zoom", (2.0, 1.0)),
        ("zoom", (0.0, 1.0)),
        ("steps", 0),
        ("batch", 0),
        ("identities", -1),
        ("dim", 0),
        ("style_layers", {"relu1_1": 0.0}),
        ("content_layers", {"relu1_1": -1.0, "relu2_1": 2.0}),
    ],
)
def test_a_value_that_would_break_the_fit_is_refused(name: str, value: object):
    with pytest.raises(SettingsError, match=rf"'tiny': {name} is .*\. (Take|Give) "):
        tiny_recipe(**{name: value})


def test_a_painting_too_small_for_the_loss_network_is_refused(tmp_path: Path):
    with pytest.raises(SettingsError, match="Take 96 or more"):
        recipe_of('name = "x"\n' + STYLE + "size = 8\n", tmp_path)


def test_a_fitted_recipe_takes_words_and_nothing_else_from_another():
    fitted = load_recipe("first-light")
    better = replace(
        fitted,
        author="Somebody",
        data="other photographs",
        rate=1.0,
        styles=tuple(replace(p, title="A title", weight=9.0) for p in fitted.styles),
    )
    told = with_words(fitted, better)
    assert (told.author, told.data, told.rate) == (
        "Somebody",
        "other photographs",
        fitted.rate,
    )
    assert [p.title for p in told.styles] == ["A title"] * 4
    assert [p.weight for p in told.styles] == [p.weight for p in fitted.styles]


def test_words_of_a_recipe_with_other_styles_are_refused():
    fitted = load_recipe("first-light")
    other = replace(fitted, styles=fitted.styles[:2])
    with pytest.raises(SettingsError, match="the recipe that it was fitted with"):
        with_words(fitted, other)
