"""The estimators against R (tests/reference/regressions.R, outputs and versions in regressions.csv)."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import evaluate as ev

CHECKOUT = Path(__file__).resolve().parents[2]
LAW = "law, during"


@pytest.fixture(scope="module")
def theirs() -> pd.Series:
    table = pd.read_csv(CHECKOUT / "tests" / "reference" / "regressions.csv")
    return table.set_index(["model", "quantity"])["value"]


@pytest.fixture(scope="module")
def casualties():
    return runpy.run_path(str(CHECKOUT / "studies" / "seat_belts" / "replicate.py"))["casualties"]


def fitted(casualties, outcome, **settings) -> ev.Result:
    covariates = ("kms", "PetrolPrice") if settings.get("family") == "log rate" else ("kms",)
    estimator = ev.InterruptedTimeSeries(season="months", exposure="month", covariates=covariates, **settings)
    return estimator.fit(casualties(outcome), seed=1)


def coefficient(result: ev.Result) -> float:
    return result.diagnostics["coefficients"][LAW]


def error(result: ev.Result) -> float:
    return result.effect("law", "during").ratio.log_standard_error


def test_the_outputs_say_what_made_them():
    table = pd.read_csv(CHECKOUT / "tests" / "reference" / "regressions.csv")
    assert table["software"].str.match(r"R \d+\.\d+\.\d+, \w+ \d").all()


def test_poisson(casualties, theirs):
    result = fitted(casualties, "VanKilled", family="poisson")
    assert coefficient(result) == pytest.approx(theirs["poisson", "coefficient"], abs=1e-9)
    assert error(result) == pytest.approx(theirs["poisson", "error"], rel=1e-8)
    assert result.diagnostics["log_likelihood"] == pytest.approx(
        theirs["poisson", "log_likelihood"], abs=1e-8
    )
    assert result.diagnostics["coefficients"]["log kms"] == pytest.approx(
        theirs["poisson", "covariate"], abs=1e-9
    )


@pytest.mark.parametrize(
    ("inference", "model"),
    [
        ("model", "quasi-poisson"),
        ("sandwich", "quasi-poisson HC3"),
        ("newey-west", "quasi-poisson Newey-West"),
    ],
)
def test_quasi_poisson(casualties, theirs, inference, model):
    result = fitted(casualties, "drivers", family="quasi-poisson", inference=inference)
    assert coefficient(result) == pytest.approx(theirs["quasi-poisson", "coefficient"], abs=1e-9)
    assert error(result) == pytest.approx(theirs[model, "error"], rel=1e-7)
    assert result.diagnostics["dispersion"] == pytest.approx(theirs["quasi-poisson", "dispersion"], rel=1e-8)


def test_sandwich_of_small_counts(casualties, theirs):
    result = fitted(casualties, "VanKilled", family="poisson", inference="sandwich")
    assert error(result) == pytest.approx(theirs["poisson HC3", "error"], rel=1e-7)


def test_negative_binomial(casualties, theirs):
    """Ours multiplies the standard error by the root of Pearson's dispersion where that is above 1."""
    result = fitted(casualties, "drivers", family="negative binomial")
    assert coefficient(result) == pytest.approx(theirs["negative binomial", "coefficient"], abs=1e-7)
    assert 1 / result.diagnostics["alpha"] == pytest.approx(theirs["negative binomial", "theta"], rel=1e-5)
    assert result.diagnostics["log_likelihood"] == pytest.approx(
        theirs["negative binomial", "log_likelihood"], abs=1e-7
    )
    assert error(result) / np.sqrt(result.diagnostics["dispersion"]) == pytest.approx(
        theirs["negative binomial", "error"], rel=1e-6
    )


@pytest.mark.parametrize(("inference", "model"), [("ols", "ols"), ("newey-west", "Newey-West")])
def test_ordinary_least_squares(casualties, theirs, inference, model):
    result = fitted(casualties, "drivers", family="log rate", inference=inference)
    assert coefficient(result) == pytest.approx(theirs["ols", "coefficient"], abs=1e-8)
    assert error(result) == pytest.approx(theirs[model, "error"], rel=1e-7)


def test_restricted_maximum_likelihood(casualties, theirs):
    result = fitted(casualties, "drivers", family="log rate")
    assert coefficient(result) == pytest.approx(theirs["reml", "coefficient"], abs=1e-6)
    assert error(result) == pytest.approx(theirs["reml", "error"], rel=1e-5)
    assert result.diagnostics["autocorrelation"] == pytest.approx(theirs["reml", "autocorrelation"], abs=1e-5)
    assert result.diagnostics["log_likelihood"] == pytest.approx(theirs["reml", "log_likelihood"], abs=1e-6)


@pytest.mark.parametrize("outcome", ["drivers", "front", "rear"])
def test_arima(casualties, theirs, outcome):
    """The likelihoods agree to 1e-6; the maximum is flat, so estimates agree to the optimiser's 1e-4."""
    estimator = ev.ArimaIntervention(
        order=(1, 0, 0),
        seasonal_order=(1, 0, 0),
        season=None,
        exposure="month",
        covariates=("kms", "PetrolPrice"),
    )
    result = estimator.fit(casualties(outcome), seed=1)
    model = f"arima {outcome}"
    found = result.diagnostics["arma"]
    assert result.diagnostics["log_likelihood"] == pytest.approx(theirs[model, "log_likelihood"], abs=1e-5)
    assert coefficient(result) == pytest.approx(theirs[model, "coefficient"], abs=1e-4)
    assert found["ar.L1"] == pytest.approx(theirs[model, "ar"], abs=1e-3)
    assert found["ar.S.L12"] == pytest.approx(theirs[model, "seasonal"], abs=1e-3)
    assert found["sigma2"] == pytest.approx(theirs[model, "variance"], rel=1e-3)
    residual = result.diagnostics["periods"] / (result.diagnostics["periods"] - 6)
    assert error(result) == pytest.approx(theirs[model, "error"] * np.sqrt(residual), rel=0.01)
