"""Every setting of the optimisation method, without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from livestyle.errors import SettingsError

OPTIMIZERS = ("lbfgs", "adam")
NORMALISATIONS = ("gatys", "johnson")
STARTS = ("content", "noise", "style")
KEEPS = ("luminance", "moments", "histogram")

CONTENT_LAYERS = {"relu4_2": 1.0}
STYLE_LAYERS = {f"conv{block}_1": 0.2 for block in range(1, 6)}

# For features of unit scale. Content of "gatys" is a sum over all features of a layer,
# relu4_2 of 512x341 px has 1.4 million: its style weight makes up for that.
STYLE_WEIGHT = {"johnson": 100.0, "gatys": 2.8e8}
TV_WEIGHT = {"johnson": 1.0, "gatys": 7e5}

RECONSTRUCTIONS = ("content", "style")
RECONSTRUCTION_TV = 0.1


@dataclass(frozen=True)
class Descent:
    """How to go down.

    Attributes:
        steps: iterations of the optimizer.
        optimizer: "lbfgs", with a line search (strong Wolfe conditions), or "adam".
        rate: Adam's first step size, in units of the 0..1 range.
        decay: what Adam's step size is multiplied with ...
        decay_every: ... each time so many steps were made.
        history: pairs of vectors that L-BFGS remembers, each of the picture's size.
    """

    steps: int = 300
    optimizer: str = "lbfgs"
    rate: float = 0.05
    decay: float = 0.5
    decay_every: int = 100
    history: int = 20

    def __post_init__(self) -> None:
        require_known("optimizer", self.optimizer, OPTIMIZERS)
        for name in ("steps", "rate", "decay", "decay_every", "history"):
            require_positive(name.replace("_", "-"), getattr(self, name))


@dataclass(frozen=True)
class TransferWeights:
    """What counts how much.

    Attributes:
        content_layers: from layer name to weight; empty for textures alone.
        style_layers: likewise; empty for the content alone.
        content: times the sum over content layers.
        style: times the sum over style layers; None takes `STYLE_WEIGHT`.
        tv: times the total variation; None takes `TV_WEIGHT`.
        normalisation: "gatys" takes the formulas of Gatys et al. 2016: half the sum of
            squared differences for content, 1 / (4 N^2 M^2) for Gram matrices of N
            channels and M places. Its content loss grows with the picture. "johnson"
            takes those of Johnson et al. 2016: both are divided by C H W.
        unit: whether features are divided by their mean absolute value in the pictures
            that are given, one number a layer. Gatys et al. 2016 rescaled their VGG
            likewise. Without it weights have to fit the activations of the loss
            network, and those of the original VGG weights are hundreds of times
            larger than those of torchvision's.
    """

    content_layers: Mapping[str, float] = field(
        default_factory=lambda: dict(CONTENT_LAYERS)
    )
    style_layers: Mapping[str, float] = field(
        default_factory=lambda: dict(STYLE_LAYERS)
    )
    content: float = 1.0
    style: float | None = None
    tv: float | None = None
    normalisation: str = "johnson"
    unit: bool = True

    def __post_init__(self) -> None:
        require_known("normalisation", self.normalisation, NORMALISATIONS)
        totals = {"the content": self.content, "the style": self.style_weight}
        layers = {**self.content_layers, **self.style_layers}
        for name, weight in {**totals, "tv": self.tv_weight, **layers}.items():
            if not 0 <= weight < float("inf"):
                raise SettingsError(
                    f"the weight of {name} is {weight}", hint="Give 0 or more."
                )

    @property
    def style_weight(self) -> float:
        """`style`, or what suits the normalisation."""
        return STYLE_WEIGHT[self.normalisation] if self.style is None else self.style

    @property
    def tv_weight(self) -> float:
        """`tv`, or what suits the normalisation."""
        return TV_WEIGHT[self.normalisation] if self.tv is None else self.tv

    @property
    def layers(self) -> frozenset[str]:
        """All layers that the loss network must give."""
        return frozenset({*self.content_layers, *self.style_layers})


@dataclass(frozen=True)
class OptimizeSettings:
    """How a picture is made from others.

    Attributes:
        sizes: coarse to fine, in px: long sides for the content's own shape, or
            (width, height), which cuts the middle out of it.
        steps: for all sizes, or one number for each.
        start: "content", "noise" or "style"; finer sizes start from the coarser result.
        seed: of the noise.
        style_scale: size of the paintings; 1 gives them as many pixels as the picture,
            2 four times as many, which makes strokes twice as large.
        keep_colours: None; "luminance": only light and dark are painted; "moments" or
            "histogram": the paintings get the content's mean and covariance of colours
            first, or its whole histogram.
        weights: layers and losses.
        descent: the optimizer; its `steps` are not used.
        network, pooling, vgg_weights: see `training.vgg.Features`.
        device: see `training.device`.
    """

    sizes: tuple[int | tuple[int, int], ...] = (256, 512)
    steps: tuple[int, ...] = (300,)
    start: str = "content"
    seed: int = 0
    style_scale: float = 1.0
    keep_colours: str | None = None
    weights: TransferWeights = field(default_factory=TransferWeights)
    descent: Descent = field(default_factory=Descent)
    network: str = "vgg19"
    pooling: str = "max"
    vgg_weights: Path | str | None = None
    device: str = "auto"

    def __post_init__(self) -> None:
        require_known("start", self.start, STARTS)
        require_positive("style-scale", self.style_scale)
        if self.keep_colours is not None:
            require_known("way to keep colours", self.keep_colours, KEEPS)
        if len(self.steps) not in (1, len(self.sizes)):
            raise SettingsError(
                f"there are {len(self.steps)} numbers of steps for "
                f"{len(self.sizes)} sizes",
                hint="Give one number for all sizes, or one for each.",
            )
        for steps in self.steps:
            require_positive("steps", steps)
        if not 0 <= self.seed < 2**31:
            raise SettingsError(
                f"seed is {self.seed}", hint="Take 0 or more, below 2 ** 31."
            )

    def steps_of(self, stage: int) -> int:
        """How many steps are made at a size."""
        return self.steps[0] if len(self.steps) == 1 else self.steps[stage]


def require_known(what: str, name: str, known: tuple[str, ...]) -> None:
    """Makes sure that a name is one of some.

    Raises:
        SettingsError: it is not; lists them.
    """
    if name not in known:
        raise SettingsError(
            f"there is no {what} '{name}'", hint=f"There are {', '.join(known)}."
        )


def require_positive(what: str, value: float) -> None:
    """Makes sure that a number is above 0 and finite.

    Raises:
        SettingsError: it is not.
    """
    if not 0 < value < float("inf"):
        raise SettingsError(f"{what} is {value}", hint="Give a number above 0.")
