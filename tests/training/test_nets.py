import numpy as np
import pytest
import torch
import torch.nn.functional as F

from livestyle.errors import SettingsError
from training.nets import (
    MARGIN,
    Canvas,
    ConditionalInstanceNorm,
    Painter,
    margins,
    unblock,
)

NETWORKS = ["swift", "johnson"]


def painter(network: str = "swift", styles: int = 2) -> Painter:
    torch.manual_seed(0)
    return Painter(network, styles, 8).eval()


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


@pytest.mark.parametrize("network", NETWORKS)
def test_a_batch_is_painted_as_its_samples_are_alone(network: str):
    net, rows = painter(network), torch.tensor([2, 0, 1])
    pictures = torch.rand(3, 3, 40, 48)
    with torch.no_grad():
        together = net(pictures, rows)
        alone = [net(pictures[i : i + 1], rows[i : i + 1]) for i in range(3)]
    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("size", [(32, 32), (33, 37), (47, 101), (64, 32), (169, 225)])
def test_the_size_that_goes_in_comes_out(network: str, size: tuple[int, int]):
    with torch.no_grad():
        y = painter(network)(torch.rand(1, 3, *size), torch.tensor([1]))
    assert y.shape == (1, 3, *size)
    assert y.isfinite().all()


@pytest.mark.parametrize("multiple", [4, 8])
def test_margins_reach_the_multiple_and_no_further(multiple: int):
    for height, width in ((32, 32), (33, 39), (338, 451)):
        left, right, top, bottom = margins(height, width, multiple)
        assert (left, top) == (MARGIN, MARGIN)
        assert (left + width + right) % multiple == 0
        assert (top + height + bottom) % multiple == 0
        assert 0 <= right - MARGIN < multiple
        assert 0 <= bottom - MARGIN < multiple


@pytest.mark.parametrize("network", NETWORKS)
def test_a_moved_picture_is_painted_in_place(network: str):
    """The margin is cropped where it was put: no offset of a pixel or a block."""
    net = painter(network)
    picture = torch.full((1, 3, 64, 64), 0.2)
    picture[..., 24:40, 16:32] = 0.9
    with torch.no_grad():
        change = net(picture, torch.tensor([1])) - net(
            torch.full_like(picture, 0.2), torch.tensor([1])
        )
    energy = change.square().sum((0, 1))
    # Instance norm moves all of the picture a little, the square's place the most.
    inside = energy[24:40, 16:32].mean()
    assert inside > 2 * energy[:, 40:].mean()
    assert inside > 2 * energy[48:].mean()


@pytest.mark.parametrize("network", NETWORKS)
def test_styles_paint_differently(network: str):
    picture = torch.rand(1, 3, 48, 48)
    with torch.no_grad():
        tiles = [painter(network)(picture, torch.tensor([row])) for row in range(3)]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert (tiles[i] - tiles[j]).abs().mean() > 1e-3


@pytest.mark.parametrize("network", NETWORKS)
def test_gradients_reach_every_weight_and_no_other_style(network: str):
    net = painter(network).train()
    net(torch.rand(2, 3, 32, 32), torch.tensor([2, 0])).square().mean().backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name
    touched = net.embeddings.grad.abs().amax(1) > 0
    assert touched.tolist() == [True, False, True]


@pytest.mark.parametrize("k", [1, 2, 4])
def test_unblock_puts_row_column_and_colour_in_their_places(k: int):
    rng = np.random.default_rng(0)
    blocks = rng.random((2, k * k * 3, 5, 3), np.float32)
    wanted = np.zeros((2, 3, 5 * k, 3 * k), np.float32)
    for b, row, column, colour, y, x in np.ndindex(2, k, k, 3, 5, 3):
        wanted[b, colour, y * k + row, x * k + column] = blocks[
            b, (row * k + column) * 3 + colour, y, x
        ]
    np.testing.assert_array_equal(unblock(torch.from_numpy(blocks), k), wanted)


@pytest.mark.parametrize("k", [2, 4])
def test_unblock_is_the_inverse_of_pixel_unshuffle(k: int):
    pictures = torch.rand(2, 3, 4 * k, 5 * k)
    # torch has the channels as (colour, row, column).
    cells = F.pixel_unshuffle(pictures, k).reshape(2, 3, k * k, 4, 5)
    blocks = cells.transpose(1, 2).reshape(2, k * k * 3, 4, 5)
    assert torch.equal(unblock(blocks, k), pictures)


def test_the_canvas_stands_still_when_painting_and_moves_when_fitting():
    torch.manual_seed(0)
    canvas = Canvas(6, 4, side=16)
    x, style = torch.zeros(1, 6, 12, 20), torch.randn(1, 4)
    canvas.eval()
    still = canvas(x, style)
    assert torch.equal(canvas(x, style), still)
    canvas.train()
    assert any(not torch.equal(canvas(x, style), still) for _ in range(3))


def test_the_canvas_does_not_depend_on_the_picture_and_is_kept_with_the_weights():
    torch.manual_seed(0)
    canvas, other = Canvas(6, 4).eval(), Canvas(6, 4).eval()
    x, style = torch.randn(1, 6, 10, 10), torch.randn(1, 4)
    torch.testing.assert_close(
        canvas(x, style) - x, canvas(0 * x, style), rtol=0, atol=1e-5
    )
    other.load_state_dict(canvas.state_dict())
    assert torch.equal(other(x, style), canvas(x, style))


def test_the_canvas_repeats_on_maps_larger_than_its_tile():
    canvas = Canvas(6, 4, side=16).eval()
    y = canvas(torch.zeros(1, 6, 40, 33), torch.randn(1, 4))
    assert torch.equal(y[..., :16, :16], y[..., 16:32, 16:32])
    assert y.std() > 0


def test_a_painter_in_eval_mode_gives_the_same_picture_twice():
    net, picture = painter(), torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        first, second = (net(picture, torch.tensor([1])) for _ in range(2))
    assert torch.equal(first, second)


def test_a_new_painter_starts_near_grey():
    with torch.no_grad():
        y = painter()(torch.rand(1, 3, 64, 64), torch.tensor([1]))
    assert abs(y.mean().item() - 0.5) < 0.2


def test_an_unknown_network_lists_the_networks():
    with pytest.raises(SettingsError, match="There are swift, johnson"):
        Painter("vast", 1)
