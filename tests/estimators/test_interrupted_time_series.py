"""Interrupted time series: against statsmodels, recovery, several operations, triggers, gaps, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import evaluate as ev
from evaluate.data.periods import days_in


def alone(counts, *, operations=None, before="36 months", after="12 months", **keywords) -> ev.Design:
    """A design of one area from January 2010 without controls."""
    periods = pd.period_range("2010-01", periods=len(counts), freq="M")
    data = xr.DataArray(
        np.asarray(counts, dtype=float)[None, :, None],
        dims=("area", "period", "outcome"),
        coords={"area": ["W1"], "period": periods, "outcome": ["crime"]},
    )
    operations = operations or [ev.Operation("patrols", "2013-01-01", "2013-01-31")]
    return ev.Design(
        ev.Panel(data), outcome="crime", treated=["W1"], control=[], operations=operations,
        before=before, after=after, **keywords,
    )  # fmt: skip


def steady(periods=49, mean=40.0, seed=1) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, periods).astype(float)


def test_quasi_poisson_agrees_with_statsmodels():
    import statsmodels.api as sm

    design = alone(steady())
    result = ev.InterruptedTimeSeries(family="quasi-poisson").fit(design, seed=1)
    time = np.arange(49)
    turn = 2 * np.pi * time / 12
    X = np.column_stack(
        [
            np.ones(49),
            time,
            np.sin(turn),
            np.cos(turn),
            np.sin(2 * turn),
            np.cos(2 * turn),
            time == 36,
            time > 36,
        ]
    ).astype(float)
    offset = np.log(days_in(design.periods))
    theirs = sm.GLM(design.treated_counts, X, family=sm.families.Poisson(), offset=offset).fit(scale="X2")
    effect = result.effect("patrols", "after")
    assert np.log(effect.rate_ratio) == pytest.approx(theirs.params[-1], abs=1e-6)
    scale = max(theirs.scale, 1.0) / theirs.scale
    assert effect.ratio.log_standard_error == pytest.approx(theirs.bse[-1] * np.sqrt(scale), rel=1e-5)
    assert effect.ratio.degrees_of_freedom == 41


@pytest.mark.parametrize("family", ["negative binomial", "quasi-poisson", "log rate"])
def test_recovers_a_known_effect(family):
    """Mean of 40 estimates of a halving; the Monte Carlo error of the mean log ratio is about 0.02."""
    process = ev.Process(mean=80, dispersion=1.5, autocorrelation=0.2)
    found = []
    for seed in range(40):
        panel = ev.simulate_panel(areas=1, periods=72, process=process, rate_ratio_after=0.5, seed=seed)
        design = ev.simulated_design(panel)
        estimator = ev.InterruptedTimeSeries(family=family, trend=False)
        found.append(np.log(estimator.fit(design, seed=1).effect("operation", "after").rate_ratio))
    assert np.mean(found) == pytest.approx(np.log(0.5), abs=0.06)


def test_interval_of_the_negative_binomial_covers_where_counts_are_independent():
    """100 null series of 36 + 12 months, dispersion 2: about 95 cover."""
    process = ev.Process(mean=20, dispersion=2, autocorrelation=0, persistent_share=0, shock=0)
    covered = 0
    for seed in range(100):
        design = ev.simulated_design(
            ev.simulate_panel(areas=1, periods=49, process=process, operation_at=36, seed=seed)
        )
        effect = ev.InterruptedTimeSeries().fit(design, seed=1).effect("operation", "after")
        covered += effect.lower <= 1 <= effect.upper
    assert 88 <= covered <= 100  # three Monte Carlo errors of 2.2


def test_operations_are_estimated_together():
    """The second operation is judged against what the first left behind, not against the years before."""
    operations = [
        ev.Operation("first", "2013-01-01", "2013-01-31"),
        ev.Operation("second", "2014-01-01", "2014-01-31"),
    ]
    mean = np.repeat([100.0, 50.0, 50.0], [36, 12, 13])
    estimator = ev.InterruptedTimeSeries(season=None, trend=False)
    for family in ("negative binomial", "log rate"):
        result = replace(estimator, family=family).fit(alone(mean, operations=operations), seed=1)
        assert result.effect("first", "after").rate_ratio == pytest.approx(0.5, abs=0.01)
        assert result.effect("second", "during").rate_ratio == pytest.approx(1.0, abs=0.05)
        assert result.effect("second", "after").rate_ratio == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("family", ["quasi-poisson", "log rate"])
def test_parts_of_months_count_by_their_days(family):
    """From 16 March to 15 May at a daily ratio of .4: half of March, all of April, half of May."""
    operations = [ev.Operation("patrols", "2013-03-16", "2013-05-15")]
    index = pd.period_range("2010-01", periods=65, freq="M")
    daily = days_in(index)
    share = np.zeros(65)
    share[38:41] = [16 / 31, 1, 15 / 31]
    counts = np.round(1e6 * daily * (1 - share + 0.4 * share))
    design = alone(counts, operations=operations)
    result = ev.InterruptedTimeSeries(family=family, season=None, trend=False).fit(design, seed=1)
    effect = result.effect("patrols", "during")
    assert effect.rate_ratio == pytest.approx(effect.observed / (1e6 * daily[38:41].sum()), rel=1e-5)
    assert effect.expected == pytest.approx(1e6 * daily[38:41].sum(), rel=1e-4)


def test_trigger_has_a_term_of_its_own():
    counts = np.concatenate([np.full(33, 30.0), np.full(3, 90.0), np.full(13, 30.0)])
    estimator = ev.InterruptedTimeSeries(season=None, trend=False)
    with_term = estimator.fit(alone(counts, trigger="3 months"), seed=1)
    without = estimator.fit(alone(counts), seed=1)
    assert with_term.effect("patrols", "after").rate_ratio == pytest.approx(1.0, abs=0.02)
    assert without.effect("patrols", "after").rate_ratio < 0.9
    assert "trigger" in with_term.diagnostics["coefficients"]
    spike = with_term.counterfactual["expected"].iloc[33:36]
    assert (spike < 35).all()  # what is expected does not hold the spike


@pytest.mark.parametrize("family", ["negative binomial", "log rate"])
def test_missing_months_are_left_out(family):
    counts = steady(mean=60)
    holed = counts.copy()
    holed[[5, 20, 44]] = np.nan
    estimator = ev.InterruptedTimeSeries(family=family, trend=False)
    whole = estimator.fit(alone(counts), seed=1).effect("patrols", "after")
    part = estimator.fit(alone(holed), seed=1).effect("patrols", "after")
    assert part.observed == pytest.approx(whole.observed - counts[44])
    assert part.rate_ratio == pytest.approx(whole.rate_ratio, rel=0.05)


def test_change_of_slope_is_judged_total_over_total():
    """A steady loss of 5% a month from the first month after: the ratio is that of the totals."""
    since = np.maximum(np.arange(49) - 37, 0)
    counts = np.round(1e6 * days_in(pd.period_range("2010-01", periods=49, freq="M")) * 0.95**since)
    estimator = ev.InterruptedTimeSeries(family="quasi-poisson", season=None, trend=False, slope_change=True)
    effect = estimator.fit(alone(counts), seed=1).effect("patrols", "after")
    assert effect.rate_ratio == pytest.approx(effect.observed / effect.expected, rel=1e-6)
    assert effect.rate_ratio == pytest.approx(np.mean(0.95 ** np.arange(12)), abs=0.005)


def test_controls_as_offset_take_out_what_areas_share():
    shared = np.exp(np.random.default_rng(3).normal(0, 0.3, 49))
    periods = pd.period_range("2010-01", periods=49, freq="M")
    rows = np.random.default_rng(4).poisson(np.array([[100.0], [2000.0], [2000.0]]) * shared)
    data = xr.DataArray(
        rows[:, :, None].astype(float),
        dims=("area", "period", "outcome"),
        coords={"area": ["W1", "W2", "W3"], "period": periods, "outcome": ["crime"]},
    )
    design = ev.Design(
        ev.Panel(data), outcome="crime", treated=["W1"],
        operations=[ev.Operation("patrols", "2013-01-01", "2013-01-31")], before="36 months", after="12 months",
    )  # fmt: skip
    plain = ev.InterruptedTimeSeries(season=None, trend=False)
    own = plain.fit(design, seed=1).effect("patrols", "after").ratio.log_standard_error
    against = replace(plain, controls="offset").fit(design, seed=1).effect("patrols", "after")
    assert against.ratio.log_standard_error < 0.5 * own
    assert against.lower < 1 < against.upper


def test_predictive_interval_holds_the_count_that_came():
    """With no effect, counts recorded in 60 windows lie in the 95% predictive interval about 57 times."""
    process = ev.Process(mean=20, dispersion=1.5, autocorrelation=0, persistent_share=0, shock=0)
    inside = 0
    for seed in range(60):
        design = ev.simulated_design(
            ev.simulate_panel(areas=1, periods=49, process=process, operation_at=36, seed=seed)
        )
        effect = ev.InterruptedTimeSeries(trend=False).fit(design, seed=1).effect("operation", "after")
        inside += effect.prevented_lower <= 0 <= effect.prevented_upper
    assert 52 <= inside <= 60


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"family": "negative"}, 'There is no family "negative". Did you mean "negative binomial"?'),
        (
            {"inference": "ols"},
            'inference="ols" is a method for linear regression, and the family is "negative binomial". Use '
            'family="log rate", or inference="model".',
        ),
        ({"controls": "all"}, 'controls is "offset", "conditional" or None; it is "all".'),
        ({"season": "month"}, 'season is a number of yearly waves, "months" or None; it is "month".'),
        ({"change": "decay"}, 'There is no change "decay". Valid names: step, pulse and gradual.'),
        ({"covariates": "rain"}, 'covariates is a list of outcomes; write ["rain"].'),
        (
            {"family": "log rate", "inference": "sandwich"},
            'inference="sandwich" is a method for counts, and the family is "log rate". Use family="negative '
            'binomial", or inference="model".',
        ),
        (
            {"controls": "conditional"},
            'family="beta-binomial" and controls="conditional" are one method: the treated count given the total. The '
            "family is \"negative binomial\" and controls is 'conditional'. Set both, or neither.",
        ),
        (
            {"exposure": "people", "controls": "offset"},
            'The treated count is divided by one thing: exposure="people" or controls="offset". Drop one of them.',
        ),
    ],
)
def test_settings_that_do_not_exist(settings, words):
    with pytest.raises(ev.DesignError) as caught:
        ev.InterruptedTimeSeries(**settings)
    assert str(caught.value) == words


def test_refuses_a_season_from_less_than_two_years():
    with pytest.raises(ev.FitError) as caught:
        ev.InterruptedTimeSeries().fit(alone(steady(), before="18 months"), seed=1)
    assert str(caught.value) == (
        "The interrupted time series needs 24 months with counts before the operation for its season; crime has "
        "18. Use season=None, a longer before, or BeforeAfter."
    )


def test_refuses_a_log_of_nought():
    counts = steady()
    counts[3] = 0
    with pytest.raises(ev.FitError) as caught:
        ev.InterruptedTimeSeries(family="log rate").fit(alone(counts), seed=1)
    assert str(caught.value) == (
        'A log rate has no place for nought, and crime is nought in 1 months. Use family="negative binomial".'
    )


def test_refuses_a_window_with_nothing_recorded():
    counts = steady()
    counts[36] = 0
    with pytest.raises(ev.FitError) as caught:
        ev.InterruptedTimeSeries().fit(alone(counts), seed=1)
    assert str(caught.value) == (
        'There is nothing recorded of crime in the window "patrols, during", so its rate ratio has no standard '
        "error. Use StructuralModel, or leave that window out."
    )


def test_refuses_controls_that_are_not_there():
    with pytest.raises(ev.FitError, match="this design has no controls"):
        ev.InterruptedTimeSeries(controls="offset").fit(alone(steady()), seed=1)


def test_newey_west_refuses_gaps():
    counts = steady()
    counts[3] = np.nan
    with pytest.raises(ev.FitError, match="2010-04 is missing"):
        ev.InterruptedTimeSeries(inference="newey-west").fit(alone(counts), seed=1)
