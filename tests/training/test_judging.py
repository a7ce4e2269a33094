from dataclasses import fields, replace

from tests.training.studio import tiny_recipe
from training.config import Recipe
from training.evaluation.judging import judged


def test_recipes_that_differ_in_every_weight_and_layer_are_judged_alike():
    recipe = tiny_recipe()
    weights = {f.name: 7.0 for f in fields(Recipe) if f.name.endswith("_weight")}
    heavy = replace(recipe.styles[0], weight=3.0)
    other = replace(
        recipe,
        styles=(heavy, recipe.styles[1]),
        content_layers={"relu3_1": 1.0},
        style_layers={"relu5_1": 2.0},
        **weights,
    )
    assert judged(other) == judged(recipe)


def test_content_and_style_alone_count():
    found = judged(tiny_recipe())
    weights = {f.name: getattr(found, f.name) for f in fields(Recipe)}
    counting = {n: w for n, w in weights.items() if n.endswith("_weight") and w}
    assert counting == {"content_weight": 1.0, "style_weight": 5.0}
    assert tuple(found.content_layers) == ("relu4_1",)
    assert len(found.style_layers) == 4


def test_what_is_no_term_stays():
    recipe = tiny_recipe(validation=7, loss_network="vgg16")
    found = judged(recipe)
    assert (found.validation, found.loss_network) == (7, "vgg16")
    assert [p.file for p in found.styles] == [p.file for p in recipe.styles]
