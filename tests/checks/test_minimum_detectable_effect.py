"""The smallest reduction that would have shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import evaluate as ev
from evaluate.checks.minimum_detectable_effect import _crossing, _simulated, _slim
from evaluate.checks.target import find_target


def test_the_number_is_the_usual_formula(estimator, design_with):
    result = estimator.fit(design_with(), seed=1)
    check = ev.MinimumDetectableEffect().run(result, seed=1)
    ratio = result.effect("patrols", "after").ratio
    needed = stats.t.ppf(0.975, 35) + stats.t.ppf(0.8, 35)
    assert check.number == pytest.approx(1 - np.exp(-needed * ratio.log_standard_error))
    assert check.facts["basis"] == "standard error"
    assert check.passed is None
    found = dict(check.facts["curve"])
    assert found[0.0] == pytest.approx(0.025)
    assert list(found.values()) == sorted(found.values())
    assert np.interp(check.number, list(found), list(found.values())) == pytest.approx(0.8, abs=0.1)


def test_a_likelihood_error_stands_in_for_a_posterior(estimator, design_with):
    result = estimator.fit(design_with(), seed=1)
    told = replace(result, diagnostics={"standard_errors": {"patrols, after": 0.2}})
    check = ev.MinimumDetectableEffect().run(told, seed=1)
    assert check.number == pytest.approx(1 - np.exp(-(1.959964 + 0.841621) * 0.2), abs=1e-5)
    assert check.facts["basis"] == "likelihood"


def test_an_effect_on_some_days_is_as_much_smaller_in_the_counts(estimator, design_with):
    design = design_with().with_operations([ev.Operation("patrols", "2015-07-06", "2015-07-10")])
    told = replace(estimator.fit(design, seed=1), diagnostics={"standard_errors": {"patrols, during": 1.5}})
    check = ev.MinimumDetectableEffect(window="during").run(told, seed=1)
    assert check.facts["standard_error"] == pytest.approx(1.5 * 5 / 31)
    flat = replace(told, diagnostics={"standard_errors": {"patrols, during": 40.0}})
    silent = ev.MinimumDetectableEffect(window="during").run(flat, seed=1)
    assert silent.facts["basis"] == "planned"
    assert silent.number == silent.facts["planned"] < 0.7
    assert check.answer == (
        "Not even a complete stop on the days in force (16% of the window) would have shown in these counts 4 times "
        "in 5."
    )


def test_a_posterior_is_named_as_one(design_with):
    design = design_with(areas=6)
    result = ev.StructuralModel(draws=300).fit(design, seed=1)
    check = ev.MinimumDetectableEffect().run(replace(result, diagnostics={}), seed=1)
    assert check.facts["basis"] == "posterior, prior included"
    assert "without it the number would be larger" in check.answer


def test_simulation_agrees_with_the_formula_and_reports_the_false_positive_rate(estimator, design_with):
    result = estimator.fit(design_with(after="6 months", areas=8), seed=1)
    check = ev.MinimumDetectableEffect(simulations=25).run(result, seed=1)
    assert check.number == pytest.approx(check.facts["by_formula"], abs=0.06)
    assert check.facts["planned"] == pytest.approx(check.facts["by_formula"], abs=0.06)
    nothing = check.table.iloc[0]
    assert nothing["reduction"] == 0
    assert nothing["excludes_one"] <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 25)
    assert check.facts["false_positive_rate"] == nothing["excludes_one"]
    assert check.table["found"].iloc[-1] == 1.0
    assert (
        f"With no reduction at all the method found a change in {nothing['excludes_one']:.1%}" in check.answer
    )


def test_simulated_series_keep_the_areas_the_controls_and_the_missing_counts(design_with):
    design = design_with(areas=8, after="6 months").with_treated(["A01", "A02"])
    counts = design.panel.counts.copy()
    counts.loc[{"area": "A01", "period": design.periods[3]}] = np.nan
    design = replace(design, panel=replace(design.panel, counts=counts))
    result = ev.BeforeAfter().fit(design, seed=1)
    target = find_target(result, None, None)
    one = _simulated(design, base=_slim(target), target=target, size=0.0, seed=(1, 1))
    assert one.treated == ("A01", "A02")
    assert np.array_equal(one.control_counts, design.control_counts)
    assert np.array_equal(np.isnan(one.treated_counts), np.isnan(design.treated_counts))
    own = one.panel.counts.sel(area=["A01", "A02"]).values
    assert (np.nanmean(own, axis=(1, 2)) > 5).all()


def test_a_reduction_is_put_into_the_window_only(estimator, design_with):
    steady = ev.Process(mean=2000, dispersion=1.0, autocorrelation=0.0, spread=0.1)
    design = design_with(process=steady, after="6 months", areas=8)
    target = find_target(estimator.fit(design, seed=1), None, None)
    halved = _simulated(design, base=design, target=target, size=0.5, seed=(1, 1))
    inside, during = (np.asarray(design.periods.isin(halved.windows[number].periods)) for number in (1, 0))
    ratio = halved.treated_counts / design.control_counts.sum(axis=0)
    assert ratio[inside].mean() / ratio[design.baseline].mean() == pytest.approx(0.5, abs=0.03)
    assert ratio[during].mean() / ratio[design.baseline].mean() == pytest.approx(1, abs=0.1)


def test_a_reduction_on_some_days_takes_as_much_from_the_window(estimator, design_with):
    steady = ev.Process(mean=20_000, dispersion=1.0, autocorrelation=0.0, spread=0.1)
    design = design_with(process=steady, areas=8).with_operations(
        [ev.Operation("patrols", "2015-07-01", "2015-07-20")]
    )
    target = find_target(estimator.fit(design, seed=1), None, "during")
    moved = _simulated(design, base=design, target=target, size=0.3, seed=(1, 1))
    during = np.asarray(design.periods.isin(moved.windows[0].periods))
    ratio = moved.treated_counts / design.control_counts.sum(axis=0)
    assert ratio[during].mean() / ratio[design.baseline].mean() == pytest.approx(0.7, abs=0.03)


@pytest.mark.parametrize(
    ("found", "crossing"),
    [([0.02, 0.4, 0.8], 0.2), ([0.02, 0.4, 0.9], 0.18), ([0.0, 0.1, 0.2], 1.0), ([0.85, 0.9, 1.0], 0.0)],
)
def test_crossing(found, crossing):
    table = pd.DataFrame({"reduction": [0.0, 0.1, 0.2], "found": found})
    assert _crossing(table, 0.8) == pytest.approx(crossing)


def test_a_method_without_errors_is_refused(without_interval, design_with):
    with pytest.raises(ev.FitError, match="gives no standard error for patrols, after"):
        ev.MinimumDetectableEffect().run(without_interval.fit(design_with(), seed=1), seed=1)


@pytest.mark.parametrize("settings", [{"power": 1.0}, {"power": 0.3}, {"simulations": 5}])
def test_settings_that_cannot_be(estimator, design_with, settings):
    with pytest.raises(ev.DesignError, match="power is a probability"):
        ev.MinimumDetectableEffect(**settings).run(estimator.fit(design_with(), seed=1), seed=1)
