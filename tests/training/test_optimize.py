from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from livestyle.errors import PictureError, SettingsError
from tests.training.studio import photograph, stripes
from training.canvas import noise, resize
from training.colours import luminance, recolour
from training.optimize import Painting, Snapshot, optimize
from training.transfer_settings import Descent, OptimizeSettings, TransferWeights

CONTENT = np.asarray(photograph(0, 48, 64) / 255, np.float32)
STYLE = np.asarray(stripes(0, 80) / 255, np.float32)
OTHER = np.asarray(stripes(1, 60) / 255, np.float32)
SHALLOW = TransferWeights({"relu2_1": 1.0}, {"conv1_1": 0.5, "conv2_1": 0.5})


def settings(**changes: Any) -> OptimizeSettings:
    values: dict[str, Any] = {
        "sizes": (48,),
        "steps": (3,),
        "weights": SHALLOW,
        "vgg_weights": "random",
        "device": "cpu",
    }
    return OptimizeSettings(**{**values, **changes})


def paint(
    paintings: Sequence[Painting] = (Painting(STYLE),), **changes: Any
) -> list[Snapshot]:
    """All snapshots, with the same random loss network each time."""
    torch.manual_seed(0)
    return list(optimize(CONTENT, paintings, settings(**changes)))


def test_losses_fall_at_every_size_and_finer_ones_start_from_the_coarser():
    told = paint(sizes=(44, 64), steps=(4, 2))
    places = [(s.stage, s.size_wh, s.step, s.steps) for s in told]
    coarse, fine = (44, 33), (64, 48)
    assert places == [
        *((0, coarse, step, 4) for step in range(5)),
        *((1, fine, step, 2) for step in range(3)),
    ]
    for stage in (told[:5], told[5:]):
        assert stage[-1].terms["total"] < stage[0].terms["total"]
    np.testing.assert_allclose(
        told[5].picture(), resize(told[4].picture(), fine), atol=1e-6
    )
    assert told[-1].picture().shape == (48, 64, 3)


def test_it_starts_from_content_noise_or_style():
    size = (64, 48)

    def start(name: str, seed: int = 0) -> np.ndarray:
        return paint(sizes=(64,), steps=(1,), start=name, seed=seed)[0].picture()

    np.testing.assert_allclose(start("content"), CONTENT, atol=1e-6)
    np.testing.assert_allclose(start("noise", 4), noise(size, 4), atol=1e-6)
    painted = start("style")
    assert painted.shape == CONTENT.shape
    assert abs(painted.mean() - STYLE.mean()) < 0.1 < np.abs(painted - CONTENT).mean()


def test_width_and_height_cut_out_the_middle():
    first = paint(sizes=((40, 40),), steps=(1,))[0]
    assert first.size_wh == (40, 40)
    wanted = resize(CONTENT[:, 8:56], (40, 40))
    np.testing.assert_allclose(first.picture(), wanted, atol=1e-6)


def test_the_same_seed_gives_the_same_picture():
    first, second, other = (
        paint(start="noise", seed=seed)[-1].picture() for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, second)
    assert np.abs(first - other).mean() > 0.01


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
@pytest.mark.parametrize("normalisation", ["gatys", "johnson"])
def test_each_optimizer_lowers_the_losses_of_each_paper(
    optimizer: str, normalisation: str
):
    weights = TransferWeights(
        SHALLOW.content_layers, SHALLOW.style_layers, normalisation=normalisation
    )
    told = paint(weights=weights, descent=Descent(optimizer=optimizer), steps=(6,))
    assert told[-1].terms["total"] < 0.7 * told[0].terms["total"]
    assert told[-1].terms["style"] < told[0].terms["style"]


def test_vgg16_and_average_pooling_can_be_asked_for():
    told = paint(network="vgg16", pooling="average", steps=(2,))
    assert told[-1].terms["total"] < told[0].terms["total"]


