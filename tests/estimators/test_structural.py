"""The headline model: planted effects are found, and nothing that should not matter matters."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import evaluate as ev


def simulated(**settings):
    options = {"areas": 13, "periods": 96, "operation_at": 72, "seed": 11} | settings
    return ev.simulated_design(ev.simulate_panel(**options))


def test_a_planted_fall_is_found():
    designs = [simulated(rate_ratio_after=0.6, seed=seed) for seed in range(20)]
    effects = [
        ev.StructuralModel(draws=500).fit(design, seed=1).effect("operation", "after") for design in designs
    ]
    errors = np.log([effect.rate_ratio for effect in effects]) - np.log(0.6)
    assert abs(errors.mean()) < 3 * errors.std() / np.sqrt(20)
    assert sum(effect.lower < 0.6 < effect.upper for effect in effects) >= 17  # 95%: fewer in 1 of 60
    assert sum(effect.p_reduction > 0.99 for effect in effects) >= 19
    truths = [design.panel.truth for design in designs]
    prevented = [truth.expected[truth.expected.index > truth.end].sum() * 0.4 for truth in truths]
    inside = [
        effect.prevented_lower < count < effect.prevented_upper
        for effect, count in zip(effects, prevented, strict=True)
    ]
    assert sum(inside) >= 17


def test_same_seed_same_answer():
    design = simulated()
    one, two = (ev.StructuralModel(draws=300).fit(design, seed=4) for _ in range(2))
    assert one.effects.equals(two.effects)
    assert one.counterfactual.equals(two.counterfactual)


def test_order_of_areas_does_not_matter():
    design = simulated(rate_ratio_after=0.8)
    shuffled = replace(design, control=design.control[::-1])
    one, two = (
        ev.StructuralModel().fit(d, seed=1).effect("operation", "after").rate_ratio
        for d in (design, shuffled)
    )
    assert one == pytest.approx(two, rel=0.01)


def test_a_common_factor_in_every_area_cancels():
    """Doubling every count of one month everywhere is a shock that the controls show."""
    design = simulated(rate_ratio_after=0.8)
    counts = design.panel.counts.copy()
    counts[:, 80, :] *= 3
    shocked = replace(design, panel=ev.Panel(counts))
    one, two = (ev.StructuralModel().fit(d, seed=1).effect("operation", "after") for d in (design, shocked))
    assert np.log(two.rate_ratio / one.rate_ratio) == pytest.approx(
        0.0, abs=0.4 * one.ratio.log_standard_error
    )


def test_three_controls_do_not_look_like_thirty():
    design = simulated(areas=31)
    few = replace(design, control=design.control[:3])
    wide, narrow = (
        ev.StructuralModel().fit(d, seed=1).effect("operation", "after").ratio.log_standard_error
        for d in (few, design)
    )
    assert wide > 1.1 * narrow


def test_five_days_are_hardly_identified_by_a_month():
    """The month's total can fall by 16% at most, so the posterior of the days themselves is close to its prior."""
    panel = ev.simulate_panel(areas=13, periods=96, seed=3)
    design = ev.Design(
        panel, outcome="crime", treated=["A01"], before="60 months", after="6 months",
        operations=[ev.Operation("five days", "2016-05-22", "2016-05-26")],
    )  # fmt: skip
    result = ev.StructuralModel().fit(design, seed=1)
    days = result.draws["posterior"]["log_rate_ratio"].sel(window="five days, during")
    assert 0.4 < float(days.std()) < 0.55
    month = result.effect("five days", "during")
    assert 1 - 5 / 31 < month.rate_ratio < 1.1


def test_two_operations_are_told_apart():
    panel = ev.simulate_panel(
        areas=25, periods=96, operation_at=60, rate_ratio_during=0.5, rate_ratio_after=0.5, seed=2,
        process=ev.Process(mean=100),
    )  # fmt: skip
    design = ev.Design(
        panel, outcome="crime", treated=["A01"], before="48 months", after="12 months",
        operations=[
            ev.Operation("first", "2015-01-01", "2015-01-31"), ev.Operation("second", "2016-03-01", "2016-03-31"),
        ],
    )  # fmt: skip
    result = ev.StructuralModel().fit(design, seed=1)
    first, second = result.effect("first", "after"), result.effect("second", "after")
    assert first.lower < 0.5 < first.upper
    assert second.lower < 1.0 < second.upper  # what the first left behind went on; the second added nothing


