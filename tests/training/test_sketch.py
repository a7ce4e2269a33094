import pytest
import torch

from training.sketch import Sketch


def painting(seed: int) -> torch.Tensor:
    """Two correlated colours, (3, 40, 50), well inside 0..1."""
    torch.manual_seed(seed)
    grain = torch.randn(2, 40, 50)
    mix = torch.rand(3, 2) * 0.06
    mean = torch.rand(3) * 0.3 + 0.35
    return (mix @ grain.flatten(1)).view(3, 40, 50) + mean[:, None, None]


def colours(picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    flat = picture.flatten(1)
    return flat.mean(1), torch.cov(flat, correction=0)


def test_the_target_has_the_paintings_colours_and_the_photographs_places():
    paintings = [painting(0), painting(1)]
    photo = torch.rand(1, 3, 32, 48).repeat(2, 1, 1, 1)
    target = Sketch(paintings).target(photo, torch.tensor([1, 2]))
    assert target.shape == photo.shape
    for moved, wanted in zip(target, paintings, strict=True):
        mean, cov = colours(moved)
        wanted_mean, wanted_cov = colours(wanted)
        torch.testing.assert_close(mean, wanted_mean, rtol=0, atol=0.01)
        torch.testing.assert_close(cov, wanted_cov, rtol=0.1, atol=1e-3)
    assert (target[0] - target[1]).abs().mean() > 0.02
    # A linear change of colours: equal pixels stay equal, all over the picture.
    twice = torch.cat([photo, photo], 3)
    left, right = Sketch(paintings).target(twice, torch.tensor([1, 2])).chunk(2, 3)
    torch.testing.assert_close(left, right)


def test_the_identity_gives_the_photograph_back():
    photo = torch.rand(2, 3, 16, 16)
    target = Sketch([painting(0)]).target(photo, torch.tensor([1, 0]))
    assert torch.equal(target[1], photo[1])
    assert not torch.equal(target[0], photo[0])


@pytest.mark.parametrize("grey", [0.0, 0.5, 1.0])
def test_a_blank_wall_becomes_one_colour_of_the_painting(grey: float):
    sketch = Sketch([painting(0)])
    target = sketch.target(torch.full((1, 3, 16, 16), grey), torch.tensor([1]))
    assert target.isfinite().all()
    wanted, _ = colours(painting(0))
    torch.testing.assert_close(target[0].mean((1, 2)), wanted, rtol=0, atol=1e-3)
    assert target[0].std((1, 2)).max() < 1e-3


def test_faint_noise_on_a_wall_is_not_blown_up_to_the_paintings_contrast():
    torch.manual_seed(0)
    wall = 0.5 + torch.randn(1, 3, 64, 64) * 0.004
    target = Sketch([painting(0)]).target(wall, torch.tensor([1]))
    spread = target[0].std((1, 2)) / painting(0).std((1, 2))
    assert spread.max() < 0.5


def test_a_painting_of_one_colour_is_no_error():
    sketch = Sketch([torch.full((3, 8, 8), 0.25)])
    target = sketch.target(torch.rand(1, 3, 16, 16), torch.tensor([1]))
    torch.testing.assert_close(
        target.mean((0, 2, 3)), torch.full((3,), 0.25), rtol=0, atol=0.01
    )


def test_the_term_is_the_error_and_is_0_at_the_target():
    sketch, photo = Sketch([painting(0)]), torch.rand(1, 3, 16, 16)
    rows = torch.tensor([1])
    target = sketch.target(photo, rows)
    with torch.autocast("cpu", torch.bfloat16):
        assert sketch(photo, target, rows)["total"].item() == 0
        terms = sketch(photo, target + 0.1, rows)
    assert terms["total"].item() == pytest.approx(0.01, rel=1e-4)
    assert terms["sketch"].item() == terms["total"].item()
