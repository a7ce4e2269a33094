from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from livestyle.errors import SettingsError
from tests.training.reference import Array, Losses, Vgg19, transfer
from tests.training.studio import photograph, stripes, vgg_layers, vgg_state
from training.descent import Descent, descend
from training.guidance import Region
from training.transfer import Style, TransferLoss
from training.transfer_settings import TransferWeights
from training.vgg import Features

SIZE = (36, 44)  # (height, width): the pools cut off rows and columns


@pytest.fixture(scope="module")
def weights_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """VGG-19 of random weights whose activations stay of one size at all depths."""
    layers = vgg_layers("vgg19")
    torch.manual_seed(3)
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.normal_(layer.bias, std=0.1)
    path = tmp_path_factory.mktemp("vgg") / "even.safetensors"
    save_file(vgg_state(layers), path)
    return path


def chw(rgb: np.ndarray) -> Array:
    return rgb.astype(np.float64).transpose(2, 0, 1) / 255


def tensor(picture: Array) -> torch.Tensor:
    return torch.from_numpy(picture).float()[None]


CONTENT = chw(photograph(0, *SIZE))
STYLE = chw(stripes(1, 64)[: SIZE[0], : SIZE[1]])
PASTICHE = np.random.default_rng(5).uniform(0, 1, CONTENT.shape)
WEIGHTS = TransferWeights(content=2.0, style=30.0, tv=0.7)


def both(
    file: Path, weights: TransferWeights, pooling: str
) -> tuple[TransferLoss, Vgg19]:
    features = Features(weights.layers, pooling=pooling, weights=file)
    loss = TransferLoss(features, tensor(CONTENT), [Style(tensor(STYLE))], weights)
    return loss, Vgg19(load_file(file), pooling)


def refer(vgg: Vgg19, pastiche: Array, weights: TransferWeights) -> Losses:
    return transfer(
        vgg,
        pastiche,
        CONTENT,
        STYLE,
        content_layers=weights.content_layers,
        style_layers=weights.style_layers,
        weights=(weights.content, weights.style_weight, weights.tv_weight),
        normalisation=weights.normalisation,
        unit=weights.unit,
    )


def assert_same(terms: dict[str, float], wanted: dict[str, float]) -> None:
    assert terms.keys() == wanted.keys()
    for name, value in wanted.items():
        assert terms[name] == pytest.approx(value, rel=1e-4), name


@pytest.mark.parametrize("unit", [True, False])
@pytest.mark.parametrize("pooling", ["max", "average"])
@pytest.mark.parametrize("normalisation", ["gatys", "johnson"])
def test_losses_and_gradients_equal_numpy_in_float64(
    normalisation: str, pooling: str, unit: bool, weights_file: Path
):
    weights = replace(WEIGHTS, normalisation=normalisation, unit=unit)
    loss, vgg = both(weights_file, weights, pooling)
    picture = tensor(PASTICHE).requires_grad_()
    terms = loss(picture)
    terms["total"].backward()
    wanted = refer(vgg, PASTICHE, weights)
    assert_same({n: float(v.detach()) for n, v in terms.items()}, wanted.terms)
    assert picture.grad is not None
    gap = picture.grad[0].double().numpy() - wanted.gradient
    assert np.linalg.norm(gap) < 1e-3 * np.linalg.norm(wanted.gradient)
    assert np.abs(gap).max() < 1e-3 * np.abs(wanted.gradient).max()


def test_the_reference_knows_its_own_gradient(weights_file: Path):
    """Central differences in float64: small enough to cross hardly a kink."""
    weights = replace(WEIGHTS, unit=False)
    vgg = Vgg19(load_file(weights_file), "average")
    gradient = refer(vgg, PASTICHE, weights).gradient
    rng = np.random.default_rng(1)
    way = rng.normal(0, 1, PASTICHE.shape)
    up, down = (
        refer(vgg, PASTICHE + sign * 1e-8 * way, weights).terms["total"]
        for sign in (1, -1)
    )
    assert (up - down) / 2e-8 == pytest.approx(float((gradient * way).sum()), rel=1e-5)


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_the_losses_of_every_step_are_those_of_its_picture(
    optimizer: str, weights_file: Path
):
    loss, vgg = both(weights_file, WEIGHTS, "max")
    descent = Descent(steps=3, optimizer=optimizer)
    totals = []
    for progress in descend(tensor(PASTICHE), loss, descent):
        canvas = progress.canvas[0].double().numpy()
        assert_same(progress.terms, refer(vgg, canvas, WEIGHTS).terms)
        totals.append(progress.terms["total"])
    assert len(totals) == 4
    assert totals[-1] < 0.8 * totals[0]


