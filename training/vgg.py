"""The loss network: VGG features by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from livestyle.errors import SettingsError

# Convolutions per block between poolings, and channels per block (Simonyan 2014, D, E).
CONVS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
CHANNELS = (64, 128, 256, 512, 512)
# Of ImageNet's photographs in RGB, 0..1: what torchvision's weights expect.
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
POOLING = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}


def layer_names(network: str) -> list[str]:
    """Names of all layers in order: conv1_1, relu1_1, conv1_2 ... pool5.

    Raises:
        SettingsError: there is no such network.
    """
    if network not in CONVS:
        raise SettingsError(
            f"there is no loss network '{network}'",
            hint=f"There are {' and '.join(CONVS)}.",
        )
    names = []
    for block, convs in enumerate(CONVS[network], start=1):
        for conv in range(1, convs + 1):
            names += [f"conv{block}_{conv}", f"relu{block}_{conv}"]
        names.append(f"pool{block}")
    return names


class Features(nn.Module):
    """VGG up to the deepest layer asked for; gives activations by name.

    The parameters are frozen: gradients flow to the picture alone.

    Args:
        layers: names such as "relu4_1".
        network: "vgg19" or "vgg16".
        pooling: "max" as trained, or "average" as Gatys et al. 2016 prefer for images.
        weights: a `.safetensors` or `.pth` file with torchvision's key names
            ("features.0.weight" ...); None takes torchvision's pretrained weights,
            "random" draws them (for tests).

    Raises:
        SettingsError: an unknown layer or network, or weights that do not fit.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        layers: Iterable[str],
        *,
        network: str = "vgg19",
        pooling: str = "max",
        weights: Path | str | None = None,
    ) -> None:
        super().__init__()
        names = layer_names(network)
        self.wanted = frozenset(layers)
        if unknown := sorted(self.wanted - set(names)):
            raise SettingsError(
                f"{network} has no layer {', '.join(unknown)}",
                hint=f"Its layers are {', '.join(names)}.",
            )
        if pooling not in POOLING:
            raise SettingsError(
                f"there is no pooling '{pooling}'", hint="There are max and average."
            )
        depth = max((names.index(name) for name in self.wanted), default=-1) + 1
        self.names = names[:depth]
        self.layers = nn.Sequential(*_layers(self.names, pooling))
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1))
        if weights != "random":
            self._load(_state(network, weights))
        self.requires_grad_(False)
        self.eval()

    def forward(self, pictures: Tensor, until: frozenset[str] | None = None) -> Feats:
        """Activations of the wanted layers.

        Args:
            pictures: RGB, 0..1, shape (B, 3, H, W).
            until: only these of the wanted layers; computing stops at the deepest.

        Returns:
            A dict from layer name to shape (B, C, h, w).
        """
        left = set(self.wanted if until is None else until)
        found: Feats = {}
        x = (pictures - self.mean) / self.std
        for name, layer in zip(self.names, self.layers, strict=True):
            if not left:
                break
            x = layer(x)
            if name in left:
                found[name] = x
                left.remove(name)
        return found

    def _load(self, state: Mapping[str, Tensor]) -> None:
        renamed = {
            key.removeprefix("features."): value.float()
            for key, value in state.items()
            if not key.startswith("classifier.")
        }
        own = self.layers.state_dict()
        if missing := [key for key in own if key not in renamed]:
            raise SettingsError(
                f"the VGG weights lack {', '.join('features.' + k for k in missing)}",
                hint="Give a file with torchvision's key names for this network.",
            )
        for key, value in own.items():
            if renamed[key].shape != value.shape:
                raise SettingsError(
                    f"features.{key} of the VGG weights has shape "
                    f"{tuple(renamed[key].shape)}, not {tuple(value.shape)}",
                    hint="Is the file for vgg16, vgg19, or another network?",
                )
        self.layers.load_state_dict({key: renamed[key] for key in own})


Feats = dict[str, Tensor]


def known_layers(network: str, weights: Path | str | None = None) -> list[str]:
    """The layers that weights go as far as, in order; files often end at conv5_1.

    Args:
        network: "vgg19" or "vgg16".
        weights: a file, see `Features`; None has all layers.

    Raises:
        SettingsError: there is no such network, or the file cannot be read.
    """
    names = layer_names(network)
    if weights is None or weights == "random":
        return names
    keys = {key.removeprefix("features.") for key in _state(network, weights)}
    for place, name in enumerate(names):
        if name.startswith("conv") and f"{place}.weight" not in keys:
            return names[:place]
    return names


def _layers(names: list[str], pooling: str) -> Iterable[nn.Module]:
    into = 3
    for name in names:
        kind, block = name[:4], int(name[4]) - 1
        if kind == "conv":
            yield nn.Conv2d(into, CHANNELS[block], 3, padding=1)
            into = CHANNELS[block]
        elif kind == "relu":
            # Not in place: the convolution's own output may have been asked for.
            yield nn.ReLU()
        else:
            yield POOLING[pooling](2, 2)


def _state(network: str, weights: Path | str | None) -> Mapping[str, Tensor]:
    """The weights by torchvision's key names, from a file or from torchvision."""
    if weights is None:
        return _pretrained(network)
    path = Path(weights)
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return dict(load_file(path))
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise SettingsError(
            f"there are no VGG weights at {path}", hint="Check --vgg-weights."
        ) from error
    # Readers of untrusted pickles and headers fail in many ways; all mean the same.
    except Exception as error:
        raise SettingsError(
            f"{path} holds no readable weights ({error})",
            hint="Give a .safetensors or .pth file with torchvision's key names.",
        ) from error
    if not _is_table(loaded):
        raise SettingsError(
            f"{path} holds no table of weights",
            hint="Save model.state_dict(), not the model or a whole checkpoint.",
        )
    return loaded  # type: ignore[no-any-return]


def _is_table(loaded: object) -> bool:
    return isinstance(loaded, Mapping) and all(
        isinstance(value, Tensor) for value in loaded.values()
    )


def _pretrained(network: str) -> Mapping[str, Tensor]:
    from torchvision import models

    kinds = {"vgg16": models.VGG16_Weights, "vgg19": models.VGG19_Weights}
    try:
        state: Mapping[str, Tensor] = kinds[network].DEFAULT.get_state_dict(
            progress=True, check_hash=True
        )
    except OSError as error:
        raise SettingsError(
            f"torchvision's weights for {network} cannot be fetched ({error})",
            hint="Go online once, or give a file with --vgg-weights.",
        ) from error
    return state