def test_a_missing_month_is_not_a_zero():
    design = simulated(rate_ratio_after=1.0)
    counts = design.panel.counts.copy()
    counts[0, 80:84, 0] = np.nan
    gappy = ev.StructuralModel().fit(replace(design, panel=ev.Panel(counts)), seed=1)
    zeros = counts.copy()
    zeros[0, 80:84, 0] = 0.0
    emptied = ev.StructuralModel().fit(replace(design, panel=ev.Panel(zeros)), seed=1)
    whole = ev.StructuralModel().fit(design, seed=1)
    ratios = {name: fit.effect("operation", "after").rate_ratio for name, fit in
              {"gappy": gappy, "emptied": emptied, "whole": whole}.items()}  # fmt: skip
    assert ratios["gappy"] == pytest.approx(ratios["whole"], rel=0.1)
    assert ratios["emptied"] < 0.92 * ratios["whole"]


def test_works_without_controls_and_is_less_sure():
    with_controls, without = simulated(), simulated(areas=1)
    sure, unsure = (
        ev.StructuralModel().fit(d, seed=1).effect("operation", "after").ratio.log_standard_error
        for d in (with_controls, without)
    )
    assert unsure > 1.2 * sure


def test_prepared_keeps_the_answer():
    design = simulated(rate_ratio_after=0.8)
    model = ev.StructuralModel()
    assert model.prepared(design).fit(design, seed=1).effects.equals(model.fit(design, seed=1).effects)


@pytest.mark.parametrize(("engine", "chains"), [("fast", 1), ("nuts", 4)])
def test_draws_are_in_arvizs_layout(engine, chains):
    import arviz as az
    import matplotlib
    import matplotlib.pyplot

    matplotlib.use("agg")
    result = ev.StructuralModel(draws=500, engine=engine).fit(simulated(), seed=1)
    assert set(result.draws.children) >= {"posterior", "posterior_predictive", "observed_data"}
    assert result.draws["posterior"].sizes["chain"] == chains
    summary = az.summary(result.draws, var_names=["log_rate_ratio"], kind="stats")
    assert len(summary) == 2
    assert np.isfinite(float(az.loo(result.draws).elpd))
    # In random order, a chain of independent draws is as good as its length.
    assert float(az.ess(result.draws, var_names=["log_rate_ratio"])["log_rate_ratio"].min()) > 300
    for plot in (az.plot_forest, az.plot_trace, az.plot_dist):
        assert plot(result.draws, var_names=["log_rate_ratio"]).viz
    matplotlib.pyplot.close("all")


def test_pointwise_likelihood_is_scipys():
    from scipy import stats

    result = ev.StructuralModel(draws=100).fit(simulated(), seed=1)
    draws = result.draws["posterior"].to_dataset()
    before = result.design.treated_counts[:5]
    alpha = draws["overdispersion"].values[0]
    mean = draws["expected"].values[0, :, :5]
    theirs = stats.nbinom.logpmf(before, 1 / alpha[:, None], 1 / (1 + alpha[:, None] * mean))
    np.testing.assert_allclose(result.draws["log_likelihood"]["count"].values[0, :, :5], theirs, rtol=1e-9)


def test_too_short_a_baseline_is_refused():
    design = simulated(periods=60, operation_at=48).with_windows(before="8 months")
    with pytest.raises(ev.FitError, match="needs 12 periods with counts before the operation"):
        ev.StructuralModel().fit(design, seed=1)


def test_the_prior_can_be_changed_and_pulls():
    design = simulated(areas=4, periods=48, operation_at=42, rate_ratio_after=0.5)
    sceptical, flat = (
        ev.StructuralModel(prior=prior).fit(design, seed=1).effect("operation", "after").rate_ratio
        for prior in (ev.SCEPTICAL, ev.FLAT)
    )
    assert flat < sceptical


def test_engine_is_one_of_two():
    with pytest.raises(ev.DesignError, match='engine is "fast" or "nuts"'):
        ev.StructuralModel(engine="stan")


def test_forecast_and_joint_form_agree():
    """One lasting operation: what is predicted after it must tell the same story as the effect fitted to it."""
    design = simulated(rate_ratio_after=0.7, seed=5)
    joint, forecast = (
        ev.StructuralModel(form=form).fit(design, seed=1).effect("operation", "after")
        for form in ("joint", "forecast")
    )
    # The joint form's prior draws its ratio a little towards 1.
    assert np.log(forecast.rate_ratio) == pytest.approx(np.log(joint.rate_ratio), abs=0.05)
    assert np.log(forecast.upper / forecast.lower) == pytest.approx(
        np.log(joint.upper / joint.lower), rel=0.35
    )


def test_the_forecast_form_does_not_see_what_came_after():
    design = simulated(seed=5)
    counts = design.panel.counts.copy(deep=True)
    counts.loc["A01", counts["period"] >= design.windows[0].periods[0]] *= 3
    other = replace(design, panel=replace(design.panel, counts=counts))
    one, two = (ev.StructuralModel(form="forecast").fit(d, seed=1).counterfactual for d in (design, other))
    np.testing.assert_allclose(one["expected"], two["expected"])


