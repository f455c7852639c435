"""The climb against tops known in closed form."""

import numpy as np
import pytest
from scipy import stats

from evaluate.numerics.climb import climb


def test_a_normal_density_is_found_whole():
    random = np.random.default_rng(2)
    factor = np.tril(random.normal(size=(4, 4))) * 0.1 + 0.3 * np.eye(4)
    covariance, mean = factor @ factor.T, random.normal(size=4)
    top = climb(stats.multivariate_normal(mean, covariance).logpdf, np.zeros(4), np.ones(4))
    np.testing.assert_allclose(top.point, mean, atol=1e-5)
    np.testing.assert_allclose(top.covariance, covariance, atol=1e-5)


@pytest.mark.parametrize("start", [-3.0, 0.0, 4.0])
def test_a_skewed_density_is_climbed_from_either_side(start):
    """Log of a gamma variable of shape 4: top at log 4, curvature 4 there."""
    top = climb(lambda x: (4 * x - np.exp(x)).sum(axis=1), np.array([start]), np.ones(1))
    assert top.point[0] == pytest.approx(np.log(4), abs=0.1)
    assert top.covariance[0, 0] == pytest.approx(1 / 4, rel=0.25)


def test_a_step_too_far_is_taken_back():
    """Beyond 1 the density falls off a cliff that the parabola at nought knows nothing of."""

    def cliff(x):
        return -0.5 * (x[:, 0] - 3) ** 2 - 50 * np.maximum(x[:, 0] - 1, 0) ** 2

    assert climb(cliff, np.zeros(1), np.ones(1)).point[0] == pytest.approx(1 + 2 / 101, abs=0.15)


def test_no_direction_is_wider_than_its_scale():
    top = climb(lambda x: -0.5 * (x[:, 0] / 10) ** 2 - 0.5 * x[:, 1] ** 2, np.ones(2), np.array([2.0, 1.0]))
    np.testing.assert_allclose(top.covariance, [[4.0, 0.0], [0.0, 1.0]], atol=1e-6)
