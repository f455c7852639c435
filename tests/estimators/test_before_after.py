"""Before-after: hand arithmetic, recovery, what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

import evaluate as ev


def hand_made(counts: list[float], *, operations=None, **keywords) -> ev.Design:
    """A design of one area from January 2010 whose counts are given."""
    periods = pd.period_range("2010-01", periods=len(counts), freq="M")
    data = xr.DataArray(
        np.asarray(counts, dtype=float)[None, :, None],
        dims=("area", "period", "outcome"),
        coords={"area": ["W1"], "period": periods, "outcome": ["crime"]},
    )
    operations = operations or [ev.Operation("patrols", "2011-01-01", "2011-01-31")]
    settings = {"before": "12 months", "after": "2 months", **keywords}
    return ev.Design(
        ev.Panel(data), outcome="crime", treated=["W1"], control=[], operations=operations, **settings
    )


def test_ratio_is_rate_over_rate_by_hand():
    result = ev.BeforeAfter().fit(hand_made([31.0] * 12 + [10, 20, 24]), seed=1)
    rate = 12 * 31 / 365
    assert result.effect("patrols", "during").expected == pytest.approx(31 * rate)
    assert result.effect("patrols", "after").expected == pytest.approx(59 * rate)
    assert result.effect("patrols", "after").rate_ratio == pytest.approx(44 / (59 * rate))


def test_interval_by_hand():
    counts = [20.0, 40, 25, 35, 30, 30, 22, 38, 28, 32, 30, 30, 10, 20, 24]
    result = ev.BeforeAfter().fit(hand_made(counts), seed=1)
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    mean = sum(counts[:12]) / 365 * days
    phi = ((counts[:12] - mean) ** 2 / mean).sum() / 11
    assert phi > 1
    half = stats.t.ppf(0.975, 11) * np.sqrt(phi * (1 / 360 + 1 / 44))
    effect = result.effect("patrols", "after")
    assert result.diagnostics["dispersion"] == pytest.approx(phi)
    assert effect.upper / effect.rate_ratio == pytest.approx(np.exp(half))
    assert effect.lower / effect.rate_ratio == pytest.approx(np.exp(-half))


def test_counts_prevented_are_predictive():
    """The interval of a count allows for the noise of both totals, so it is wider than the mean's."""
    effect = ev.BeforeAfter().fit(hand_made([30.0] * 12 + [30, 30, 30]), seed=1).effect("patrols", "after")
    poisson_only = 1.96 * np.sqrt(effect.expected)
    assert effect.prevented_upper - effect.prevented_lower > 2 * poisson_only
    assert effect.prevented == pytest.approx(effect.expected - 60)


def test_second_operation_is_judged_against_what_the_first_left():
    operations = [
        ev.Operation("first", "2011-01-01", "2011-01-31"),
        ev.Operation("second", "2011-07-01", "2011-07-31"),
    ]
    counts = [31.0] * 12 + [10] + [10] * 5 + [10] * 3
    design = hand_made(counts, operations=operations)
    result = ev.BeforeAfter().fit(design, seed=1)
    assert result.effect("first", "after").rate_ratio < 0.4
    assert 0.9 < result.effect("second", "during").rate_ratio < 1.1
    assert 0.9 < result.effect("second", "after").rate_ratio < 1.1


def test_trigger_is_kept_out_of_the_baseline():
    counts = [30.0] * 9 + [90, 90, 90] + [30, 30, 30]
    with_term = ev.BeforeAfter().fit(hand_made(counts, trigger="3 months"), seed=1)
    without = ev.BeforeAfter().fit(hand_made(counts), seed=1)
    assert 0.9 < with_term.effect("patrols", "after").rate_ratio < 1.1
    assert without.effect("patrols", "after").rate_ratio < 0.75


def test_missing_month_is_left_out_not_read_as_nought():
    whole = ev.BeforeAfter().fit(hand_made([30.0] * 12 + [30, 30, 30]), seed=1)
    holed = ev.BeforeAfter().fit(hand_made([30.0] * 5 + [np.nan] + [30] * 6 + [30, 30, np.nan]), seed=1)
    assert holed.effect("patrols", "after").observed == 30
    ratios = [r.effect("patrols", "after").rate_ratio for r in (whole, holed)]
    assert ratios[0] == pytest.approx(ratios[1], rel=0.08)


def test_nought_after_keeps_an_interval_and_says_how():
    effect = ev.BeforeAfter().fit(hand_made([30.0] * 12 + [30, 0, 0]), seed=1).effect("patrols", "after")
    assert 0 < effect.lower < effect.rate_ratio < effect.upper < 1
    assert effect.prevented == pytest.approx(effect.expected)
    assert effect.interval == "quasi-Poisson t interval; half a count added to a nought"


def test_refuses_a_baseline_of_noughts():
    with pytest.raises(ev.FitError) as caught:
        ev.BeforeAfter().fit(hand_made([0.0] * 12 + [1, 1, 1]), seed=1)
    assert str(caught.value) == (
        "Before-after divides by what came before, and crime has only noughts there, for the window "
        '"patrols, during". Use a longer before, or give the counts without a ratio.'
    )


def test_refuses_a_window_nobody_published():
    with pytest.raises(ev.FitError, match='the window "patrols, after" has no published count'):
        ev.BeforeAfter().fit(hand_made([5.0] * 12 + [5, np.nan, np.nan]), seed=1)


def test_covers_the_truth_where_its_assumptions_hold():
    """No season, trend, shock or autocorrelation: 95% intervals of 100 panels cover about 95%."""
    process = ev.Process(mean=30, dispersion=1.5, autocorrelation=0, persistent_share=0, season=0, shock=0)
    covered = []
    for seed in range(100):
        panel = ev.simulate_panel(areas=1, periods=36, process=process, rate_ratio_after=0.7, seed=seed)
        effect = ev.BeforeAfter().fit(_alone(panel), seed=seed).effect("operation", "after")
        covered.append(effect.lower <= 0.7 <= effect.upper)
    assert 0.88 <= np.mean(covered) <= 1.0  # three Monte Carlo errors of 0.022 below 0.95


def _alone(panel: ev.SimulatedPanel) -> ev.Design:
    truth = panel.truth
    operation = ev.Operation("operation", truth.start.start_time, truth.end.end_time.normalize())
    return ev.Design(
        panel, outcome="crime", treated=["A01"], control=[], operations=[operation],
        before="27 months", after="8 months",
    )  # fmt: skip


def test_three_months_before_are_few_but_no_crash():
    """Two degrees of freedom: the interval is honest and very wide."""
    panel = ev.simulate_panel(areas=2, periods=30, seed=3)
    design = ev.simulated_design(panel).with_windows(before="3 months", after="6 months")
    effect = ev.BeforeAfter().fit(design, seed=1).effect("operation", "after")
    assert effect.lower < effect.rate_ratio < effect.upper
    assert effect.upper / effect.lower > 2
