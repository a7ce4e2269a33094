import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.training.studio import photograph, stripes, tiny_recipe
from training.losses import (
    ContentLoss,
    RangeLoss,
    StyleLoss,
    TotalVariation,
    gram,
    relative_mse,
)
from training.objective import Objective
from training.texture import texture
from training.vgg import Features

LAYERS = {"relu1_1": 1.0, "relu2_1": 1.0, "relu3_1": 1.0}


def tensor(rgb: np.ndarray) -> Tensor:
    """A uint8 picture (H, W, 3) as the losses take it, (1, 3, H, W)."""
    return torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None].float() / 255


@pytest.fixture(scope="module")
def vgg() -> Features:
    torch.manual_seed(0)
    features = Features(LAYERS, weights="random")
    for layer in features.layers:
        if isinstance(layer, nn.Conv2d):
            # Activations of order 1 at every depth, as trained weights have them.
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return features


def scaled(vgg: Features, factor: float) -> Features:
    """The same network with all activations `factor` times as large."""
    larger = Features(LAYERS, weights="random")
    state = vgg.layers.state_dict()
    for key, value in state.items():
        if key == "0.weight" or key.endswith("bias"):
            state[key] = value * factor
    larger.layers.load_state_dict(state)
    return larger


def test_gram_equals_numpy_loops_in_float64():
    features = np.random.default_rng(0).normal(0, 3, (2, 4, 5, 6))
    b, c, h, w = features.shape
    wanted = np.zeros((b, c, c))
    for n, i, j in np.ndindex(wanted.shape):
        for y, x in np.ndindex(h, w):
            wanted[n, i, j] += features[n, i, y, x] * features[n, j, y, x]
    wanted /= c * h * w
    got = gram(torch.from_numpy(features)).numpy()
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_gram_does_not_grow_with_the_picture():
    features = torch.rand(1, 4, 8, 8)
    torch.testing.assert_close(gram(features), gram(features.repeat(1, 1, 3, 3)))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_grams_of_large_activations_stay_exact_under_autocast(dtype: torch.dtype):
    torch.manual_seed(0)
    features = (torch.rand(1, 8, 32, 32) * 2e4).to(dtype)
    with torch.autocast("cpu", torch.bfloat16):
        found = gram(features)
    flat = features.double().reshape(8, -1)
    wanted = (flat @ flat.T / features.numel())[None]
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.double(), wanted, rtol=1e-5, atol=0)