def test_the_content_and_the_painting_themselves_cost_nothing(weights_file: Path):
    features = Features(WEIGHTS.layers, weights=weights_file)
    itself = tensor(CONTENT)
    terms = TransferLoss(features, itself, [Style(itself)], WEIGHTS)(itself)
    assert terms["content"] == 0
    assert terms["style"] < 1e-8


def test_unit_features_make_weights_mean_the_same_for_any_vgg(
    weights_file: Path, tmp_path: Path
):
    state = load_file(weights_file)
    larger = {
        key: value * 300 if key == "features.0.weight" or "bias" in key else value
        for key, value in state.items()
    }
    save_file(larger, tmp_path / "larger.safetensors")
    small, _ = both(weights_file, WEIGHTS, "max")
    large, _ = both(tmp_path / "larger.safetensors", WEIGHTS, "max")
    first, second = small(tensor(PASTICHE)), large(tensor(PASTICHE))
    for name in ("content", "style", "total"):
        torch.testing.assert_close(first[name], second[name], rtol=1e-3, atol=0)


def test_paintings_share_by_their_weights(weights_file: Path):
    features = Features(WEIGHTS.layers, weights=weights_file)
    content, pastiche = tensor(CONTENT), tensor(PASTICHE)
    pictures = [tensor(STYLE), tensor(STYLE[:, ::-1, ::-1].copy() ** 2)]
    weights = replace(WEIGHTS, unit=False)

    def style_loss(*shares: float) -> float:
        styles = [Style(p, w) for p, w in zip(pictures, shares, strict=False)]
        return float(
            TransferLoss(features, content, styles, weights)(pastiche)["style"]
        )

    alone = style_loss(1.0)
    assert style_loss(1.0, 1e-9) == pytest.approx(alone)
    other = 2 * style_loss(5.0, 5.0) - alone
    assert style_loss(3.0, 1.0) == pytest.approx(0.75 * alone + 0.25 * other, rel=1e-4)


def half(left: bool) -> Region:
    mask = torch.zeros(1, 1, *SIZE)
    mask[..., : SIZE[1] // 2] = 1
    return Region(mask if left else 1 - mask)


def test_a_white_mask_changes_nothing(weights_file: Path):
    features = Features(WEIGHTS.layers, weights=weights_file)
    content, style = tensor(CONTENT), tensor(STYLE)
    white = Region(torch.ones(1, 1, *SIZE))
    plain = TransferLoss(features, content, [Style(style)], WEIGHTS)
    masked = TransferLoss(features, content, [Style(style, 1, white)], WEIGHTS)
    first, second = plain(tensor(PASTICHE)), masked(tensor(PASTICHE))
    for name, value in first.items():
        torch.testing.assert_close(second[name], value)


def test_a_style_is_asked_for_in_its_region_alone(weights_file: Path):
    weights = TransferWeights({}, {"conv1_1": 1.0}, content=0, style=1, tv=0)
    features = Features(weights.layers, weights=weights_file)
    region = half(left=True)
    loss = TransferLoss(features, None, [Style(tensor(STYLE), 1, region)], weights)
    picture = tensor(PASTICHE).requires_grad_()
    loss(picture)["total"].backward()
    assert picture.grad is not None
    middle = SIZE[1] // 2
    assert picture.grad[..., :middle].abs().min(1).values.mean() > 0
    # A 3x3 convolution sees one pixel across the border.
    assert not picture.grad[..., middle + 1 :].any()


def test_a_painting_acts_on_its_half_as_strongly_as_on_the_whole(weights_file: Path):
    weights = TransferWeights({}, {"conv1_1": 1.0}, content=0, style=1, tv=0)
    features = Features(weights.layers, weights=weights_file)
    style = tensor(STYLE)
    halves = [Style(style, 1, half(left=True)), Style(style, 1, half(left=False))]
    for styles, shares in ((halves, [0.5, 0.5]), (halves[:1], [0.5])):
        assert TransferLoss(features, None, styles, weights).shares == shares


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_a_weight_that_makes_no_sense_is_refused(weight: float):
    with pytest.raises(SettingsError, match=r"weight of the style .* Give 0 or more"):
        TransferWeights(style=weight)
    with pytest.raises(SettingsError, match="weight of relu4_2"):
        TransferWeights({"relu4_2": weight})


def test_unknown_names_list_what_there_is():
    with pytest.raises(SettingsError, match="There are gatys, johnson"):
        TransferWeights(normalisation="gram")
    with pytest.raises(SettingsError, match="There are lbfgs, adam"):
        Descent(optimizer="sgd")
