"""The older linear methods against R's numbers and statsmodels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.numerics.least_squares import newey_west, newey_west_lags, ordinary, prais_winsten


@pytest.fixture(scope="module")
def sicily(shared_data):
    """Log admissions per head, and level, ban, trend."""
    table = pd.read_csv(shared_data / "studies" / "lopezbernal_sicily" / "sicily.csv")
    design = np.column_stack([np.ones(len(table)), table["smokban"], table["time"]]).astype(float)
    return np.log(table["aces"] / table["stdpop"]).to_numpy(), design


def test_sicily_ordinary(sicily):
    fit = ordinary(*sicily)
    assert fit.coefficients[1] == pytest.approx(-0.114221, abs=1e-6)
    assert np.sqrt(fit.covariance[1, 1]) == pytest.approx(0.032208, abs=1e-6)


def test_sicily_newey_west_with_three_lags(sicily):
    assert newey_west_lags(59) == 3
    assert np.sqrt(newey_west(*sicily).covariance[1, 1]) == pytest.approx(0.032769, abs=1e-6)


def test_newey_west_agrees_with_statsmodels():
    import statsmodels.api as sm

    random = np.random.default_rng(2)
    design = np.column_stack([np.ones(30), np.arange(30)]).astype(float)
    values = random.normal(size=30)
    theirs = sm.OLS(values, design).fit(cov_type="HAC", cov_kwds={"maxlags": 2, "use_correction": True})
    assert newey_west(values, design, 2).covariance == pytest.approx(theirs.cov_params())


def test_prais_winsten_solves_its_own_equation():
    """At the end the residuals of the untransformed series have the autocorrelation it transformed with."""
    random = np.random.default_rng(3)
    errors = random.normal(size=60)
    for t in range(1, 60):
        errors[t] += 0.5 * errors[t - 1]
    design = np.column_stack([np.ones(60), np.arange(60)]).astype(float)
    fit = prais_winsten(errors, design)
    left = errors - design @ fit.coefficients
    assert left[1:] @ left[:-1] / (left[:-1] @ left[:-1]) == pytest.approx(fit.autocorrelation, abs=1e-4)
    assert 0.2 < fit.autocorrelation < 0.8


def test_prais_winsten_says_when_it_does_not_settle():
    time = np.arange(8.0)
    design = np.column_stack([np.ones(8), time, time >= 4, (time >= 4) * (time - 4)]).astype(float)
    random = np.random.default_rng(1)
    with pytest.raises(ev.FitError, match='Use inference="model"'):  # noqa: PT012
        for _ in range(50):  # about one in eight series this short does not settle
            prais_winsten(random.normal(size=8), design)
