"""The map from standard coordinates to states against dense algebra and finite differences."""

import numpy as np
import pytest

from evaluate.numerics import laplace
from evaluate.numerics.bordered_band import STATES, workspace
from evaluate.numerics.whitening import pull_back, unwhiten

HYPER = (0.5, 0.2, 0.05, 0.1, 0.03)
LENGTH, STATIC = 10, 4
POOL_RATIO = 0.3


@pytest.fixture(scope="module")
def small():
    """Readings, prior and a point; one treated and one pooled count are missing."""
    random = np.random.default_rng(1)
    means = np.exp(random.normal(3, 1, (2, LENGTH)))
    means[0, 4], means[1, 7] = 0.0, 0.0
    own = random.normal(0, 1, (LENGTH, STATIC))
    shared = np.column_stack([np.zeros((LENGTH, 2)), own[:, 2:]])
    working = np.log(means + 1.0)
    prior = (np.array([1.0, 1 / 9]), random.normal(0, 1, STATIC), np.exp(random.normal(0, 1, STATIC)))
    point = random.normal(0, 1, STATES * LENGTH + STATIC)
    return (means, working, own, shared, POOL_RATIO), prior, point


def loadings(readings):
    """Dense rows by which each treated and each pooled count reads the states."""
    _, _, own, shared, _ = readings
    states = np.eye(LENGTH)
    treated = np.column_stack([np.kron(states, np.ones((1, STATES))), own])
    pooled = np.column_stack([np.kron(states, np.eye(1, STATES)), shared])
    return treated, pooled


def dense_posterior(readings, prior, hyper):
    """Mean and precision by ordinary algebra, the prior's part from differences of its density."""
    means, working, _, _, ratio = readings
    size = STATES * LENGTH + STATIC
    blank = np.full(LENGTH, np.nan)
    nothing = np.zeros((LENGTH, 0))
    data = (blank, blank, np.zeros(LENGTH), np.zeros((LENGTH, STATIC)), nothing, nothing, nothing, ratio)

    def slope(z):
        work = workspace(LENGTH, STATIC)
        laplace.derivatives(z, data, prior, hyper, True, work)
        return work[0]

    linear = slope(np.zeros(size))
    precision = np.array([linear - slope(unit) for unit in np.eye(size)])
    for series, rows in enumerate(loadings(readings)):
        alpha = hyper[2] * (ratio if series else 1.0)
        weights = means[series] / (1 + alpha * means[series])
        precision += rows.T @ (weights[:, None] * rows)
        linear = linear + rows.T @ (weights * working[series])
    return np.linalg.solve(precision, linear), precision


def test_standard_normals_become_the_gaussian_posterior(small):
    """Affine with mean and covariance of the posterior, and the volume is the root of the covariance's determinant."""
    readings, prior, point = small
    mean, precision = dense_posterior(readings, prior, HYPER)
    centre, volume, _ = unwhiten(np.zeros_like(point), readings, prior, HYPER)
    np.testing.assert_allclose(centre, mean, rtol=1e-9, atol=1e-9)
    columns = np.array([unwhiten(unit, readings, prior, HYPER)[0] - centre for unit in np.eye(len(point))]).T
    np.testing.assert_allclose(columns @ columns.T, np.linalg.inv(precision), rtol=1e-7, atol=1e-10)
    assert volume == pytest.approx(-0.5 * np.linalg.slogdet(precision)[1], rel=1e-10)


def test_derivatives_pulled_back_are_those_of_the_map(small):
    readings, prior, point = small
    slopes = np.random.default_rng(2).normal(0, 1, len(point))

    def value(standard, hyper):
        states, volume, _ = unwhiten(standard, readings, prior, tuple(hyper))
        return states @ slopes + 0.7 * volume

    states, _, work = unwhiten(point, readings, prior, HYPER)
    standard_bar, hyper_bar = pull_back(states, work, readings, HYPER, slopes, 0.7)
    step = 1e-6
    by_hyper = [
        (value(point, HYPER + move) - value(point, HYPER - move)) / (2 * step) for move in step * np.eye(5)
    ]
    by_point = [
        (value(point + move, HYPER) - value(point - move, HYPER)) / (2 * step)
        for move in step * np.eye(len(point))
    ]
    np.testing.assert_allclose(hyper_bar, by_hyper, rtol=1e-6)
    np.testing.assert_allclose(standard_bar, by_point, rtol=1e-5, atol=1e-7)
