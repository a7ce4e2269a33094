import pytest
import torch

from training.layers import ConditionalInstanceNorm, Layout, StyledInstanceNorm


def norm() -> ConditionalInstanceNorm:
    torch.manual_seed(0)
    return ConditionalInstanceNorm(5, 4)


@pytest.mark.parametrize("batch", [1, 3])
def test_instance_norm_ignores_scale_and_shift_of_its_input(batch: int):
    layer, style = norm(), torch.randn(batch, 4)
    x = torch.randn(batch, 5, 16, 16)
    scale, shift = torch.rand(batch, 5, 1, 1) * 4 + 1, torch.randn(batch, 5, 1, 1) * 3
    torch.testing.assert_close(
        layer(x * scale + shift, style), layer(x, style), rtol=1e-3, atol=1e-3
    )


def test_instance_norm_gives_the_styles_own_mean_and_deviation():
    layer, style = norm(), torch.randn(2, 4)
    y = layer(torch.randn(2, 5, 64, 64) * 7 + 2, style)
    scale, shift = layer.affine(style).chunk(2, dim=1)
    torch.testing.assert_close(y.mean((2, 3)), shift, rtol=1e-3, atol=1e-3)
    deviation = y.std((2, 3), correction=0)
    torch.testing.assert_close(deviation, scale.abs(), rtol=1e-3, atol=1e-3)


def test_instance_norm_of_one_style_equals_that_of_many():
    layer, style = norm(), torch.randn(3, 4)
    x = torch.randn(3, 5, 12, 9) * 5 + 1
    together = layer(x, style)
    for i in range(3):
        alone = layer(x[i : i + 1], style[i : i + 1])
        torch.testing.assert_close(alone, together[i : i + 1], rtol=1e-4, atol=1e-5)
    # One embedding for a whole batch takes the same short way.
    torch.testing.assert_close(
        layer(x, style[:1]), layer(x, style[:1].repeat(3, 1)), rtol=1e-4, atol=1e-5
    )


def test_instance_norm_of_large_half_precision_maps_is_a_number():
    x = (torch.rand(1, 5, 320, 320) * 2e4).to(torch.float16)
    assert norm()(x, torch.randn(1, 4)).isfinite().all()


@pytest.mark.parametrize("batch", [1, 3])
def test_a_styled_norm_takes_its_scale_and_shift_from_the_embedding(batch: int):
    layout = Layout()
    StyledInstanceNorm(4, layout)
    layer = StyledInstanceNorm(5, layout)
    assert (layer.start, layout.length) == (8, 18)
    style = torch.randn(batch, layout.length)
    y = layer(torch.randn(batch, 5, 64, 64) * 7 + 2, style)
    torch.testing.assert_close(y.mean((2, 3)), style[:, 13:], rtol=1e-3, atol=1e-3)
    deviation = y.std((2, 3), correction=0)
    torch.testing.assert_close(deviation, style[:, 8:13].abs(), rtol=1e-3, atol=1e-3)
