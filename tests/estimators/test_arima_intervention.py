"""ARIMA intervention: recovery, shapes of effect, several operations, differences, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import evaluate as ev
from evaluate.data.periods import days_in

FIRST_ORDER = ev.ArimaIntervention(order=(1, 0, 0), season=None)


def alone(counts, *, operations=None, before="48 months", after="12 months", **keywords) -> ev.Design:
    """A design of one area from January 2010 without controls."""
    periods = pd.period_range("2010-01", periods=len(counts), freq="M")
    data = xr.DataArray(
        np.asarray(counts, dtype=float)[None, :, None],
        dims=("area", "period", "outcome"),
        coords={"area": ["W1"], "period": periods, "outcome": ["crime"]},
    )
    operations = operations or [ev.Operation("patrols", "2014-01-01", "2014-01-31")]
    return ev.Design(
        ev.Panel(data), outcome="crime", treated=["W1"], control=[], operations=operations,
        before=before, after=after, **keywords,
    )  # fmt: skip


def autocorrelated(effect=1.0, *, mean=300.0, rho=0.5, sd=0.05, seed=1, periods=61) -> np.ndarray:
    """Counts a day times days, with an effect on the periods after the 49th."""
    random = np.random.default_rng(seed)
    noise = random.normal(0, sd, periods)
    for t in range(1, periods):
        noise[t] = rho * noise[t - 1] + np.sqrt(1 - rho**2) * noise[t]
    days = days_in(pd.period_range("2010-01", periods=periods, freq="M"))
    after = np.arange(periods) >= 49
    factor = np.broadcast_to(effect, periods)[:periods] if np.ndim(effect) else np.where(after, effect, 1.0)
    return np.round(mean * days / 30 * np.exp(noise) * factor)


def test_recovers_a_step_and_covers_it():
    """30 series, ratio .7: about 28 intervals cover; the mean log ratio is within three errors of .01."""
    found, covered = [], 0
    for seed in range(30):
        effect = FIRST_ORDER.fit(alone(autocorrelated(0.7, seed=seed)), seed=1).effect("patrols", "after")
        found.append(np.log(effect.rate_ratio))
        covered += effect.lower <= 0.7 <= effect.upper
    assert np.mean(found) == pytest.approx(np.log(0.7), abs=0.03)
    assert covered >= 24


def test_order_is_chosen_on_the_period_before_only():
    counts = autocorrelated(seed=2)
    spoilt = counts.copy()
    spoilt[49:] = np.round(spoilt[49:] * np.tile([0.3, 3.0], 6))
    estimator = ev.ArimaIntervention(season=None)
    one, other = (estimator.fit(alone(each), seed=1).diagnostics for each in (counts, spoilt))
    assert one["order"] == other["order"]
    assert one["order_chosen_before"]


def test_pulse_and_gradual_follow_their_shapes():
    since = np.maximum(np.arange(61) - 49, 0)
    after = np.arange(61) >= 49
    dying = np.where(after, np.exp(np.log(0.4) * 0.7**since), 1.0)
    growing = np.where(after, np.exp(np.log(0.5) * (1 - 0.7 ** (since + 1))), 1.0)
    for change, shape in (("pulse", dying), ("gradual", growing)):
        design = alone(autocorrelated(shape, sd=0.02, mean=5000.0))
        estimator = ev.ArimaIntervention(order=(1, 0, 0), season=None, change=change)
        result = estimator.fit(design, seed=1)
        assert result.diagnostics["decay"] == 0.7
        expected = shape[49:].mean()
        assert result.effect("patrols", "after").rate_ratio == pytest.approx(expected, abs=0.03)


def test_operations_are_estimated_together():
    effect = np.repeat([1.0, 0.5, 0.5], [49, 11, 13])
    operations = [
        ev.Operation("first", "2014-01-01", "2014-01-31"),
        ev.Operation("second", "2015-01-01", "2015-01-31"),
    ]
    counts = autocorrelated(effect, sd=0.03, periods=73, mean=2000.0)
    result = FIRST_ORDER.fit(alone(counts, operations=operations), seed=1)
    assert result.effect("first", "after").rate_ratio == pytest.approx(0.5, abs=0.05)
    assert result.effect("second", "after").rate_ratio == pytest.approx(1.0, abs=0.1)
    assert result.counterfactual["expected"].iloc[-1] == pytest.approx(2 * counts[-1], rel=0.15)


def test_trigger_has_a_term_of_its_own():
    counts = autocorrelated(sd=0.03, mean=2000.0)
    spiked = counts.copy()
    spiked[45:48] *= 2
    plain = FIRST_ORDER.fit(alone(counts), seed=1).effect("patrols", "after").rate_ratio
    with_term = (
        FIRST_ORDER.fit(alone(spiked, trigger="3 months"), seed=1).effect("patrols", "after").rate_ratio
    )
    assert with_term == pytest.approx(plain, abs=0.03)


def test_missing_months_are_left_out():
    counts = autocorrelated(0.7, seed=3)
    counts[[10, 55]] = np.nan
    effect = FIRST_ORDER.fit(alone(counts), seed=1).effect("patrols", "after")
    assert effect.observed == np.nansum(counts[49:])
    assert effect.rate_ratio == pytest.approx(0.7, abs=0.1)


def test_differences_leave_a_forecast_to_compare_with():
    counts = autocorrelated(0.7, seed=4)
    estimator = ev.ArimaIntervention(order=(0, 1, 1), season=None)
    result = estimator.fit(alone(counts), seed=1)
    effect = result.effect("patrols", "after")
    assert effect.rate_ratio == pytest.approx(0.7, abs=0.12)
    assert effect.observed / effect.expected == pytest.approx(effect.rate_ratio, rel=0.15)


def test_refuses_small_counts():
    with pytest.raises(ev.FitError) as caught:
        FIRST_ORDER.fit(alone(np.full(61, 12.0)), seed=1)
    assert str(caught.value) == (
        "The ARIMA intervention takes log counts for normal, which needs a mean of 30 a period and no nought; crime "
        "has a mean of 12.0. Use StructuralModel, or longer periods."
    )


def test_refuses_a_nought():
    counts = autocorrelated()
    counts[50] = 0
    with pytest.raises(ev.FitError, match="crime has a period with nought"):
        FIRST_ORDER.fit(alone(counts), seed=1)


def test_refuses_a_short_baseline():
    with pytest.raises(ev.FitError, match="needs 24 periods with counts before the operation; crime has 20"):
        FIRST_ORDER.fit(alone(autocorrelated(), before="20 months"), seed=1)
    seasonal = ev.ArimaIntervention(order=(1, 0, 0), seasonal_order=(1, 0, 0))
    with pytest.raises(
        ev.FitError, match="needs 36 periods with counts before the operation for seasonal lags"
    ):
        seasonal.fit(alone(autocorrelated(), before="30 months"), seed=1)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"change": "stap"}, 'There is no change "stap". Did you mean "step"?'),
        ({"order": (1, 0)}, "order is three whole numbers of 0 or more"),
        ({"seasonal_order": (0, 1, 1)}, "needs an order beside it"),
        ({"order": (1, 0, 0), "seasonal_order": None}, "Give both, or neither"),
    ],
)
def test_settings_that_do_not_go_together(settings, words):
    with pytest.raises(ev.DesignError, match=words.replace("?", r"\?")):
        ev.ArimaIntervention(**settings)
