import numpy as np
import pytest
import torch
import torch.nn.functional as F

from livestyle.errors import SettingsError
from training.brisk import Brisk
from training.layers import StyledInstanceNorm
from training.nets import (
    Painter,
    Swift,
    margins,
    unblock,
)

NETWORKS = ["swift", "brisk", "broad", "johnson"]


def painter(network: str = "swift", styles: int = 2) -> Painter:
    torch.manual_seed(0)
    return Painter(network, styles, 8).eval()


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


@pytest.mark.parametrize("margin", [8, 16])
@pytest.mark.parametrize("multiple", [4, 8])
def test_margins_reach_the_multiple_and_no_further(multiple: int, margin: int):
    for height, width in ((32, 32), (33, 39), (338, 451)):
        left, right, top, bottom = margins(height, width, multiple, margin)
        assert (left, top) == (margin, margin)
        assert (left + width + right) % multiple == 0
        assert (top + height + bottom) % multiple == 0
        assert 0 <= right - margin < multiple
        assert 0 <= bottom - margin < multiple


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


def test_the_gate_lets_the_photograph_through_for_the_identity_alone():
    """What goes straight to the last layer does not depend on the rest of it."""
    net = painter()
    swift = net.net
    assert isinstance(swift, Swift)
    picture = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        swift.gate.weight.copy_(net.embeddings[:1])
        swift.gate.bias.zero_()
        swift.head.weight.zero_()
        tiles = [net(picture, torch.tensor([row])) - 0.5 for row in range(3)]
        strengths = net.embeddings @ net.embeddings[0]
    for row in (1, 2):
        wanted = tiles[0] * strengths[row] / strengths[0]
        torch.testing.assert_close(tiles[row], wanted, rtol=1e-3, atol=1e-5)


def test_a_blank_wall_stays_blank_far_from_its_ends():
    """No grid of the network's own: what is the same everywhere comes out so."""
    with torch.no_grad():
        y = painter()(torch.full((1, 3, 320, 320), 0.4), torch.tensor([1]))
    # The last layer gives 2x2 pixels at once, which may differ from each other.
    middle = y[..., 144:176, 144:176]
    torch.testing.assert_close(middle[..., 2:, :], middle[..., :-2, :])
    torch.testing.assert_close(middle[..., 2:], middle[..., :-2])


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
    with pytest.raises(SettingsError, match="There are swift, brisk, broad, johnson"):
        Painter("vast", 1)


def test_the_embedding_of_brisk_is_the_scales_and_shifts_of_its_norms():
    net = painter("brisk").net
    assert isinstance(net, Brisk)
    norms = [m for m in net.modules() if isinstance(m, StyledInstanceNorm)]
    places = [set(range(m.start, m.start + 2 * m.channels)) for m in norms]
    assert sum(map(len, places)) == len(set.union(*places)) == net.dim
    rows = net.embeddings(3)
    assert rows.shape == (3, net.dim)
    for m in norms:
        scales = rows[:, m.start : m.start + m.channels]
        shifts = rows[:, m.start + m.channels : m.start + 2 * m.channels]
        assert abs(float(scales.mean()) - 1) < 0.1
        assert abs(float(shifts.mean())) < 0.1


def test_a_styles_gradient_reaches_its_own_row_and_no_other():
    net = painter("brisk", styles=3)
    net(torch.rand(1, 3, 40, 40), torch.tensor([2])).square().sum().backward()
    reached = net.embeddings.grad
    assert reached is not None
    assert [bool(row.any()) for row in reached] == [False, False, True, False]
