from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from livestyle.errors import SettingsError
from tests.training.studio import vgg_layers, vgg_state
from training.data import centre_crop
from training.losses import gram, relative_mse
from training.reading import read_rgb
from training.vgg import MEAN, STD, Features, layer_names

NETWORKS = ["vgg16", "vgg19"]


def activations(layers: nn.Sequential, pictures: Tensor) -> dict[str, Tensor]:
    """What torchvision's layers give, named by counting blocks and convolutions."""
    x = (pictures - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    found, block, conv = {}, 1, 0
    for layer in layers:
        if isinstance(layer, nn.ReLU):
            layer = nn.ReLU()  # torchvision's works in place
        x = layer(x)
        if isinstance(layer, nn.Conv2d):
            conv += 1
            found[f"conv{block}_{conv}"] = x
        elif isinstance(layer, nn.ReLU):
            found[f"relu{block}_{conv}"] = x
        else:
            found[f"pool{block}"] = x
            block, conv = block + 1, 0
    return found


@pytest.mark.parametrize("network", NETWORKS)
def test_layers_have_torchvisions_names_order_and_values(network: str, tmp_path: Path):
    theirs = vgg_layers(network)
    torch.save(vgg_state(theirs), tmp_path / "vgg.pth")
    names = layer_names(network)
    pictures = torch.rand(2, 3, 64, 48)
    ours = Features(names, network=network, weights=tmp_path / "vgg.pth")
    wanted, found = activations(theirs, pictures), ours(pictures)
    assert list(wanted) == names == list(found)
    for name in names:
        torch.testing.assert_close(found[name], wanted[name], rtol=1e-5, atol=1e-6)


def test_average_pooling_replaces_every_maximum(vgg_file: Path):
    theirs = vgg_layers("vgg19")
    for i, layer in enumerate(theirs):
        if isinstance(layer, nn.MaxPool2d):
            theirs[i] = nn.AvgPool2d(2, 2)
    ours = Features(["relu5_1"], pooling="average", weights=vgg_file)
    pictures = torch.rand(1, 3, 64, 64)
    wanted = activations(theirs, pictures)["relu5_1"]
    torch.testing.assert_close(ours(pictures)["relu5_1"], wanted)


def test_weights_by_safetensors_and_by_pth_are_the_same(vgg_file: Path, tmp_path: Path):
    pth = tmp_path / "vgg19.pth"
    torch.save(vgg_state(vgg_layers("vgg19")), pth)
    pictures = torch.rand(1, 3, 32, 32)
    by_safetensors, by_pth = (
        Features(["relu3_1"], weights=path)(pictures) for path in (vgg_file, pth)
    )
    assert torch.equal(by_safetensors["relu3_1"], by_pth["relu3_1"])


def test_torchvisions_own_weights_are_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    cache = tmp_path / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    torch.save(vgg_state(vgg_layers("vgg19")), cache / "vgg19-dcbb9e9d.pth")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    features = Features(["relu1_1"])
    wanted = vgg_layers("vgg19")[0].weight
    assert torch.equal(features.layers[0].weight, wanted)


def test_weights_that_cannot_be_fetched_lead_to_a_local_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(SettingsError, match="give a file with --vgg-weights"):
        Features(["relu1_1"])


def test_missing_keys_are_named(tmp_path: Path):
    state = vgg_state(vgg_layers("vgg19"))
    del state["features.5.weight"], state["features.5.bias"]
    save_file(state, tmp_path / "vgg.safetensors")
    with pytest.raises(SettingsError, match=r"lack features\.5\.weight, features\."):
        Features(["relu2_1"], weights=tmp_path / "vgg.safetensors")
    assert Features(["relu1_2"], weights=tmp_path / "vgg.safetensors").names


def test_weights_of_another_network_are_refused(tmp_path: Path):
    torch.save(vgg_state(vgg_layers("vgg16")), tmp_path / "vgg.pth")
    with pytest.raises(SettingsError, match="torchvision's key names for this network"):
        Features(["relu5_4"], weights=tmp_path / "vgg.pth")


def test_weights_of_a_wrong_shape_are_named(tmp_path: Path):
    state = vgg_state(vgg_layers("vgg19"))
    state["features.2.weight"] = torch.zeros(64, 64, 1, 1)
    torch.save(state, tmp_path / "vgg.pth")
    advice = r"features\.2\.weight .* \(64, 64, 1, 1\), not \(64, 64, 3, 3\)\. Is the"
    with pytest.raises(SettingsError, match=advice):
        Features(["relu1_2"], weights=tmp_path / "vgg.pth")


@pytest.mark.parametrize("name", ["vgg.pth", "vgg.safetensors"])
def test_a_file_that_holds_no_weights_is_refused(name: str, tmp_path: Path):
    (tmp_path / name).write_text("no weights")
    with pytest.raises(SettingsError, match="holds no readable weights"):
        Features(["relu1_1"], weights=tmp_path / name)


@pytest.mark.parametrize("name", ["vgg.pth", "vgg.safetensors"])
def test_a_missing_file_leads_to_the_option(name: str, tmp_path: Path):
    with pytest.raises(SettingsError, match="Check --vgg-weights"):
        Features(["relu1_1"], weights=tmp_path / name)


@pytest.mark.parametrize("held", [[1, 2], {"epoch": 3, "state_dict": {}}])
def test_something_else_than_a_state_is_refused(held: object, tmp_path: Path):
    torch.save(held, tmp_path / "vgg.pth")
    with pytest.raises(SettingsError, match=r"Save model\.state_dict\(\)"):
        Features(["relu1_1"], weights=tmp_path / "vgg.pth")


def test_an_unknown_layer_lists_the_layers():
    with pytest.raises(SettingsError, match=r"no layer relu3_5.*conv1_1, relu1_1, con"):
        Features(["relu1_1", "relu3_5"], network="vgg16", weights="random")


def test_an_unknown_network_or_pooling_lists_what_there_is():
    with pytest.raises(SettingsError, match="There are vgg16 and vgg19"):
        Features(["relu1_1"], network="vgg13", weights="random")
    with pytest.raises(SettingsError, match="There are max and average"):
        Features(["relu1_1"], pooling="median", weights="random")


def test_computing_stops_at_the_deepest_layer():
    features = Features(["relu1_2", "relu3_1"], weights="random")
    ran: list[str] = []
    for name, layer in zip(features.names, features.layers, strict=True):
        layer.register_forward_hook(lambda *_, name=name: ran.append(name))
    features(torch.rand(1, 3, 32, 32))
    assert ran[-1] == features.names[-1] == "relu3_1"
    ran.clear()
    found = features(torch.rand(1, 3, 32, 32), frozenset({"relu1_2"}))
    assert ran == ["conv1_1", "relu1_1", "conv1_2", "relu1_2"]
    assert set(found) == {"relu1_2"}


def test_gradients_reach_the_picture_and_not_the_vgg():
    features = Features(["relu2_1"], weights="random")
    picture = torch.rand(1, 3, 32, 32, requires_grad=True)
    features(picture)["relu2_1"].square().mean().backward()
    assert picture.grad is not None
    assert picture.grad.abs().max() > 0
    assert all(p.grad is None for p in features.parameters())
    assert not any(p.requires_grad for p in features.parameters())


def test_the_picture_that_is_given_stays_as_it_is():
    picture = torch.rand(1, 3, 32, 32)
    before = picture.clone()
    Features(["conv1_1", "relu1_1"], weights="random")(picture)
    assert torch.equal(picture, before)


def test_a_convolution_is_not_rectified_by_the_layer_behind_it():
    found = Features(["conv1_1", "relu1_1"], weights="random")(torch.rand(1, 3, 32, 32))
    assert found["conv1_1"].min() < 0
    assert torch.equal(found["conv1_1"].relu(), found["relu1_1"])


@pytest.mark.weights
def test_real_weights_know_a_painting_in_a_mirror_from_another(real_data: Path):
    weights = real_data / "vgg" / "vgg19.safetensors"
    features = Features(["relu3_1"], weights=weights)

    def style(pattern: str, mirrored: bool = False) -> Tensor:
        picture = read_rgb(next((real_data / "styles").glob(pattern)))
        assert picture is not None
        x = torch.from_numpy(centre_crop(picture, 192).copy()).permute(2, 0, 1) / 255
        return gram(features(x.flip(2)[None] if mirrored else x[None])["relu3_1"])

    wave, night = style("great_wave*"), style("starry_night*")
    mirrored = relative_mse(style("great_wave*", mirrored=True), wave).item()
    assert 0 < mirrored < 0.5 * relative_mse(night, wave).item()