def test_texture_is_the_gram_matrix_and_that_of_the_centred_features():
    torch.manual_seed(0)
    features = torch.rand(2, 5, 6, 7) + 3
    centred = features - features.mean((2, 3), keepdim=True)
    found = texture(features)
    assert found.shape == (2, 2, 5, 5)
    torch.testing.assert_close(found[:, 0], gram(features))
    torch.testing.assert_close(found[:, 1], gram(centred), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_the_slope_of_texture_is_that_of_its_formula(layout: torch.memory_format):
    torch.manual_seed(0)
    features = (torch.rand(2, 5, 6, 7) + 3).to(memory_format=layout)
    weights = torch.randn(2, 2, 5, 5)
    slopes = []
    for measure in (texture, by_autograd):
        picture = features.clone().requires_grad_()
        (measure(picture) * weights).sum().backward()
        slopes.append(picture.grad)
    torch.testing.assert_close(*slopes, rtol=1e-3, atol=1e-6)


def by_autograd(features: Tensor) -> Tensor:
    centred = features - features.mean((2, 3), keepdim=True)
    return torch.stack([gram(features), gram(centred)], 1)


def test_the_slope_of_texture_in_bfloat16_is_near_that_in_float32():
    torch.manual_seed(0)
    features = torch.relu(torch.randn(2, 16, 24, 24) + 1).bfloat16()
    slopes = []
    for dtype in (torch.bfloat16, torch.float32):
        picture = features.to(dtype, copy=True).requires_grad_()
        texture(picture).square().sum().backward()
        assert picture.grad is not None
        slopes.append(picture.grad.float().flatten())
    near = torch.nn.functional.cosine_similarity(*slopes, dim=0)
    assert near > 0.9999


def test_texture_leaves_the_features_as_they_are():
    features = torch.rand(1, 4, 6, 6)
    before = features.clone()
    texture(features)
    assert torch.equal(features, before)


def test_style_loss_sees_a_texture_that_has_the_right_means_only(vgg: Features):
    """Half of the loss is of what varies, however large the means are."""
    torch.manual_seed(0)
    painting = torch.rand(1, 4, 16, 16) * 0.1 + 10
    loss = StyleLoss({"a": 1.0}, {"a": texture(painting)})
    blank = painting.mean((2, 3), keepdim=True).expand_as(painting)
    assert loss({"a": blank}, torch.tensor([0])).item() == pytest.approx(0.5, abs=0.02)


def test_relative_mse_is_0_for_equal_tensors_and_1_for_zeros():
    target = torch.randn(3, 4, 5)
    assert relative_mse(target, target).tolist() == [0, 0, 0]
    torch.testing.assert_close(relative_mse(0 * target, target), torch.ones(3))


def test_relative_mse_of_a_black_target_is_a_number():
    assert relative_mse(torch.zeros(1, 4), torch.zeros(1, 4)).item() == 0


def test_content_loss_of_the_photograph_itself_is_0(vgg: Features):
    loss, photo = ContentLoss(LAYERS), tensor(photograph(0))
    assert loss(vgg(photo), vgg(photo)).tolist() == [0]
    assert loss(vgg(tensor(photograph(1))), vgg(photo)).item() > 0.01


def test_style_loss_of_the_painting_itself_is_0(vgg: Features):
    paintings = torch.cat([tensor(stripes(i)) for i in range(2)])
    found = vgg(paintings)
    loss = StyleLoss(LAYERS, {n: texture(found[n]) for n in LAYERS})
    own = loss(found, torch.tensor([0, 1]))
    exchanged = loss(found, torch.tensor([1, 0]))
    assert own.max() < 1e-8
    assert exchanged.min() > 0.01


def test_each_sample_is_measured_alone(vgg: Features):
    photos = torch.cat([tensor(photograph(i)) for i in range(3)])
    target = vgg(photos.flip(2))
    together = ContentLoss(LAYERS)(vgg(photos), target)
    alone = [
        ContentLoss(LAYERS)(vgg(photos[i : i + 1]), vgg(photos[i : i + 1].flip(2)))
        for i in range(3)
    ]
    torch.testing.assert_close(together, torch.cat(alone))


def test_shares_of_layers_are_normalised():
    features = {"a": torch.ones(1, 2, 2, 2), "b": torch.ones(1, 2, 2, 2)}
    target = {"a": torch.ones(1, 2, 2, 2), "b": 2 * torch.ones(1, 2, 2, 2)}
    # Layer b alone is off, by a quarter of its square.
    assert ContentLoss({"a": 1.0, "b": 3.0})(features, target).item() == 0.75 * 0.25
    assert ContentLoss({"a": 10.0, "b": 30.0})(features, target).item() == 0.75 * 0.25


def test_terms_do_not_change_when_vgg_activations_are_1000_times_as_large(
    vgg: Features,
):
    recipe = tiny_recipe(content_layers=LAYERS, style_layers=LAYERS)
    paintings = [tensor(stripes(i))[0] for i in range(2)]
    photos = torch.cat([tensor(photograph(i)) for i in range(2)])
    rows = torch.tensor([1, 2])
    small, large = (
        Objective(recipe, features, paintings)(photos, photos.flip(3), rows)
        for features in (vgg, scaled(vgg, 1000.0))
    )
    deep, plain = (f(photos)["relu3_1"] for f in (scaled(vgg, 1000.0), vgg))
    torch.testing.assert_close(deep / 1000, plain, rtol=1e-3, atol=1e-4)
    for name in ("content", "style", "total"):
        torch.testing.assert_close(large[name], small[name], rtol=1e-4, atol=0)


def test_total_variation_of_a_constant_is_0():
    assert TotalVariation()(torch.full((2, 3, 8, 9), 0.7)).tolist() == [0, 0]


def test_total_variation_of_a_slope_is_its_step_squared():
    slope = (torch.arange(8.0) * 0.1).expand(1, 3, 6, 8)
    torch.testing.assert_close(TotalVariation()(slope), torch.tensor([0.01]))
    turned = slope.transpose(2, 3)
    torch.testing.assert_close(TotalVariation()(turned), torch.tensor([0.01]))


def test_range_loss_is_0_inside_and_the_square_of_the_excess_outside():
    inside = torch.rand(1, 3, 4, 4)
    assert RangeLoss()(inside).item() == 0
    assert RangeLoss()(torch.tensor([0.0, 1.0]).expand(1, 3, 4, 2)).item() == 0
    assert RangeLoss()(torch.full((1, 3, 4, 4), 1.5)).item() == 0.25
    assert RangeLoss()(torch.full((1, 3, 4, 4), -0.5)).item() == 0.25


def test_range_loss_pulls_back_into_the_range():
    pictures = torch.tensor([-0.2, 0.5, 1.2]).repeat(1, 3, 4, 1).requires_grad_()
    RangeLoss()(pictures).sum().backward()
    assert pictures.grad is not None
    assert pictures.grad[0, 0, 0].sign().tolist() == [-1, 0, 1]
