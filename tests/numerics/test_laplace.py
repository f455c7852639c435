"""The compiled engine against dense algebra, finite differences and exact integrals."""

import numpy as np
import pytest
from scipy import stats

from evaluate.numerics import laplace
from evaluate.numerics.bordered_band import STATES, workspace
from evaluate.numerics.wandering import EffectTerms, series

HYPER = (0.4, 0.1, 0.01, 0.08, 0.01)


@pytest.fixture(scope="module")
def small():
    random = np.random.default_rng(4)
    length = 18
    path = np.cumsum(random.normal(0, 0.08, length))
    own = random.poisson(20 * np.exp(path)).astype(float)
    own[5] = np.nan
    pool = random.poisson(200 * np.exp(path)).astype(float)
    turns = 2 * np.pi * np.arange(length) / 12
    season = np.column_stack([np.sin(turns), np.cos(turns)])
    shares = np.zeros((length, 2))
    shares[12, 0] = 5 / 31
    shares[13:, 1] = 1.0
    fading = np.ones_like(shares)
    fading[13:, 1] = 0.5 ** (np.arange(length - 13) / 3)
    effects = EffectTerms(shares, fading, np.zeros(2), np.full(2, 0.5))
    return series(own, pool, np.zeros(length), season, effects, 0.1, np.zeros((length, 0)))


def dense(band, border, corner):
    size, static = border.shape
    matrix = np.zeros((size + static, size + static))
    for row in range(size):
        for k in range(min(STATES, row) + 1):
            matrix[row, row - k] = matrix[row - k, row] = band[row, k]
    matrix[:size, size:], matrix[size:, :size] = border, border.T
    matrix[size:, size:] = np.tril(corner) + np.tril(corner, -1).T
    return matrix


def log_joint(z, data, prior, hyper):
    return laplace.log_kernel(z, data, prior, hyper)[0] + laplace.log_constants(data, prior, hyper)


def derivatives(z, data, prior, hyper, exact):
    work = workspace(data[2].size, prior[1].size)
    laplace.derivatives(z, data, prior, hyper, exact, work)
    return work


def test_gradient_and_hessian_are_those_of_the_log_joint(small):
    data, prior, start = small
    z = start + np.random.default_rng(1).normal(0, 0.05, len(start))
    gradient, band, border, corner = derivatives(z, data, prior, HYPER, True)
    step = 1e-5
    numeric = np.empty_like(gradient)
    numeric_hessian = np.empty((len(z), len(z)))
    for i in range(len(z)):
        nudge = np.zeros_like(z)
        nudge[i] = step
        up, down = (log_joint(z + s * nudge, data, prior, HYPER) for s in (1, -1))
        numeric[i] = (up - down) / (2 * step)
        up, down = (derivatives(z + s * nudge, data, prior, HYPER, True)[0] for s in (1, -1))
        numeric_hessian[:, i] = -(up - down) / (2 * step)
    np.testing.assert_allclose(gradient, numeric, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(dense(band, border, corner), numeric_hessian, rtol=1e-4, atol=1e-3)


def test_draws_have_the_covariance_of_the_inverse_hessian(small):
    data, prior, start = small
    mode, _, _ = laplace.find_mode(start, data, prior, HYPER, workspace(data[2].size, prior[1].size), 0.01)
    _, band, border, corner = derivatives(mode, data, prior, HYPER, True)
    covariance = np.linalg.inv(dense(band, border, corner))
    normals = np.random.default_rng(3).standard_normal((40_000, len(start)))
    draws, _, _ = laplace.draw_around_modes(
        mode[None], data, prior, np.array([HYPER]), np.array([len(normals)]), normals.copy()
    )
    ratio = draws.var(axis=0) / np.diag(covariance)
    # 40,000 draws: a variance is known to 0.7%; the largest of about 60 deviates by up to 3.5 of those.
    np.testing.assert_allclose(ratio, 1.0, atol=0.03)


def test_mode_is_a_mode(small):
    data, prior, start = small
    mode, value, steps = laplace.find_mode(
        start, data, prior, HYPER, workspace(data[2].size, prior[1].size), 0.01
    )
    assert steps < laplace.MOST_STEPS
    gradient, band, border, corner = derivatives(mode, data, prior, HYPER, True)
    short_of_the_top = 0.5 * gradient @ np.linalg.solve(dense(band, border, corner), gradient)
    assert 0 <= short_of_the_top < 1e-4
    random = np.random.default_rng(6)
    others = [log_joint(mode + random.normal(0, 0.02, len(mode)), data, prior, HYPER) for _ in range(20)]
    assert max(others) < value


def test_importance_weights_average_to_the_evidence(small):
    """E_q[p / q] is the exact evidence; Laplace's must lie within a few per cent of it for counts of 20."""
    data, prior, start = small
    (evidence,), (mode,) = laplace.log_evidence_at_nodes(start, data, prior, np.array([HYPER]))
    normals = np.random.default_rng(8).standard_normal((4000, len(start)))
    _, _, log_weights = laplace.draw_around_modes(
        mode[None], data, prior, np.array([HYPER]), np.array([len(normals)]), normals.copy()
    )
    log_density = -0.5 * (normals**2).sum(axis=1) - 0.5 * len(start) * np.log(2 * np.pi)
    shifted = np.exp(log_weights - log_density - evidence)
    error = shifted.std() / np.sqrt(len(shifted))
    assert shifted.mean() == pytest.approx(1.0, abs=0.05 + 4 * error)


@pytest.mark.parametrize(
    ("count", "mean", "alpha"), [(0, 3.0, 0.2), (7, 3.0, 0.01), (400, 350.0, 0.05), (5, 5.0, 0.0)]
)
def test_negative_binomial_density_is_scipys(count, mean, alpha):
    ours = laplace.negative_binomial_constant(count, alpha)
    ours += laplace.negative_binomial_kernel(count, np.log(mean), mean, alpha)
    if alpha:
        theirs = stats.nbinom.logpmf(count, 1 / alpha, 1 / (1 + alpha * mean))
    else:
        theirs = stats.poisson.logpmf(count, mean)
    assert ours == pytest.approx(theirs, abs=1e-9)


def test_part_of_a_period_counts_as_its_share(small):
    """T5: five days in thirty-one at half the rate leave 0.9194 of the month."""
    data, _, start = small
    length = len(data[0])
    quiet = laplace.log_means(start, *data[2:7])[0]
    z = start.copy()
    z[STATES * length + data[3].shape[1] + data[4].shape[1]] += np.log(0.5)
    moved = laplace.log_means(z, *data[2:7])[0]
    assert np.exp(moved - quiet)[12] == pytest.approx(0.9194, abs=5e-5)
    assert np.flatnonzero(moved != quiet).tolist() == [12]
