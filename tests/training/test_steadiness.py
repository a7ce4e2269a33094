"""Photographs that are moved, and what a painter that does not follow pays."""

import pytest
import torch
from torch import Tensor

from tests.training.studio import photograph, stripes
from training.steadiness import BORDER, NOISE, SHIFT, Moved, Steadiness


def tensor(rgb: object) -> Tensor:
    return torch.from_numpy(rgb).permute(2, 0, 1).float() / 255  # type: ignore[arg-type]


PAINTINGS = [tensor(stripes(i)) for i in range(2)]
PHOTOS = torch.stack([tensor(photograph(i, 96, 128)) for i in range(5)])
ROWS = torch.tensor([1, 2, 1, 2, 0])
STYLE = ROWS[:4] - 1


@pytest.fixture
def steadiness() -> Steadiness:
    return Steadiness(PAINTINGS, seed=3)


def draws(steadiness: Steadiness, count: int = 40) -> list[Moved]:
    return [steadiness.draw(PHOTOS, ROWS, step) for step in range(count)]


def cost(
    steadiness: Steadiness, pastiche: Tensor, again: Tensor, moved: Moved
) -> float:
    return steadiness(pastiche, again, moved, STYLE).mean().item()


def test_half_of_the_painted_samples_are_moved_and_no_identity(steadiness: Steadiness):
    for moved in draws(steadiness):
        assert moved.pictures.shape == (2, 3, 96, 128)
        assert len(set(moved.places.tolist())) == 2
        assert moved.places.max() < 4


def test_in_time_every_sample_is_moved(steadiness: Steadiness):
    assert {i for m in draws(steadiness) for i in m.places.tolist()} == {0, 1, 2, 3}


def test_the_same_step_moves_the_same(steadiness: Steadiness):
    first, second = (steadiness.draw(PHOTOS, ROWS, 7) for _ in range(2))
    assert torch.equal(first.pictures, second.pictures)
    other = steadiness.draw(PHOTOS, ROWS, 8)
    assert not torch.equal(first.pictures, other.pictures)


def test_what_follows_the_motion_pays_for_the_noise_alone(steadiness: Steadiness):
    """The pictures themselves stand for the pastiche: they move as they were moved."""
    for moved in draws(steadiness):
        differences = steadiness(PHOTOS, moved.pictures, moved, STYLE)
        allowed = NOISE**2 * 1.3 / steadiness.variance[STYLE[moved.places]]
        assert (differences <= allowed).all()


def test_what_stays_in_its_place_pays(steadiness: Steadiness):
    """Paint that sticks to the screen while the camera moves."""
    texture = torch.rand(5, 3, 96, 128, generator=torch.Generator().manual_seed(0))
    for moved in draws(steadiness, 10):
        stuck = cost(steadiness, texture, texture[moved.places], moved)
        follows = cost(steadiness, PHOTOS, moved.pictures, moved)
        assert stuck > 10 * follows


def test_moves_go_up_to_a_cell_and_some_are_whole_pixels(steadiness: Steadiness):
    still = torch.nn.functional.affine_grid(
        torch.eye(2, 3)[None], [1, 1, 96, 128], align_corners=False
    )
    size = torch.tensor([128 / 2, 96 / 2])
    paths = [(m.motion - still) * size for m in draws(steadiness)]
    middle = torch.cat([p[:, 47:49, 63:65].mean((1, 2)) for p in paths])
    assert middle.abs().max() <= SHIFT + 0.01
    assert (middle.abs().amax(0) > SHIFT / 2).all()
    alike = [p[i] for p in paths for i in range(2)]
    whole = [p for p in alike if float(p.std((0, 1)).max()) < 1e-3]
    assert 0.25 < len(whole) / len(alike) < 0.75
    for path in whole:
        assert torch.allclose(path, path.round(), atol=1e-3)


def test_turns_keep_their_angle_in_pictures_that_are_no_squares(steadiness: Steadiness):
    """What is turned and stretched must not be sheared: a step right and a step down
    stay at a right angle and of one length."""
    size = torch.tensor([128 / 2, 96 / 2])
    for moved in draws(steadiness, 20):
        path = moved.motion * size
        right = path[:, 48, 65] - path[:, 48, 64]
        down = path[:, 49, 64] - path[:, 48, 64]
        assert (right * down).sum(1).abs().max() < 1e-3
        torch.testing.assert_close(right.norm(dim=1), down.norm(dim=1))


def test_what_comes_from_beyond_the_border_does_not_count(steadiness: Steadiness):
    for moved in draws(steadiness, 10):
        spoilt = moved.pictures.clone()
        spoilt[..., : BORDER - 1, :] = 5.0
        spoilt[..., -(BORDER - 1) :] = 5.0
        assert cost(steadiness, PHOTOS, spoilt, moved) == pytest.approx(
            cost(steadiness, PHOTOS, moved.pictures, moved)
        )
        assert moved.seen.mean() > 0.3


def test_a_pale_painting_pays_as_much_for_the_same_share_of_its_contrast():
    strong = Steadiness(PAINTINGS, seed=3)
    pale = Steadiness([p * 0.1 + 0.4 for p in PAINTINGS], seed=3)
    moved = strong.draw(PHOTOS, ROWS, 0)
    texture = torch.rand(5, 3, 96, 128, generator=torch.Generator().manual_seed(0))
    full = cost(strong, texture, texture[moved.places], moved)
    texture = texture * 0.1
    assert cost(pale, texture, texture[moved.places], moved) == pytest.approx(
        full, rel=1e-3
    )


def test_a_batch_of_identities_alone_moves_nothing(steadiness: Steadiness):
    moved = steadiness.draw(PHOTOS[:2], torch.tensor([0, 0]), 0)
    assert len(moved.pictures) == 0
    assert len(steadiness(PHOTOS[:2], moved.pictures, moved, STYLE[:0])) == 0
