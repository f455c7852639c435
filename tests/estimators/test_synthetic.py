"""Synthetic control and synthetic difference in differences: recovery, several operations, placebos, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import evaluate as ev

BOTH = [ev.SyntheticControl(), ev.SyntheticDifferenceInDifferences()]
PATROLS = [ev.Operation("patrols", "2012-01-01", "2012-01-31")]


def design_of(rows, *, operations=PATROLS, treated=("W01",), **keywords) -> ev.Design:
    """Counts by area from January 2010; two years before, patrols in January 2012, six months after."""
    rows = np.asarray(rows, dtype=float)
    periods = pd.period_range("2010-01", periods=rows.shape[1], freq="M")
    codes = [f"W{number:02d}" for number in range(1, len(rows) + 1)]
    data = xr.DataArray(
        rows[:, :, None],
        dims=("area", "period", "outcome"),
        coords={"area": codes, "period": periods, "outcome": ["crime"]},
    )
    return ev.Design(
        ev.Panel(data), outcome="crime", treated=treated, operations=operations,
        **{"before": "24 months", "after": "6 months", **keywords},
    )  # fmt: skip


def moving(areas=25, periods=31, seed=1, mean=150.0) -> np.ndarray:
    """Areas that follow two shared courses in different measure."""
    random = np.random.default_rng(seed)
    courses = np.cumsum(random.normal(0, 0.05, (2, periods)), axis=1)
    share = random.uniform(0, 1, areas)[:, None]
    share[0] = 0.5
    return random.poisson(mean * np.exp(share * courses[0] + (1 - share) * courses[1])).astype(float)


@pytest.mark.parametrize("estimator", BOTH, ids=lambda estimator: estimator.name)
def test_recovers_a_known_effect_and_covers_it(estimator):
    """40 sets, ratio .7: mean log ratio within three Monte Carlo errors of .01; about 38 intervals cover."""
    found, covered = [], 0
    process = ev.Process(mean=100, dispersion=1.5)
    for seed in range(40):
        panel = ev.simulate_panel(areas=25, periods=60, process=process, rate_ratio_after=0.7, seed=seed)
        effect = estimator.fit(ev.simulated_design(panel), seed=1).effect("operation", "after")
        found.append(np.log(effect.rate_ratio))
        covered += effect.lower <= 0.7 <= effect.upper
    assert np.mean(found) == pytest.approx(np.log(0.7), abs=0.03)
    assert covered >= 34


@pytest.mark.parametrize("estimator", BOTH, ids=lambda estimator: estimator.name)
def test_follows_what_difference_in_differences_cannot(estimator):
    """The treated area follows one of two diverging courses; equal weights expect their mean."""
    random = np.random.default_rng(5)
    course = np.exp(np.linspace(0, -0.8, 31))
    rows = random.poisson(300 * np.vstack([np.tile(course, (9, 1)), np.ones((16, 31))])).astype(float)
    design = design_of(rows)
    plain = ev.DifferenceInDifferences().fit(design, seed=1).effect("patrols", "after").rate_ratio
    ours = estimator.fit(design, seed=1).effect("patrols", "after").rate_ratio
    assert plain < 0.85
    assert ours == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize("estimator", BOTH, ids=lambda estimator: estimator.name)
def test_second_operation_is_judged_against_what_the_first_left(estimator):
    rows = moving(periods=43)
    rows[0, 24:] = np.round(rows[0, 24:] / 2)
    operations = [*PATROLS, ev.Operation("again", "2012-12-01", "2012-12-31")]
    result = estimator.fit(design_of(rows, operations=operations), seed=1)
    assert result.effect("patrols", "after").rate_ratio == pytest.approx(0.5, abs=0.08)
    assert result.effect("again", "after").rate_ratio == pytest.approx(1.0, abs=0.15)
    expected = result.counterfactual["expected"].iloc[-1]
    assert expected > 1.5 * rows[0, -1]  # without any operation, not only without the second


@pytest.mark.parametrize("estimator", BOTH, ids=lambda estimator: estimator.name)
def test_trigger_is_not_fitted(estimator):
    rows = moving()
    spiked = rows.copy()
    spiked[0, 21:24] *= 3
    plain = estimator.fit(design_of(rows, trigger="3 months"), seed=1).effects["rate_ratio"]
    kept_out = estimator.fit(design_of(spiked, trigger="3 months"), seed=1).effects["rate_ratio"]
    assert kept_out.tolist() == pytest.approx(plain.tolist())


@pytest.mark.parametrize("estimator", BOTH, ids=lambda estimator: estimator.name)
def test_missing_months_are_left_out(estimator):
    rows = moving()
    rows[0, [4, 28]] = np.nan
    rows[7, 3] = np.nan
    result = estimator.fit(design_of(rows), seed=1)
    assert result.effect("patrols", "after").observed == np.nansum(rows[0, 25:])
    assert result.diagnostics["control_areas"] == 23
    assert result.diagnostics["control_areas_left_out"] == 1


def test_weights_are_named_and_sum_to_one():
    result = ev.SyntheticDifferenceInDifferences().fit(design_of(moving()), seed=1)
    assert sum(result.diagnostics["area_weights"].values()) == pytest.approx(1, abs=0.02)
    assert sum(result.diagnostics["period_weights"].values()) == pytest.approx(1, abs=0.02)
    assert set(result.diagnostics["area_weights"]) <= set(result.design.control)


def test_several_treated_areas_are_fitted_as_their_mean():
    rows = moving()
    result = ev.SyntheticControl().fit(design_of(rows, treated=("W01", "W02", "W03")), seed=1)
    effect = result.effect("patrols", "after")
    assert effect.observed == rows[:3, 25:].sum()
    assert effect.expected == pytest.approx(effect.observed, rel=0.15)


@pytest.mark.parametrize("estimator", BOTH, ids=lambda estimator: estimator.name)
def test_too_few_placebos_give_no_interval_and_say_why(estimator):
    effect = estimator.fit(design_of(moving(areas=13)), seed=1).effect("patrols", "after")
    assert np.isnan([effect.lower, effect.upper, effect.prevented_lower, effect.prevented_upper]).all()
    assert effect.interval == "none: 12 placebo areas cannot reject at 5%, which needs 19"


def test_placebos_are_drawn_by_seed():
    design = design_of(moving(areas=60))
    estimator = ev.SyntheticControl(placebos=25)
    one, same, other = (estimator.fit(design, seed=seed) for seed in (1, 1, 2))
    assert one.diagnostics["placebo_areas"] == 25
    assert one.effects.equals(same.effects)
    assert not one.effects["upper"].equals(other.effects["upper"])


def test_a_large_effect_ranks_first():
    rows = moving()
    rows[0, 24:] = np.round(rows[0, 24:] / 3)
    result = ev.SyntheticControl().fit(design_of(rows), seed=1)
    assert result.diagnostics["p_value"]["patrols, after"] == pytest.approx(1 / 25)
    assert result.diagnostics["rmspe_ratio_p_value"] == pytest.approx(1 / 25)


def test_refuses_a_baseline_it_cannot_follow():
    rows = moving()
    rows[0] *= 3
    with pytest.raises(ev.FitError) as caught:
        ev.SyntheticControl().fit(design_of(rows), seed=1)
    assert str(caught.value).startswith("The synthetic control misses the treated area's baseline by 6")
    assert "use longer periods, other controls or StructuralModel" in str(caught.value)
    allowed = ev.SyntheticControl(allow_poor_fit=True).fit(design_of(rows), seed=1)
    assert allowed.diagnostics["baseline_misfit"] > 0.2


def test_refuses_small_counts():
    with pytest.raises(ev.FitError) as caught:
        ev.SyntheticControl().fit(design_of(np.full((25, 31), 4.0)), seed=1)
    assert str(caught.value) == (
        "The synthetic control needs a mean of 10 a period; crime has 4.0. Use longer periods, or StructuralModel."
    )


def test_refuses_noughts_on_the_log_scale():
    rows = moving()
    rows[0, 4] = 0
    with pytest.raises(ev.FitError, match='Use scale="rate", or StructuralModel'):
        ev.SyntheticDifferenceInDifferences().fit(design_of(rows), seed=1)


def test_refuses_a_short_baseline():
    with pytest.raises(
        ev.FitError, match="needs 12 periods with counts before the operation to find its weights"
    ):
        ev.SyntheticControl().fit(design_of(moving(), before="10 months"), seed=1)


def test_refuses_a_single_control():
    with pytest.raises(
        ev.FitError, match="needs 2 control areas with a count of crime in every period; this design"
    ):
        ev.SyntheticControl().fit(design_of(moving(areas=2)), seed=1)


def test_refuses_a_scale_that_does_not_exist():
    with pytest.raises(ev.DesignError, match='scale is "rate" or "log rate"; it is "logs"'):
        ev.SyntheticControl(scale="logs")


def test_refuses_a_treated_area_outside_the_hull_of_its_controls():
    """Above every control in most of the baseline, though the misfit alone would pass."""
    rows = moving()
    rows[0] = np.round(1.08 * rows[1:].max(axis=0))
    with pytest.raises(ev.FitError) as caught:
        ev.SyntheticControl().fit(design_of(rows), seed=1)
    assert str(caught.value) == (
        "The synthetic control averages its controls, and the treated area lies above or below all of them in 100% of "
        "the baseline's periods (at most 50% allowed). Use controls of its size, SyntheticDifferenceInDifferences or "
        "RidgeAugmentedSyntheticControl, or allow_poor_fit=True to see it all the same."
    )
    allowed = ev.SyntheticControl(allow_poor_fit=True).fit(design_of(rows), seed=1)
    assert allowed.diagnostics["baseline_outside_hull"] == 1.0
    assert ev.SyntheticDifferenceInDifferences().fit(design_of(rows), seed=1).effect_list


def test_ridge_augmentation_follows_what_the_hull_cannot():
    rows = moving()
    rows[0] = np.round(1.15 * rows[1:].max(axis=0))
    plain = ev.SyntheticControl(allow_poor_fit=True).fit(design_of(rows), seed=1)
    ridge = ev.RidgeAugmentedSyntheticControl().fit(design_of(rows), seed=1)
    assert ridge.diagnostics["baseline_misfit"] < plain.diagnostics["baseline_misfit"]
    assert ridge.diagnostics["negative_weight"] < 0
    assert plain.diagnostics["negative_weight"] == 0


def test_noise_floor_is_what_counts_alone_make_of_the_misfit():
    random = np.random.default_rng(6)
    facts = ev.SyntheticControl().fit(design_of(random.poisson(200, (25, 31))), seed=1).diagnostics
    assert facts["noise_floor"] == pytest.approx(1 / np.sqrt(200), rel=0.1)
    assert facts["misfit_over_noise"] == pytest.approx(facts["baseline_misfit"] / facts["noise_floor"])


def test_conformal_interval_needs_no_more_than_a_few_controls():
    rows = moving(areas=7)
    rows[0, 24:] = np.round(0.6 * rows[0, 24:])
    effect = (
        ev.SyntheticControl(inference="conformal").fit(design_of(rows), seed=1).effect("patrols", "after")
    )
    assert effect.lower < 0.6 < effect.upper < 1
    assert effect.prevented_lower < effect.prevented < effect.prevented_upper
    assert (
        effect.interval
        == 'conformal interval: 30 stretches of the treated area\'s own series of "patrols, after"'
    )


def test_conformal_inference_holds_its_level_where_nothing_was_done():
    """60 sets: intervals at 90% leave out 1 no more often than 10% and three Monte Carlo errors.

    A window that no single ratio fits has no interval and counts as one that leaves out 1.
    """
    estimator = ev.SyntheticControl(inference="conformal", placebos=0, level=0.9)
    outside = 0
    for seed in range(60):
        rows = np.random.default_rng(seed).poisson(200, (8, 31))
        effect = estimator.fit(design_of(rows), seed=1).effect("patrols", "after")
        outside += not effect.lower <= 1 <= effect.upper
    assert outside / 60 <= 0.1 + 3 * np.sqrt(0.09 / 60)


def test_a_window_without_crime_has_no_conformal_interval():
    rows = moving()
    rows[0, 24:] = 0
    effect = (
        ev.SyntheticControl(inference="conformal").fit(design_of(rows), seed=1).effect("patrols", "after")
    )
    assert effect.interval == "none: nothing was recorded in the window, which every ratio fits alike"
    assert (effect.rate_ratio, effect.observed) == (0.0, 0.0)
    assert np.isnan(effect.upper)


def test_conformal_inference_is_for_one_operation():
    operations = [*PATROLS, ev.Operation("again", "2012-12-01", "2012-12-31")]
    design = design_of(moving(periods=43), operations=operations)
    with pytest.raises(ev.FitError, match='free of others, and "again" follows another'):
        ev.SyntheticControl(inference="conformal").fit(design, seed=1)


def test_more_treated_areas_ask_for_more_even_weights():
    """The ridge of the area weights grows with the number of treated areas."""
    rows = moving()
    one = ev.SyntheticDifferenceInDifferences().fit(design_of(rows), seed=1).diagnostics["ridge"]
    three = ev.SyntheticDifferenceInDifferences().fit(design_of(rows, treated=("W01", "W02", "W03")), seed=1)
    assert three.diagnostics["ridge"] == pytest.approx(3**0.25 * one, rel=0.1)


def test_predictors_are_matched_instead_of_every_period():
    """Areas follow two courses by their share, which the predictors tell."""
    rows = moving()
    rows[0, 24:] = np.round(0.6 * rows[0, 24:])
    design = design_of(rows)
    early, late = rows[:, :12].mean(axis=1), rows[:, 12:24].mean(axis=1)
    noise = np.random.default_rng(7).normal(size=25)
    areas = [str(area) for area in design.panel.areas]
    predictors = pd.DataFrame({"first year": early, "second year": late, "noise": noise}, index=areas)
    result = ev.SyntheticControl(predictors=predictors, placebos=20).fit(design, seed=1)
    effect = result.effect("patrols", "after")
    assert effect.rate_ratio == pytest.approx(0.6, abs=0.06)
    assert effect.upper < 1
    plain = ev.SyntheticControl(placebos=0).fit(design, seed=1)
    assert result.diagnostics["area_weights"] != plain.diagnostics["area_weights"]
    turned = ev.SyntheticControl(predictors=predictors.iloc[::-1], placebos=0).fit(design, seed=1)
    assert turned.diagnostics["area_weights"] == result.diagnostics["area_weights"]


def test_refuses_predictors_that_cannot_be_matched():
    with pytest.raises(ev.DesignError, match="Conformal inference matches every period"):
        ev.SyntheticControl(predictors=pd.DataFrame(), inference="conformal")
    design = design_of(moving())
    areas = [str(area) for area in design.panel.areas]
    with pytest.raises(
        ev.DesignError, match=r'predictors has no row for 24 areas of the design, among them "W02"'
    ):
        ev.SyntheticControl(predictors=pd.DataFrame({"people": [1.0]}, index=["W01"])).fit(design, seed=1)
    with pytest.raises(
        ev.DesignError, match='The predictor "people" is missing somewhere or the same in all areas'
    ):
        ev.SyntheticControl(predictors=pd.DataFrame({"people": 1.0}, index=areas)).fit(design, seed=1)
