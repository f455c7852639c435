"""The estimators against R and pyfixest; scripts, outputs and versions are in tests/reference/."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import xarray as xr

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


@pytest.mark.parametrize(
    ("file", "made_by"),
    [("regressions.csv", r"R \d+\.\d+\.\d+, \w+ \d"), ("panel_regressions.csv", r"pyfixest \d")],
)
def test_the_outputs_say_what_made_them(file, made_by):
    assert pd.read_csv(CHECKOUT / "tests" / "reference" / file)["software"].str.match(made_by).all()


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


@pytest.fixture(scope="module")
def pyfixest() -> pd.Series:
    table = pd.read_csv(CHECKOUT / "tests" / "reference" / "panel_regressions.csv")
    return table.set_index(["model", "quantity"])["value"]


def panel_design(monkeypatch, treated: int, controls: range) -> ev.Design:
    """The counts that pyfixest had, its areas by number."""
    monkeypatch.setitem(sys.modules, "pyfixest", ModuleType("pyfixest"))
    counts = runpy.run_path(str(CHECKOUT / "tests" / "reference" / "panel_regressions.py"))[
        "panel_of_counts"
    ]()
    data = xr.DataArray(
        counts[:, :, None],
        dims=("area", "period", "outcome"),
        coords={
            "area": [f"W{number}" for number in range(30)],
            "period": pd.period_range("2010-01", periods=34, freq="M"),
            "outcome": ["crime"],
        },
    )
    return ev.Design(
        ev.Panel(data), outcome="crime", treated=[f"W{number}" for number in range(treated)],
        control=[f"W{number}" for number in controls], before="24 months", after="9 months",
        operations=[ev.Operation("patrols", "2012-01-01", "2012-01-31")],
    )  # fmt: skip


def test_difference_in_differences_of_one_area(pyfixest, monkeypatch):
    result = ev.DifferenceInDifferences().fit(panel_design(monkeypatch, 1, range(7, 30)))
    for window in ("during", "after"):
        assert np.log(result.effect("patrols", window).rate_ratio) == pytest.approx(
            pyfixest["one area", window], abs=1e-8
        )


def test_difference_in_differences_of_several_areas(pyfixest, monkeypatch):
    estimator = ev.DifferenceInDifferences(inference="cluster robust")
    ratio = estimator.fit(panel_design(monkeypatch, 7, range(7, 30))).effect("patrols", "after").ratio
    assert ratio.log_ratio == pytest.approx(pyfixest["several areas", "coefficient"], abs=1e-8)
    assert ratio.log_standard_error == pytest.approx(pyfixest["several areas", "error"], rel=1e-6)


def test_event_study(pyfixest, monkeypatch):
    study = ev.event_study(panel_design(monkeypatch, 7, range(7, 30)))
    theirs = pyfixest["event study"]
    ours = np.log(study.table.loc[study.table["part"] != "reference", "rate_ratio"])
    assert ours.to_numpy() == pytest.approx(theirs.to_numpy(), abs=1e-8)