def test_the_forecast_form_judges_one_operation():
    panel = ev.simulate_panel(areas=5, periods=60, seed=1)
    operations = [
        ev.Operation(f"in {month}", f"2013-{month}-01", f"2013-{month}-28") for month in ("01", "06")
    ]
    design = ev.Design(
        panel, outcome="crime", treated=["A01"], operations=operations, before="24 months", after="6 months"
    )
    with pytest.raises(ev.DesignError, match="forecast form judges one operation; this design has 2"):
        ev.StructuralModel(form="forecast").fit(design, seed=1)


def test_a_fading_effect_is_followed():
    """An effect that halves every 3 months: the fading model sees its start, the lasting one its average."""
    panel = ev.simulate_panel(areas=25, periods=96, operation_at=72, process=ev.Process(mean=300), seed=8)
    after = np.arange(96) > 72
    left = np.where(after, 0.5 ** (np.maximum(np.arange(96) - 73, 0) / 3), 0.0)
    counts = panel.counts.copy(deep=True)
    whole = counts.loc["A01"].values
    counts.loc["A01"] = np.round(whole * np.exp(np.log(0.5) * left)[:, None])
    design = ev.simulated_design(replace(panel, counts=counts))
    result = ev.StructuralModel(half_life=3).fit(design, seed=1)
    start = result.draws["posterior"]["log_rate_ratio"].sel(window="operation, after").values
    assert np.quantile(start, 0.005) < np.log(0.5) < np.quantile(start, 0.995)
    assert start.mean() < np.log(0.65)


def test_daily_counts_have_weekdays():
    """A weekday pattern that the controls share is not mistaken for the area's wandering."""
    from evaluate.estimators.structural import _season

    rng = np.random.default_rng(3)
    days = pd.period_range("2017-01-02", periods=364, freq="D")
    weekend = 1 + 0.5 * (days.day_of_week >= 5)
    frame = pd.DataFrame(
        [
            {"area": area, "day": str(day), "n": rng.poisson(12 * busy)}
            for area in ("A", "B", "C", "D")
            for day, busy in zip(days, weekend, strict=True)
        ]
    )
    panel = ev.read_counts(frame, area="area", period="day", count="n", every="day")
    design = ev.Design(
        panel, outcome=panel.outcomes[0], treated=["A"], before="300 days", after="28 days",
        operations=[ev.Operation("op", "2017-11-20", "2017-11-26")],
    )  # fmt: skip
    assert _season(design, ev.StructuralModel()).shape[1] == 4 + 6 + 1
    assert _season(design, ev.StructuralModel(nation=None)).shape[1] == 4 + 6
    effect = ev.StructuralModel(draws=500).fit(design, seed=1).effect("op", "after")
    assert effect.lower < 1 < effect.upper
    assert effect.upper - effect.lower < 0.5


def test_a_covariate_explains_what_it_moves():
    """Traffic halves with the operation and the counts with it: with traffic known, nothing is left to explain."""
    panel = ev.simulate_panel(areas=1, periods=84, operation_at=72, process=ev.Process(mean=200), seed=2)
    traffic = (
        5000 * np.exp(np.random.default_rng(1).normal(0, 0.3, 84)) * np.where(np.arange(84) >= 72, 0.5, 1)
    )
    counts = panel.counts.copy(deep=True)
    counts[0, :, 0] = np.round(counts.values[0, :, 0] * traffic / 5000)
    known = counts.assign_coords(outcome=["traffic"]).copy(data=np.round(traffic)[None, :, None])
    design = ev.simulated_design(replace(panel, counts=xr.concat([counts, known], "outcome")))
    blind, told = (
        ev.StructuralModel(covariates=covariates).fit(design, seed=1).effect("operation", "after")
        for covariates in ((), ("traffic",))
    )
    assert blind.rate_ratio < 0.8
    assert told.lower < 1 < told.upper
    assert np.log(told.upper / told.lower) < 0.5 * np.log(blind.upper / blind.lower)
    with pytest.raises(ev.DesignError, match='covariates names the outcome "trafic"'):
        ev.StructuralModel(covariates=["trafic"]).fit(design, seed=1)


@pytest.mark.parametrize(("r_hat", "divergences"), [(1.53, 0.0), (1.0, 899.0)])
def test_chains_that_disagree_give_no_answer(r_hat, divergences):
    from evaluate.estimators.structural import _refuse_unconverged

    _refuse_unconverged({"chains": 4.0, "r_hat": 1.01, "divergences": 3.0}, 1000)
    with pytest.raises(ev.FitError, match=r'did not come to one answer.*Try another seed, or engine="fast"'):
        _refuse_unconverged({"chains": 4.0, "r_hat": r_hat, "divergences": divergences}, 1000)
