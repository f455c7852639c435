"""Regression of shares: exact small cases, the maximum, published odds ratios, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special, stats

from evaluate.errors import FitError
from evaluate.numerics.beta_binomial import fit_shares, log_likelihood

AFTER = np.array([[0.0], [1.0]])


def test_probabilities_sum_to_one():
    counts = np.arange(8.0)
    for rho in (0.0, 0.2):
        each = [log_likelihood(np.array([y]), np.array([7.0]), np.array([0.3]), rho) for y in counts]
        assert np.exp(each).sum() == pytest.approx(1, abs=1e-12)


def test_probabilities_are_those_of_scipy():
    rho, share = 0.1, 0.25
    size = 1 / rho - 1
    theirs = stats.betabinom(12, share * size, (1 - share) * size).logpmf(5)
    assert log_likelihood(np.array([5.0]), np.array([12.0]), np.array([share]), rho) == pytest.approx(theirs)


@pytest.mark.parametrize(
    ("table", "odds_ratio"), [([[30, 50], [55, 60]], 0.6545), ([[110, 207], [318, 308]], 0.5147)]
)
def test_effect_is_the_odds_ratio_of_two_periods(table, odds_ratio):
    """One row an area, after and before; repeated so that a degree of freedom is left."""
    (a1, a0), (c1, c0) = np.array(table, dtype=float)
    counts, totals = np.tile([a0, a1], 2), np.tile([a0 + c0, a1 + c1], 2)
    fit = fit_shares(counts, totals, np.ones((4, 1)), np.tile(AFTER, (2, 1)))
    assert np.exp(fit.parameters[1]) == pytest.approx(a1 * c0 / (a0 * c1), rel=1e-9)
    assert np.exp(fit.parameters[1]) == pytest.approx(odds_ratio, abs=1e-3)
    assert fit.rho == 0


def test_the_estimate_is_the_maximum():
    random = np.random.default_rng(1)
    totals = random.poisson(60, 50).astype(float)
    after = (np.arange(50) >= 30).astype(float)
    shares = special.expit(-0.5 - 0.6 * after)
    counts = random.binomial(totals.astype(int), random.beta(20 * shares, 20 * (1 - shares))).astype(float)
    fit = fit_shares(counts, totals, np.ones((50, 1)), after[:, None])

    def loss(at):
        return -log_likelihood(
            counts, totals, special.expit(at[0] + at[1] * after), float(special.expit(at[2]))
        )

    best = optimize.minimize(
        loss, [0, 0, -3], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4000}
    )
    assert fit.log_likelihood == pytest.approx(-best.fun, abs=1e-6)
    assert fit.parameters == pytest.approx(best.x[:2], abs=1e-4)
    assert fit.rho == pytest.approx(special.expit(best.x[2]), abs=1e-4)
    assert fit.rho == pytest.approx(1 / 21, abs=0.03)


def test_binomial_agrees_with_statsmodels():
    import statsmodels.api as sm

    random = np.random.default_rng(2)
    totals = np.full(30, 40.0)
    columns = np.column_stack([np.ones(30), np.arange(30) / 30])
    counts = random.binomial(40, 0.3, 30).astype(float)
    fit = fit_shares(counts, totals, columns, np.zeros((30, 0)))
    theirs = sm.GLM(np.column_stack([counts, totals - counts]), columns, family=sm.families.Binomial()).fit()
    assert fit.rho == 0
    assert fit.parameters == pytest.approx(theirs.params, abs=1e-8)
    assert np.sqrt(np.diag(np.linalg.inv(fit.information))) == pytest.approx(theirs.bse, rel=1e-6)


def test_refuses_more_terms_than_periods():
    with pytest.raises(FitError, match="there are 2 periods and 2 terms"):
        fit_shares(np.array([1.0, 2.0]), np.array([4.0, 4.0]), np.ones((2, 1)), AFTER)
