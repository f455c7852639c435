"""REML with autoregressive errors: R's numbers, gaps, degrees of freedom, coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import evaluate as ev
from evaluate.numerics.reml import fit_autoregressive, restricted_log_likelihood, whiten


@pytest.fixture(scope="module")
def sicily(shared_data):
    """Log admissions per head, and level, ban, trend."""
    table = pd.read_csv(shared_data / "studies" / "lopezbernal_sicily" / "sicily.csv")
    design = np.column_stack([np.ones(len(table)), table["smokban"], table["time"]]).astype(float)
    return np.log(table["aces"] / table["stdpop"]).to_numpy(), design


def test_sicily_reproduces_nlme(sicily):
    """R 4.2.2, nlme::gls(log(aces/stdpop) ~ smokban + time, correlation = corAR1(), method = "REML")."""
    values, design = sicily
    fit = fit_autoregressive(values, design)
    assert fit.coefficients[1] == pytest.approx(-0.111058, abs=1e-6)
    assert np.sqrt(fit.covariance[1, 1]) == pytest.approx(0.040553, abs=1e-6)
    assert fit.autocorrelation == pytest.approx(0.26983, abs=1e-5)
    assert fit.log_likelihood == pytest.approx(68.40546, abs=1e-5)


def test_the_estimate_is_the_maximum(sicily):
    values, design = sicily
    fit = fit_autoregressive(values, design)
    rhos = np.linspace(-0.99, 0.99, 397)
    profile = restricted_log_likelihood(values[:, None], design, np.arange(len(values)), rhos)[:, 0]
    assert fit.log_likelihood >= profile.max() - 1e-9


def test_whitening_is_the_inverse_root_of_the_correlation():
    times = np.array([0, 1, 2, 5, 6, 9])
    design = np.random.default_rng(1).normal(size=(6, 2))
    rho = 0.6
    white, _, log_determinant = whiten(design, design, times, np.array([rho]))
    correlation = rho ** np.abs(times[:, None] - times)
    assert white[0].T @ white[0] == pytest.approx(design.T @ np.linalg.inv(correlation) @ design)
    assert log_determinant[0] == pytest.approx(np.linalg.slogdet(correlation)[1])


def test_a_gap_is_not_closed_up():
    """Leaving periods out is not the same as pretending that their neighbours follow each other."""
    random = np.random.default_rng(4)
    values = np.cumsum(random.normal(size=40)) * 0.3
    design = np.column_stack([np.ones(40), np.arange(40) >= 20]).astype(float)
    keep = np.delete(np.arange(40), np.arange(25, 33))
    with_times = fit_autoregressive(values[keep], design[keep], keep)
    closed_up = fit_autoregressive(values[keep], design[keep])
    assert abs(with_times.autocorrelation - closed_up.autocorrelation) > 1e-4


def test_two_years_hold_about_seven_degrees_of_freedom():
    """Median for the change of level at n = 24 and rho = 0.4: about 7.5, against n - p = 20."""
    design, contrast = segmented(24)
    found = [
        fit_autoregressive(values, design).degrees_of_freedom(contrast)
        for values in autoregressions(200, 24, 0.4, np.random.default_rng(5))
    ]
    assert np.median(found) == pytest.approx(7.5, abs=1.0)


def test_degrees_of_freedom_do_not_depend_on_units():
    random = np.random.default_rng(6)
    design = np.column_stack([np.ones(24), np.arange(24), np.arange(24) >= 12]).astype(float)
    values = random.normal(size=24)
    one = fit_autoregressive(values, design)
    ten = fit_autoregressive(10 * values + 3, design)
    contrast = np.array([0.0, 0.0, 1.0])
    assert one.degrees_of_freedom(contrast) == pytest.approx(ten.degrees_of_freedom(contrast), rel=1e-4)
    assert one.degrees_of_freedom(3 * contrast) == pytest.approx(one.degrees_of_freedom(contrast))


def test_refuses_a_series_shorter_than_its_terms():
    with pytest.raises(ev.FitError, match="two more periods than coefficients; there are 3 periods and 2"):
        fit_autoregressive(np.arange(3.0), np.ones((3, 2)))


def test_coverage_in_a_short_autocorrelated_series():
    """A small version of benchmarks/its_coverage.py at n = 24, rho = 0.4, where OLS covers 85%."""
    design, contrast = segmented(24)
    covered = []
    for values in autoregressions(400, 24, 0.4, np.random.default_rng(7)):
        fit = fit_autoregressive(values, design)
        half = stats.t.ppf(0.975, fit.degrees_of_freedom(contrast)) * np.sqrt(fit.covariance[2, 2])
        covered.append(abs(fit.coefficients[2]) <= half)
    assert 0.89 <= np.mean(covered) <= 0.97  # 93% in 5,000 sets; three Monte Carlo errors of 1.3 either side


def segmented(periods: int) -> tuple[np.ndarray, np.ndarray]:
    """Level, trend, change of level at the middle and of slope after it; and the contrast of the change of level."""
    time = np.arange(periods, dtype=float)
    after = (time >= periods // 2).astype(float)
    design = np.column_stack([np.ones(periods), time, after, after * (time - periods // 2)])
    return design, np.array([0.0, 0.0, 1.0, 0.0])


def autoregressions(sets: int, periods: int, rho: float, random: np.random.Generator) -> np.ndarray:
    """Stationary series of unit variance."""
    noise = random.normal(size=(sets, periods))
    for t in range(1, periods):
        noise[:, t] = rho * noise[:, t - 1] + np.sqrt(1 - rho**2) * noise[:, t]
    return noise
