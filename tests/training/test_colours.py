import numpy as np

from tests.training.studio import photograph, stripes
from training.colours import (
    luminance,
    match_colours,
    match_histograms,
    match_luminance,
    recolour,
)

PHOTO = np.asarray(photograph(0) / 255, np.float32)
STYLE = np.asarray(photograph(3) / 255, np.float32) * 0.5 + 0.25


def test_matched_colours_have_the_photographs_mean_and_covariance():
    gentle = 0.5 + (PHOTO - PHOTO.mean()) * 0.2  # so that nothing is cut off at 0 or 1
    matched = match_colours(STYLE, gentle)
    flat, wanted = matched.reshape(-1, 3), gentle.reshape(-1, 3)
    np.testing.assert_allclose(flat.mean(0), wanted.mean(0), atol=2e-3)
    np.testing.assert_allclose(np.cov(flat.T), np.cov(wanted.T), atol=2e-4)


def test_a_painting_matched_with_itself_stays_as_it_is():
    np.testing.assert_allclose(match_colours(STYLE, STYLE), STYLE, atol=1e-5)


def test_a_painting_of_one_colour_can_be_matched():
    for blank in (np.zeros((8, 9, 3), np.float32), np.ones((8, 9, 3), np.float32)):
        for match in (match_colours, match_histograms, match_luminance):
            matched = match(blank, PHOTO)
            assert np.isfinite(matched).all()
            assert matched.dtype == np.float32


def test_luminance_is_grey_and_that_of_television():
    colours = np.float32([[[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]])
    grey = luminance(colours)
    np.testing.assert_allclose(grey[0, :, 0], [0.299, 0.587, 0.114, 1], atol=1e-6)
    assert (grey[..., 0] == grey[..., 2]).all()


def test_matched_luminance_has_the_photographs_mean_and_deviation():
    gentle = 0.5 + (PHOTO - PHOTO.mean()) * 0.3
    matched, wanted = match_luminance(STYLE, gentle), luminance(gentle)
    assert abs(matched.mean() - wanted.mean()) < 1e-3
    assert abs(matched.std() - wanted.std()) < 2e-3


def test_recolouring_takes_light_from_one_and_colour_from_the_other():
    gentle = 0.5 + (PHOTO - 0.5) * 0.2
    painted = 0.5 + (np.asarray(stripes(0, 160)[:120] / 255, np.float32) - 0.5) * 0.2
    result = recolour(painted, gentle)
    np.testing.assert_allclose(luminance(result), luminance(painted), atol=1e-5)
    np.testing.assert_allclose(
        result - luminance(result), gentle - luminance(gentle), atol=1e-4
    )


def test_a_photograph_recoloured_with_itself_stays_as_it_is():
    np.testing.assert_allclose(recolour(PHOTO, PHOTO), PHOTO, atol=1e-4)
    np.testing.assert_allclose(recolour(luminance(PHOTO), PHOTO), PHOTO, atol=1e-4)


def test_matched_histograms_are_the_photographs_along_any_axis():
    wanted = PHOTO.reshape(-1, 3)

    def gap(matched: np.ndarray, axis: tuple[float, float, float]) -> float:
        flat = matched.reshape(-1, 3)
        return float(np.abs(np.sort(flat @ axis) - np.sort(wanted @ axis)).mean())

    for axis in ((1, 0, 0), (0, 0, 1), (0.5, -0.5, 0.7)):
        found = gap(match_histograms(STYLE, PHOTO), axis)
        assert found < 0.02
        assert found < 0.7 * gap(match_colours(STYLE, PHOTO), axis)


def test_two_colours_come_out_as_two_and_not_as_a_cloud():
    two = np.zeros((40, 50, 3), np.float32)
    two[:, :25], two[:, 25:] = (0.9, 0.2, 0.1), (0.1, 0.3, 0.8)

    def apart(matched: np.ndarray) -> float:
        gaps = [np.abs(matched.reshape(-1, 3) - two[0, x]).max(1) for x in (0, 49)]
        return float(np.minimum(*gaps).mean())

    assert apart(match_histograms(STYLE, two)) < 0.05
    assert apart(match_colours(STYLE, two)) > 0.1


def test_a_histogram_keeps_the_painting_where_it_is_light_and_dark():
    matched = luminance(match_histograms(STYLE, PHOTO))[..., 0]
    assert np.corrcoef(matched.ravel(), luminance(STYLE)[..., 0].ravel())[0, 1] > 0.5
