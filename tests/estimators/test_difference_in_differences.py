"""Difference in differences: the closed form, size, several operations, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import evaluate as ev

PATROLS = [ev.Operation("patrols", "2012-01-01", "2012-01-31")]


def panel_of(rows) -> ev.Panel:
    """Counts by area from January 2010, areas W01, W02, ..."""
    rows = np.asarray(rows, dtype=float)
    periods = pd.period_range("2010-01", periods=rows.shape[1], freq="M")
    codes = [f"W{number:02d}" for number in range(1, len(rows) + 1)]
    return ev.Panel(
        xr.DataArray(
            rows[:, :, None],
            dims=("area", "period", "outcome"),
            coords={"area": codes, "period": periods, "outcome": ["crime"]},
        )
    )


def design_of(rows, *, treated=("W01",), operations=PATROLS, **keywords) -> ev.Design:
    settings = {"before": "24 months", "after": "6 months", **keywords}
    return ev.Design(panel_of(rows), outcome="crime", treated=treated, operations=operations, **settings)


def poisson(areas=25, periods=31, seed=1, mean=40.0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (areas, periods)).astype(float)


def test_ratio_of_totals_by_hand():
    rows = poisson()
    effect = ev.DifferenceInDifferences().fit(design_of(rows), seed=1).effect("patrols", "after")
    t0, t1 = rows[0, :24].sum(), rows[0, 25:].sum()
    c0, c1 = rows[1:, :24].sum(), rows[1:, 25:].sum()
    assert effect.rate_ratio == pytest.approx(t1 / t0 / (c1 / c0))
    assert effect.expected == pytest.approx(t0 * c1 / c0)
    assert effect.prevented == pytest.approx(t0 * c1 / c0 - t1)


def test_recovers_a_known_effect():
    """Mean of 40 estimates of a fall by 40%; the Monte Carlo error of the mean log ratio is about 0.02."""
    found = []
    for seed in range(40):
        panel = ev.simulate_panel(areas=20, periods=60, rate_ratio_after=0.6, seed=seed)
        effect = (
            ev.DifferenceInDifferences().fit(ev.simulated_design(panel), seed=1).effect("operation", "after")
        )
        found.append(np.log(effect.rate_ratio))
    assert np.mean(found) == pytest.approx(np.log(0.6), abs=0.06)


def test_interval_and_counts_hold_the_truth():
    """60 sets of 25 areas with a fall by 40%: about 57 ratios and 57 counts within (Monte Carlo error 1.7)."""
    ratios = counts = 0
    for seed in range(60):
        panel = ev.simulate_panel(areas=25, periods=60, rate_ratio_after=0.6, seed=100 + seed)
        effect = (
            ev.DifferenceInDifferences().fit(ev.simulated_design(panel), seed=1).effect("operation", "after")
        )
        ratios += effect.lower <= 0.6 <= effect.upper
        truth = panel.truth.expected[effect_periods(panel)].sum() - effect.observed
        counts += effect.prevented_lower <= truth <= effect.prevented_upper
    assert 51 <= ratios <= 60
    assert 51 <= counts <= 60


def effect_periods(panel) -> np.ndarray:
    return np.asarray(panel.periods > panel.truth.end)


def test_second_operation_is_judged_against_what_the_first_left():
    rows = np.full((25, 43), 40.0)
    rows[0, 24:] = 20.0
    operations = [*PATROLS, ev.Operation("again", "2012-12-01", "2012-12-31")]
    result = ev.DifferenceInDifferences().fit(design_of(rows, operations=operations), seed=1)
    assert result.effect("patrols", "after").rate_ratio == pytest.approx(0.5)
    assert result.effect("again", "during").rate_ratio == pytest.approx(1.0)
    assert result.effect("again", "after").rate_ratio == pytest.approx(1.0)


def test_trigger_is_no_part_of_what_is_compared():
    rows = np.full((25, 31), 40.0)
    rows[0, 21:24] = 100.0
    with_term = ev.DifferenceInDifferences().fit(design_of(rows, trigger="3 months"), seed=1)
    without = ev.DifferenceInDifferences().fit(design_of(rows), seed=1)
    assert with_term.effect("patrols", "after").rate_ratio == pytest.approx(1.0)
    assert without.effect("patrols", "after").rate_ratio < 0.9


def test_control_with_a_missing_month_is_left_out_and_counted():
    rows = poisson()
    rows[3, 5] = np.nan
    result = ev.DifferenceInDifferences().fit(design_of(rows), seed=1)
    assert result.diagnostics["control_areas"] == 23
    assert result.diagnostics["control_areas_left_out"] == 1
    kept = np.delete(rows, 3, axis=0)
    again = ev.DifferenceInDifferences().fit(design_of(kept), seed=1)
    assert result.effects["rate_ratio"].tolist() == again.effects["rate_ratio"].tolist()


def test_missing_treated_month_is_missing_for_all():
    rows = np.full((25, 31), 40.0)
    rows[:, 27] = 80.0
    rows[0, 27] = np.nan
    effect = ev.DifferenceInDifferences().fit(design_of(rows), seed=1).effect("patrols", "after")
    assert effect.observed == 200
    assert effect.rate_ratio == pytest.approx(1.0)


def test_too_few_controls_give_no_interval_and_say_why():
    effect = ev.DifferenceInDifferences().fit(design_of(poisson(areas=11)), seed=1).effect("patrols", "after")
    assert np.isnan([effect.lower, effect.upper, effect.prevented_lower, effect.prevented_upper]).all()
    assert effect.interval == "none: 10 control areas cannot reject at 5%, which needs 19"
    assert 0 < effect.p_reduction < 1


def test_refuses_a_design_without_controls():
    with pytest.raises(ev.FitError) as caught:
        ev.DifferenceInDifferences().fit(design_of(poisson(areas=1), control=[]), seed=1)
    assert str(caught.value) == (
        "The difference in differences needs 1 control area with a count of crime in every period; this design has "
        "0. Name more, or use InterruptedTimeSeries, which needs none."
    )


def test_refuses_cluster_robust_errors_with_one_treated_area():
    with pytest.raises(ev.FitError) as caught:
        ev.DifferenceInDifferences(inference="cluster robust").fit(design_of(poisson()), seed=1)
    assert str(caught.value) == (
        'inference="cluster robust" needs 5 treated and 5 control areas; there are 1 and 24. With one treated area a '
        'true null is rejected half of the time or never. Use inference="randomisation".'
    )


def test_cluster_robust_errors_with_many_treated_areas():
    treated = tuple(f"W{number:02d}" for number in range(1, 11))
    rejected = 0
    for seed in range(60):
        design = design_of(poisson(areas=40, seed=seed), treated=treated)
        effect = (
            ev.DifferenceInDifferences(inference="cluster robust")
            .fit(design, seed=1)
            .effect("patrols", "after")
        )
        rejected += not effect.lower <= 1 <= effect.upper
    assert rejected <= 9  # 5% of 60 is 3; three Monte Carlo errors of 1.7 above
    assert effect.interval == "cluster-robust t interval"


def test_refuses_a_baseline_of_noughts():
    rows = poisson()
    rows[0, :24] = 0
    with pytest.raises(ev.FitError, match="one of them is nought: 0 in the treated area before"):
        ev.DifferenceInDifferences().fit(design_of(rows), seed=1)


def test_hundreds_of_areas_are_quick():
    import time

    design = design_of(poisson(areas=600, mean=8.0))
    start = time.process_time()
    ev.DifferenceInDifferences().fit(design, seed=1)
    assert time.process_time() - start < 5


MANY = [f"W{number:02d}" for number in range(1, 9)]


def test_wild_bootstrap_needs_five_treated_areas():
    with pytest.raises(ev.FitError, match='inference="wild bootstrap" needs 5 treated and 5 control areas'):
        ev.DifferenceInDifferences(inference="wild bootstrap").fit(design_of(poisson()), seed=1)


def test_wild_bootstrap_agrees_with_cluster_robust_errors_where_areas_are_many():
    rows = poisson(areas=60)
    rows[:30, 25:] = np.random.default_rng(2).poisson(28, (30, 6))
    treated = [f"W{number:02d}" for number in range(1, 31)]
    wild, robust = (
        ev.DifferenceInDifferences(inference=inference).fit(design_of(rows, treated=treated), seed=1)
        for inference in ("wild bootstrap", "cluster robust")
    )
    one, other = (result.effect("patrols", "after") for result in (wild, robust))
    assert one.rate_ratio == pytest.approx(other.rate_ratio, rel=1e-12)
    assert np.log(one.upper / one.lower) == pytest.approx(np.log(other.upper / other.lower), rel=0.1)
    assert wild.diagnostics["p_value"]["patrols, after"] == pytest.approx(1 / 2_000)
    assert one.interval == "score wild cluster bootstrap interval, null imposed"


def test_wild_bootstrap_depends_on_the_seed_in_its_ends_only():
    design = design_of(poisson(areas=30), treated=MANY)
    estimator = ev.DifferenceInDifferences(inference="wild bootstrap")
    one, again, other = (estimator.fit(design, seed=seed).effect("patrols", "after") for seed in (1, 1, 2))
    assert (one.lower, one.upper) == (again.lower, again.upper)
    assert one.rate_ratio == other.rate_ratio
    assert one.lower == pytest.approx(other.lower, rel=0.02)


def test_inference_that_does_not_exist():
    with pytest.raises(ev.DesignError) as caught:
        ev.DifferenceInDifferences(inference="wild bootstap")
    assert str(caught.value).startswith(
        'There is no inference "wild bootstap". Did you mean "wild bootstrap"?'
    )
