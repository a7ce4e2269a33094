import pytest
import torch

from tests.training.studio import lively_checkpoint
from training.folding import fold, unfold


@pytest.mark.parametrize("network", ["swift", "brisk", "johnson"])
def test_unfolding_gives_the_fitted_weights_back(network: str):
    net = lively_checkpoint(network=network).build().net
    before = {name: value.clone() for name, value in net.state_dict().items()}
    fold(net)
    folded = {name: value.clone() for name, value in net.state_dict().items()}
    unfold(net)
    changed = {name for name in before if not torch.equal(folded[name], before[name])}
    convolutions = {f"{name}.weight" for name in (net.entry, *net.exits)}
    assert changed == convolutions | {"head.bias"}
    for name, value in net.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("network", ["swift", "brisk", "johnson"])
def test_a_folded_network_paints_the_same_in_blue_green_red_up_to_255(network: str):
    painter = lively_checkpoint(network=network).build()
    net, style = painter.net, painter.embeddings[:1]
    rgb = torch.rand(1, 3, 48, 64)
    with torch.no_grad():
        wanted = net(rgb, style)
        fold(net)
        found = net(rgb.flip(1) * 255, style)
    colours = (1, -1, 3, *wanted.shape[2:])
    turned = wanted.reshape(colours).flip(2).reshape(wanted.shape)
    torch.testing.assert_close(found, turned * 255 + 0.5, rtol=1e-4, atol=0.02)
