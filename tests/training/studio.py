"""Small real things to fit on: photographs, paintings and VGG weights, made here."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torchvision.models.vgg import cfgs, make_layers

from training.checkpoint import Checkpoint
from training.config import Painting, Recipe
from training.data import Picture
from training.nets import Painter
from training.options import FitOptions

# Of a painted batch with identities, without their total.
TERMS = frozenset(
    ["content", "style", "tv", "range", "repetition", "grid", "grain", "identity"]
)


def photograph(seed: int, height: int = 120, width: int = 160) -> Picture:
    """Soft blobs of colour with a few sharp shapes in front, RGB."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, 255, (4, 5, 3)).astype(np.float32)
    picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(4):
        centre = int(rng.integers(width)), int(rng.integers(height))
        colour = rng.uniform(0, 255, 3).tolist()
        cv2.circle(picture, centre, int(rng.integers(8, 30)), colour, -1)
    return picture.clip(0, 255).astype(np.uint8)


def stripes(seed: int, side: int = 120) -> Picture:
    """A painting that is easy to know again: stripes in two colours, RGB."""
    rng = np.random.default_rng(1000 + seed)
    first, second = rng.uniform(0, 255, (2, 3))
    angle = rng.uniform(0, np.pi)
    y, x = np.mgrid[:side, :side]
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 0.8)[..., None] * 0.5 + 0.5
    return (first * wave + second * (1 - wave)).astype(np.uint8)


def write_picture(path: Path, rgb: Picture) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.ascontiguousarray(rgb[..., ::-1]))
    return path


def write_photographs(folder: Path, count: int) -> Path:
    for i in range(count):
        write_picture(folder / f"photo{i:02d}.png", photograph(i))
    return folder


def vgg_layers(network: str) -> nn.Sequential:
    """torchvision's own convolutions, rectifiers and poolings, drawn at random."""
    torch.manual_seed(0)
    layers: nn.Sequential = make_layers(cfgs[{"vgg16": "D", "vgg19": "E"}[network]])
    return layers.eval()


def vgg_state(layers: nn.Sequential) -> dict[str, torch.Tensor]:
    """The state by the keys of torchvision's whole network, without its classifier."""
    return {f"features.{key}": value for key, value in layers.state_dict().items()}


def write_vgg(path: Path, network: str = "vgg19") -> Path:
    save_file(vgg_state(vgg_layers(network)), path)
    return path


def tiny_recipe(**changes: Any) -> Recipe:
    """Two paintings, shallow losses, the smallest crops: some steps a second."""
    values: dict[str, Any] = {
        "name": "tiny",
        "styles": tuple(
            Painting(
                name=f"stripes-{i}",
                file=f"stripes{i}.png",
                title=f"Stripes {i}",
                artist="Nobody",
                year="2000",
                licence="CC0",
                source="A sine",
                size=96,
            )
            for i in range(2)
        ),
        "dim": 8,
        "content_layers": {"relu2_1": 1.0},
        "style_layers": {"relu1_1": 1.0, "relu2_1": 2.0},
        "crop": 96,
        "context": 16,
        "batch": 2,
        "steps": 8,
        "sketch": 0,
        "rate": 5e-3,
        "warmup": 2,
        "validation": 4,
        "author": "The tests",
        "licence": "CC0",
    }
    return Recipe(**{**values, **changes})


def write_recipe(path: Path, recipe: Recipe) -> Path:
    """The recipe as a TOML file."""
    lines = [f"{name} = {_toml(value)}" for name, value in asdict(recipe).items()]
    path.write_text("\n".join(lines), "utf-8")
    return path


def _toml(value: object) -> str:
    """A plain value as TOML writes it, tables in one line."""
    if isinstance(value, dict):
        inner = ", ".join(f"{k} = {_toml(v)}" for k, v in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)


def tiny_options(folder: Path, out: Path, **changes: Any) -> FitOptions:
    """How to fit `tiny_recipe` on what `make_studio` made in the folder."""
    values: dict[str, Any] = {
        "data": folder / "photos",
        "styles": folder / "paintings",
        "out": out,
        "vgg_weights": "random",
        "workers": 0,
        "device": "cpu",
        "precision": "float32",
    }
    return FitOptions(**{**values, **changes})


def make_studio(folder: Path) -> Path:
    """A folder with `photos` and `paintings`."""
    write_photographs(folder / "photos", 8)
    for i in range(2):
        write_picture(folder / "paintings" / f"stripes{i}.png", stripes(i))
    return folder


def lively_checkpoint(
    seed: int = 1, network: str = "swift", **changes: Any
) -> Checkpoint:
    """Of the tiny recipe; weights as drawn, but none alike and pastiches not grey.

    Of equal weights, such as norms' first biases, an export keeps one.
    """
    torch.manual_seed(seed)
    recipe = tiny_recipe(network=network, **changes)
    painter = Painter(network, len(recipe.styles), recipe.dim)
    with torch.no_grad():
        painter.net.head.weight.mul_(5)
        for value in painter.net.parameters():
            value.add_(torch.randn_like(value) * 1e-3)
    terms = {"content": 0.512345678, "style": 0.25, "total": 1.75}
    return Checkpoint(recipe, 7, 3.5, painter.state_dict(), {}, terms, "0123abcd")
