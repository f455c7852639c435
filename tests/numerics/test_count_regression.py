"""Count regression: published numbers, statsmodels, partial periods, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.numerics.count_regression import fit_counts, log_likelihood, sandwich, scores
from evaluate.numerics.least_squares import long_run_variance


@pytest.fixture(scope="module")
def sicily(shared_data):
    """Counts, level and trend, the ban, log population, two yearly waves."""
    table = pd.read_csv(shared_data / "studies" / "lopezbernal_sicily" / "sicily.csv")
    turn = 2 * np.pi * table["month"].to_numpy() / 12
    waves = np.column_stack([np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn)])
    line = np.column_stack([np.ones(len(table)), table["time"]]).astype(float)
    ban = table["smokban"].to_numpy(dtype=float)[:, None]
    return table["aces"].to_numpy(dtype=float), line, ban, np.log(table["stdpop"].to_numpy()), waves


def interval(fit, number, dispersion=None):
    """Rate ratio and its normal 95% interval, as the paper prints them."""
    error = np.sqrt(
        (fit.dispersion if dispersion is None else dispersion)
        * np.linalg.inv(fit.information)[number, number]
    )
    return np.exp(fit.parameters[number] + np.array([0, -1, 1]) * 1.959964 * error)


def test_sicily_poisson(sicily):
    """Lopez Bernal, Cummins and Gasparrini (2017): .894 (.864 to .925); R's digits."""
    counts, line, ban, offset, _ = sicily
    fit = fit_counts(counts, line, ban, offset)
    assert interval(fit, 2, 1.0) == pytest.approx([0.894377, 0.864686, 0.925086], abs=1e-6)
    assert np.exp(fit.parameters[1]) == pytest.approx(1.004957, abs=1e-6)
    assert fit.dispersion == pytest.approx(3.559, abs=1e-3)
    assert interval(fit, 2)[1:] == pytest.approx([0.839, 0.953], abs=5e-4)


def test_sicily_quasi_poisson_with_season(sicily):
    """Published .885 (.839 to .933)."""
    counts, line, ban, offset, waves = sicily
    fit = fit_counts(counts, np.hstack([line, waves]), ban, offset)
    assert interval(fit, 6) == pytest.approx([0.885072, 0.839401, 0.933227], abs=1e-6)
    assert fit.dispersion == pytest.approx(2.262, abs=1e-3)
    assert np.exp(12 * fit.parameters[1]) == pytest.approx(1.0668, abs=1e-4)


def test_sicily_change_of_slope(sicily):
    counts, line, ban, offset, waves = sicily
    slope = ban * (line[:, 1:2] - 36)
    fit = fit_counts(counts, np.hstack([line, waves, slope]), ban, offset)
    assert np.exp(fit.parameters[[7, 6]]) == pytest.approx([0.876464, 1.001483], abs=1e-6)


def test_sicily_negative_binomial(sicily):
    """MASS::glm.nb: theta 840.0, log likelihood -301.879."""
    counts, line, ban, offset, waves = sicily
    fit = fit_counts(counts, np.hstack([line, waves]), ban, offset, negative_binomial=True)
    assert np.exp(fit.parameters[6]) == pytest.approx(0.884188, abs=1e-6)
    assert 1 / fit.alpha == pytest.approx(840.0, abs=0.1)
    assert fit.log_likelihood == pytest.approx(-301.879, abs=1e-3)


def test_agrees_with_statsmodels():
    import statsmodels.api as sm

    random = np.random.default_rng(1)
    columns = np.column_stack([np.ones(40), np.arange(40) / 40])
    after = (np.arange(40) >= 25).astype(float)[:, None]
    counts = random.negative_binomial(5, 5 / (5 + 20 * np.exp(-0.4 * after[:, 0]))).astype(float)
    ours = fit_counts(counts, columns, after, np.zeros(40), negative_binomial=True)
    theirs = sm.NegativeBinomial(counts, np.hstack([columns, after])).fit(disp=0)
    assert ours.parameters == pytest.approx(theirs.params[:3], abs=1e-4)
    assert ours.alpha == pytest.approx(theirs.params[3], rel=1e-3)
    assert ours.log_likelihood == pytest.approx(theirs.llf, abs=1e-6)


def test_newey_west_scores_agree_with_statsmodels():
    import statsmodels.api as sm

    random = np.random.default_rng(2)
    columns, after = np.ones((30, 1)), (np.arange(30) >= 15).astype(float)[:, None]
    counts = random.poisson(12, size=30).astype(float)
    fit = fit_counts(counts, columns, after, np.zeros(30))
    meat = long_run_variance(scores(fit, counts, columns, after), 3)
    model = sm.GLM(counts, np.hstack([columns, after]), family=sm.families.Poisson())
    theirs = model.fit(cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True})
    assert sandwich(fit, counts, columns, after, meat) == pytest.approx(theirs.cov_params(), rel=1e-6)


def test_window_total_is_reproduced():
    """The likelihood equation of a whole-period effect: fitted and observed totals of its window agree."""
    random = np.random.default_rng(3)
    columns = np.column_stack([np.ones(24), np.arange(24)])
    after = (np.arange(24) >= 18).astype(float)[:, None]
    counts = random.poisson(9, size=24).astype(float)
    fit = fit_counts(counts, columns, after, np.zeros(24))
    assert fit.means[18:].sum() == pytest.approx(counts[18:].sum())


def test_poisson_when_counts_vary_no_more():
    fit = fit_counts(
        np.tile([9.0, 10, 11], 6), np.ones((18, 1)), np.zeros((18, 0)), np.zeros(18), negative_binomial=True
    )
    assert fit.alpha == 0
    assert fit.pearson < 1
    assert fit.dispersion == 1


def test_likelihood_of_the_negative_binomial_sums_to_one():
    counts = np.arange(400.0)
    total = sum(np.exp(log_likelihood(np.array([c]), np.array([6.0]), 0.3)) for c in counts)
    assert total == pytest.approx(1)


def test_refuses_more_terms_than_periods():
    with pytest.raises(ev.FitError, match="there are 3 periods and 3 terms"):
        fit_counts(np.ones(3), np.ones((3, 2)), np.ones((3, 1)), np.zeros(3))
