from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from livestyle.errors import SettingsError
from tests.training.studio import TERMS, photograph, stripes, tiny_recipe, write_picture
from training.config import Recipe
from training.objective import Objective, load_paintings
from training.texture import texture
from training.vgg import Features


def tensor(rgb: object) -> Tensor:
    return torch.from_numpy(rgb).permute(2, 0, 1).float() / 255  # type: ignore[arg-type]


PAINTINGS = [tensor(stripes(i)) for i in range(2)]
PHOTOS = torch.stack([tensor(photograph(i, 96, 96)) for i in range(3)])
ROWS = torch.tensor([1, 2, 0])


def objective(recipe: Recipe) -> Objective:
    torch.manual_seed(0)
    layers = {*recipe.content_layers, *recipe.style_layers}
    return Objective(recipe, Features(layers, weights="random"), PAINTINGS)


def test_a_photograph_given_back_costs_no_content_and_no_identity():
    terms = objective(tiny_recipe())(PHOTOS, PHOTOS, ROWS)
    assert terms["content"].item() == 0
    assert terms["identity"].item() == 0
    assert terms["range"].item() == 0
    assert terms["style"].item() > 0.01


def test_a_painting_painted_costs_no_style():
    pastiche = torch.stack([*PAINTINGS])
    terms = objective(tiny_recipe())(pastiche.flip(3), pastiche, torch.tensor([1, 2]))
    assert terms["style"].item() < 1e-8
    exchanged = objective(tiny_recipe())(pastiche, pastiche, torch.tensor([2, 1]))
    assert exchanged["style"].item() > 0.01


def test_the_total_is_the_weighted_sum():
    recipe = tiny_recipe(tv_weight=0.5, style_weight=3.0)
    terms = objective(recipe)(PHOTOS, PHOTOS.flip(3) * 1.5 - 0.2, ROWS)
    total = terms.pop("total")
    assert set(terms) == TERMS
    assert all(term.item() > 0 for term in terms.values())
    wanted = sum(getattr(recipe, f"{n}_weight") * terms[n].item() for n in TERMS)
    assert total.item() == pytest.approx(wanted, rel=1e-5)


def test_a_batch_without_identities_has_no_such_term():
    terms = objective(tiny_recipe())(PHOTOS[:2], PHOTOS[:2], ROWS[:2])
    assert "identity" not in terms


def test_identities_pay_for_their_difference_and_not_for_their_style():
    changed = PHOTOS.clone()
    changed[2] = changed[2] + 0.1
    terms = objective(tiny_recipe())(PHOTOS, changed, ROWS)
    assert terms["identity"].item() == pytest.approx(0.01, rel=1e-3)
    assert terms["content"].item() == 0


def test_a_paintings_weight_multiplies_its_style_alone():
    recipe = tiny_recipe()
    heavy = replace(
        recipe, styles=(replace(recipe.styles[0], weight=5.0), recipe.styles[1])
    )
    for row, factor in ((1, 5.0), (2, 1.0)):
        args = PHOTOS[:1], PHOTOS[1:2], torch.tensor([row])
        plain, weighted = (objective(r)(*args) for r in (recipe, heavy))
        ratio = weighted["style"].item() / plain["style"].item()
        assert ratio == pytest.approx(factor, rel=1e-5)
        assert weighted["content"].item() == plain["content"].item()


def test_gradients_reach_the_pastiche_and_not_the_photograph():
    photos, pastiche = PHOTOS.clone(), PHOTOS.flip(2).clone()
    photos.requires_grad_()
    pastiche.requires_grad_()
    whole = objective(tiny_recipe(identity_weight=0.0))
    whole(photos[:2], pastiche[:2], ROWS[:2])["total"].backward()
    assert photos.grad is None
    assert pastiche.grad is not None
    assert pastiche.grad[:2].abs().amax((1, 2, 3)).min() > 0
    assert all(p.grad is None for p in whole.parameters())


def test_textures_of_the_paintings_are_those_of_each_alone():
    whole = objective(tiny_recipe())
    for name, textures in whole.style.textures.items():
        for i, painting in enumerate(PAINTINGS):
            alone = texture(whole.features(painting[None])[name])[0]
            torch.testing.assert_close(textures[i], alone)


def test_paintings_are_read_in_the_recipes_order_and_size(tmp_path: Path):
    for i in (1, 0):
        write_picture(tmp_path / f"stripes{i}.png", stripes(i, 160))
    loaded = load_paintings(tiny_recipe(), tmp_path)
    assert [tuple(p.shape) for p in loaded] == [(3, 96, 96)] * 2
    for i, painting in enumerate(loaded):
        wanted = tensor(stripes(i, 160)).mean((1, 2))
        torch.testing.assert_close(painting.mean((1, 2)), wanted, rtol=0, atol=0.01)


def test_a_missing_painting_leads_to_the_option(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"stripes0\.png cannot be read.*--styles"):
        load_paintings(tiny_recipe(), tmp_path)


def test_moved_pictures_add_a_term_that_stands_for_all_painted_samples():
    whole = objective(tiny_recipe(steadiness_weight=2.0))
    pastiche = PHOTOS.flip(3)
    moved = whole.steadiness.draw(PHOTOS, ROWS, 0)
    again = pastiche[moved.places]
    without = whole(PHOTOS, pastiche, ROWS)
    terms = whole(PHOTOS, pastiche, ROWS, again=(moved, again))
    wanted = whole.steadiness(pastiche, again, moved, ROWS[:2] - 1).mean().item()
    assert terms["steadiness"].item() == pytest.approx(wanted)
    assert "steadiness" not in without
    added = terms["total"].item() - without["total"].item()
    assert added == pytest.approx(2 * wanted, rel=1e-4)
    whole.done = 0.25  # its weight grows with the fit
    early = whole(PHOTOS, pastiche, ROWS, again=(moved, again))
    added = early["total"].item() - without["total"].item()
    assert added == pytest.approx(0.5 * wanted, rel=1e-3)


def test_a_balanced_recipe_notes_the_style_of_each_painting_before_its_weight():
    whole = objective(tiny_recipe(balanced=True))
    whole.balance.factors.fill_(0.5)
    terms = whole(PHOTOS, PHOTOS.flip(3), ROWS)
    ((style, looks),) = whole.balance.recent
    assert style.tolist() == [0, 1]
    weighted = looks.mean().item() * whole.balance.factors[0].exp().item()
    assert weighted == pytest.approx(terms["style"].item())
