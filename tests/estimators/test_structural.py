"""The headline model: planted effects are found, and nothing that should not matter matters."""

from dataclasses import replace

import numpy as np
import pytest

import evaluate as ev


def simulated(**settings):
    options = {"areas": 13, "periods": 96, "operation_at": 72, "seed": 11} | settings
    return ev.simulated_design(ev.simulate_panel(**options))


def test_a_planted_fall_is_found():
    design = simulated(rate_ratio_after=0.6)
    effect = ev.StructuralModel().fit(design, seed=1).effect("operation", "after")
    assert effect.lower < 0.6 < effect.upper < 1
    assert effect.p_reduction > 0.99
    truth = design.panel.truth
    prevented = truth.expected[truth.expected.index > truth.end].sum() * 0.4
    assert effect.prevented_lower < prevented < effect.prevented_upper


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


def test_draws_are_in_arvizs_layout():
    import arviz as az

    result = ev.StructuralModel(draws=500).fit(simulated(), seed=1)
    assert set(result.draws.children) >= {"posterior", "posterior_predictive", "observed_data"}
    summary = az.summary(result.draws, var_names=["log_rate_ratio"], kind="stats")
    assert len(summary) == 2


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