def test_luminance_keeps_the_photographs_colour():
    told = paint(keep_colours="luminance", start="noise", sizes=(64,))
    last = told[-1].picture()
    painted = told[-1].progress.picture.numpy().transpose(1, 2, 0)
    np.testing.assert_allclose(last, recolour(painted, CONTENT), atol=1e-5)
    # Where nothing had to be cut off the colour is exactly the photograph's.
    inside = (last.min(2) > 0.01) & (last.max(2) < 0.99)
    chroma, wanted = last - luminance(last), CONTENT - luminance(CONTENT)
    np.testing.assert_allclose(chroma[inside], wanted[inside], atol=1e-3)


@pytest.mark.parametrize("how", ["moments", "histogram"])
def test_the_painting_gets_the_photographs_colours(how: str):
    def tint(**changes: Any) -> np.ndarray:
        weights = TransferWeights({}, {"conv1_1": 1.0}, content=0)
        last = paint(weights=weights, start="style", steps=(1,), **changes)[0]
        return last.picture().mean((0, 1))

    kept, plain = tint(keep_colours=how), tint()
    wanted = CONTENT.mean((0, 1))
    assert np.abs(kept - wanted).max() < 0.05 < np.abs(plain - wanted).max()


def test_each_painting_is_painted_where_its_mask_is_white():
    """Paintings of one colour each: the halves take their colours."""
    red, blue = (np.full((40, 40, 3), colour, np.float32) for colour in (
        (0.8, 0.2, 0.2), (0.2, 0.2, 0.8)))  # fmt: skip
    left = np.zeros((24, 32), np.float32)
    left[:, :16] = 1
    weights = TransferWeights({}, {"conv1_1": 1.0}, content=0, style=1, tv=0)
    told = paint(
        [Painting(red, 1, left, "red"), Painting(blue, 1, 1 - left, "blue")],
        weights=weights,
        start="noise",
        steps=(25,),
    )
    last = told[-1].picture()
    warmth = last[..., 0] - last[..., 2]
    assert warmth[:, :20].mean() > 0.3
    assert warmth[:, -20:].mean() < -0.3


def test_a_mask_must_have_the_contents_shape_and_some_white():
    square = np.ones((30, 30), np.float32)
    with pytest.raises(
        PictureError, match="mask of wave has 30x30 pixels, the content"
    ):
        paint([Painting(STYLE, 1, square, "wave")])
    black = np.zeros((48, 64), np.float32)
    with pytest.raises(PictureError, match="mask of wave is black everywhere"):
        paint([Painting(STYLE, 1, black, "wave")])


def test_several_paintings_share_by_weight():
    both = [Painting(STYLE, 3.0), Painting(OTHER, 1.0)]
    told = paint(both, steps=(4,))
    assert told[-1].terms["style"] < told[0].terms["style"]
    for weight in (0.0, float("nan")):
        with pytest.raises(SettingsError, match="weight of the style is"):
            paint([Painting(STYLE, weight)])
    with pytest.raises(SettingsError, match="no style image"):
        paint([])


def test_a_larger_style_scale_is_a_larger_painting():
    def grams(scale: float) -> float:
        return paint(style_scale=scale, steps=(1,))[0].terms["style conv2_1"]

    assert grams(1.0) != grams(2.0)


def test_too_large_a_size_is_refused_before_anything_is_painted():
    told: list[Snapshot] = []
    run = optimize(CONTENT, [Painting(STYLE)], settings(sizes=(48, (8192, 6144))))
    with pytest.raises(SettingsError, match=r"8192x6144 does not fit.*--size"):
        told.extend(run)
    assert told == []


def test_settings_that_make_no_sense_are_refused(tmp_path: Path):
    with pytest.raises(SettingsError, match="There are content, noise, style"):
        settings(start="sketch")
    with pytest.raises(SettingsError, match="There are luminance, moments, histogram"):
        settings(keep_colours="all")
    with pytest.raises(SettingsError, match="2 numbers of steps for 3 sizes"):
        settings(sizes=(40, 50, 60), steps=(1, 2))
    with pytest.raises(SettingsError, match="style-scale is 0"):
        settings(style_scale=0)
    with pytest.raises(SettingsError, match=r"no layer relu9_1.*conv1_1, relu1_1"):
        paint(weights=TransferWeights({"relu9_1": 1.0}, {"conv1_1": 1.0}))
    with pytest.raises(SettingsError, match="There are vgg16 and vgg19"):
        paint(network="resnet")
