"""Score wild bootstrap: the restricted regression's scores, size, power."""

from __future__ import annotations

import numpy as np
import pytest

from evaluate.numerics.wild_bootstrap import null_scores, wild_bootstrap


def test_scores_are_those_of_the_restricted_regression():
    """Of the Poisson regression with area and period effects and theta fixed: D times what area effects leave."""
    import statsmodels.api as sm

    random = np.random.default_rng(1)
    before, after = random.poisson(50, 9).astype(float), random.poisson(40, 9).astype(float)
    treated = (np.arange(9) < 4).astype(float)
    areas = np.tile(np.eye(9), (2, 1))
    late = np.repeat([0.0, 1.0], 9)
    both = late * np.tile(treated, 2)
    y = np.concatenate([before, after])
    fit = sm.GLM(y, np.column_stack([areas, late]), family=sm.families.Poisson(), offset=-0.3 * both).fit(
        tol=1e-13
    )
    X, weight = np.column_stack([areas, late]), fit.mu
    left = both - X @ np.linalg.solve(X.T @ (X * weight[:, None]), X.T @ (weight * both))
    contribution = left * (y - fit.mu)
    assert null_scores(before, after, treated, -0.3) == pytest.approx(
        contribution[:9] + contribution[9:], abs=1e-8
    )


def test_scores_sum_to_nought_at_the_estimate():
    random = np.random.default_rng(2)
    before, after = random.poisson(50, 20) + 1.0, random.poisson(40, 20) + 1.0
    treated = (np.arange(20) < 8).astype(float)
    own = np.log(after[:8].sum() / before[:8].sum()) - np.log(after[8:].sum() / before[8:].sum())
    assert null_scores(before, after, treated, own).sum() == pytest.approx(0, abs=1e-8)


def test_size_with_eight_treated_areas_of_very_different_size():
    """5% tests of 120 true nulls; the Monte Carlo error is 2."""
    random = np.random.default_rng(3)
    rejected = 0
    for seed in range(120):
        means = random.lognormal(4, 0.6, 32)
        before, after = (random.poisson(random.gamma(10, means / 10)) + 1 for _ in range(2))
        found = wild_bootstrap((before[:8], before[8:]), (after[:8], after[8:]), draws=199, seed=seed)
        rejected += found.p_value <= 0.05
    assert 1 <= rejected <= 14


def test_order_of_areas_moves_nothing():
    random = np.random.default_rng(4)
    before = random.poisson(60, 8), random.poisson(60, 20)
    after = random.poisson(50, 8), random.poisson(60, 20)
    turned = [random.permutation(8), random.permutation(20)]
    one = wild_bootstrap(before, after, draws=199, seed=1)
    other = wild_bootstrap(
        (before[0][turned[0]], before[1][turned[1]]),
        (after[0][turned[0]], after[1][turned[1]]),
        draws=199,
        seed=1,
    )
    assert one.p_values == pytest.approx(other.p_values)
