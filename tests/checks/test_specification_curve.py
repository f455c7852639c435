"""The specification curve: every combination once, the headline marked, and a test of the curve as a whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import evaluate as ev
from evaluate.checks.control_sets import AS_PLANNED, possible_sets, with_control_set
from evaluate.checks.curve_inference import curve_statistics, curve_test
from evaluate.checks.refit import Refit
from evaluate.checks.specification_curve import APART
from evaluate.data.simulator import with_outcomes
from evaluate.effects.effect import Effect, StudentRatio
from evaluate.effects.kept import Kept

# ---- sets of controls --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wide(design_with) -> ev.Design:
    """Fifty areas in two boroughs, the treated one in the first."""
    design = design_with(areas=50)
    groups = {area: "north" if number < 9 else "south" for number, area in enumerate(design.panel.areas)}
    return replace(design, panel=replace(design.panel, groups=groups))


def test_alike_in_size_is_nearest_as_a_ratio(wide):
    means = wide.control_counts[:, wide.baseline].mean(axis=1)
    own = wide.treated_counts[wide.baseline].mean()
    distance = dict(zip(wide.control, np.abs(np.log(means / own)), strict=True))
    kept = with_control_set(wide, "alike in size").control
    assert len(kept) == 40
    assert max(distance[area] for area in kept) <= min(
        distance[area] for area in wide.control if area not in kept
    )


def test_alike_in_course_is_most_correlated_and_sees_the_baseline_alone(wide):
    own = wide.treated_counts[wide.baseline]
    course = [np.corrcoef(own, counts[wide.baseline])[0, 1] for counts in wide.control_counts]
    best = {wide.control[place] for place in np.argsort(course)[-40:]}
    assert set(with_control_set(wide, "alike in course").control) == best
    counts = wide.panel.counts.copy()
    counts.loc[{"period": wide.windows[1].periods}] = 1.0
    later = replace(wide, panel=replace(wide.panel, counts=counts))
    for rule in ("alike in size", "alike in course"):
        assert with_control_set(later, rule).control == with_control_set(wide, rule).control


def test_the_same_larger_area_and_every_other(wide):
    assert with_control_set(wide, "same larger area").control == wide.control[:8]
    assert with_control_set(wide, "every other").control == wide.control[1::2]
    assert with_control_set(wide, AS_PLANNED) is wide


def test_sets_that_are_no_other_choice_are_left_out(wide, design_with):
    rules = ("alike in size", "same larger area", "every other", "every other")
    assert possible_sets(wide, rules) == [AS_PLANNED, "alike in size", "same larger area", "every other"]
    assert possible_sets(design_with(areas=8), rules) == [AS_PLANNED]
    with pytest.raises(ev.DesignError, match="are 3; a set needs 5"):
        with_control_set(design_with(areas=8), "every other")
    with pytest.raises(ev.DesignError, match="are all those planned"):
        with_control_set(design_with(areas=8), "alike in size")
    with pytest.raises(ev.DesignError, match='no set of controls "alike in sise"'):
        possible_sets(wide, ("alike in sise",))


# ---- the curve ---------------------------------------------------------------------------------------------------


def test_specifications_are_all_combinations_with_the_headline_marked(estimator, design_with):
    design = design_with(trigger="3 months", rate_ratio_after=0.5, areas=20)
    check = ev.SpecificationCurve(
        estimators=[ev.BeforeAfter()],
        before=["24 months", "60 months", "90 months"],
        after=["6 months"],
        controls=["every other"],
        reduction=0.9,
        stand_ins=0,
    ).run(estimator.fit(design, seed=1), seed=1)
    table = check.table
    assert len(table) == 2 * 2 * 4 * 2 * 2  # estimators, controls, before, after, trigger
    choices = ["estimator", "outcome", "controls", "before", "after", "trigger"]
    assert not table.duplicated(choices).any()
    assert (table["before"] == "90 months").sum() == check.facts["refused"]  # outside the data
    assert table.loc[table["problem"] != "", "before"].unique().tolist() == ["90 months"]
    headline = table[table["headline"]]
    assert headline[choices].to_numpy().tolist() == [
        ["ratio to controls", "crime", AS_PLANNED, "36 months", "12 months", APART]
    ]
    fitted = estimator.fit(design, seed=1).effect("patrols", "after").rate_ratio
    assert headline["rate_ratio"].item() == pytest.approx(fitted)
    assert check.number == check.facts["share_clear_reduction"] == 1.0
    assert check.facts["share_as_large"] == 0.0
    assert check.facts["share_ruled_out"] == (table["lower"] > 0.1).sum() / check.facts["n_specifications"]
    assert table["rate_ratio"].dropna().is_monotonic_increasing
    inside = [one for one in estimator.seen if not len(one.trigger_periods)]
    assert len(inside) == 2 * 3 * 2
    assert all(one.baseline.sum() == (one.periods < one.windows[0].periods[0]).sum() for one in inside)
    assert {len(one.windows[1].periods) for one in estimator.seen} == {6, 12}
    assert {len(one.control) for one in estimator.seen} == {19, 9}
    assert "curve_p" not in check.facts


def test_another_outcome_and_another_after_without_later_operations(estimator, design_with):
    design = design_with(periods=96)
    panel = with_outcomes({"crime": design.panel, "theft": ev.simulate_panel(areas=20, periods=96, seed=9)})
    design = replace(design, panel=panel).with_operations(
        [*design.operations, ev.Operation("second", "2016-02-01", "2016-02-29")]
    )
    check = ev.SpecificationCurve(
        outcomes=["theft"], before=[], after=["9 months"], controls=[], stand_ins=0
    ).run(estimator.fit(design, seed=1), seed=1)
    assert sorted(map(tuple, check.table[["outcome", "after", "trigger"]].to_numpy())) == [
        (outcome, after, "no spike") for outcome in ("crime", "theft") for after in ("12 months", "9 months")
    ]
    names = {(one.outcome, len(one.operations)) for one in estimator.seen[1:]}
    assert names == {("crime", 2), ("theft", 2), ("crime", 1), ("theft", 1)}
    with pytest.raises(ev.DesignError, match="theft"):
        ev.SpecificationCurve(outcomes=["thefts"]).run(estimator.fit(design, seed=1), seed=1)


def test_what_is_learned_is_learned_once_for_each_outcome(design_with, monkeypatch):
    learned = []
    prepared = ev.StructuralModel.prepared

    def counting(model, design):
        learned.append(design.outcome)
        return prepared(model, design)

    monkeypatch.setattr(ev.StructuralModel, "prepared", counting)
    design = design_with(areas=8)
    panel = with_outcomes({"crime": design.panel, "theft": ev.simulate_panel(areas=8, periods=84, seed=9)})
    result = ev.StructuralModel(draws=100).fit(replace(design, panel=panel), seed=1)
    check = ev.SpecificationCurve(outcomes=["theft"], before=["24 months"], stand_ins=1).run(result, seed=1)
    assert learned == ["crime", "theft"]
    assert check.facts["n_specifications"] == 4


def test_what_was_kept_changes_nothing(design_with, tmp_path):
    result = ev.BeforeAfter().fit(design_with(areas=6), seed=1)
    check = ev.SpecificationCurve(before=[], stand_ins=3)
    one, kept, again = (
        check.run(result, seed=4),
        *(check.run(replace(result, kept=Kept(tmp_path)), seed=4) for _ in range(2)),
    )
    assert len(Kept(tmp_path)) == 4  # the treated area's curve and three stand-ins'
    for other in (kept, again):
        assert other.table.equals(one.table)
        assert other.facts == one.facts


# ---- the test of the whole curve ---------------------------------------------------------------------------------


def curve(*log_ratios: float, error: float = 0.1) -> list[Refit]:
    def effect(value: float) -> Effect:
        ratio, ends = np.exp(value), np.exp([value - 1.96 * error, value + 1.96 * error])
        return Effect(
            "a", "after", 1, 1, ratio, *ends, 0, 0, 0, 0.5, 0.95, "t", ratio=StudentRatio(value, error, 30)
        )

    return [Refit(f"{value}", effect(value)) for value in log_ratios]


def test_the_three_statistics_by_hand():
    found = curve_statistics([*curve(-0.5, -0.1, 0.3), Refit("refused", problem="no")])
    assert found["mean_z"] == pytest.approx((-5 - 1 + 3) / 3)
    assert found["median_log_ratio"] == pytest.approx(-0.1)
    assert found["net_clear"] == pytest.approx((1 - 1) / 3)
    assert curve_statistics(curve(-0.5, -0.4, 0.0))["net_clear"] == pytest.approx(-2 / 3)


def test_p_counts_the_stand_ins_at_least_as_far():
    own = curve(-0.2, -0.2)
    others = [curve(0.21, 0.21), curve(-0.2, -0.2), curve(0.1, 0.1), curve(0.0, 0.0)]
    facts = curve_test(own, others)
    assert (facts["n_stand_ins"], facts["curve_as_far"]) == (4, 2)  # as far on either side, ties counted
    assert facts["curve_p"] == pytest.approx((1 + 2) / (1 + 4))
    assert facts["curve_p_reduction"] == pytest.approx((1 + 1) / (1 + 4))
    assert facts["curve_smallest_p"] == pytest.approx(1 / 5)
    assert facts["curve_p_median_log_ratio"] == pytest.approx(3 / 5)
    assert facts["curve_p_net_clear"] == pytest.approx(3 / 5)


def test_a_stand_in_that_could_hardly_be_fitted_is_left_out():
    facts = curve_test(curve(-0.2, -0.2), [[*curve(0.5), Refit("x", problem="no")], curve(0.0, 0.0)])
    assert (facts["n_stand_ins"], facts["stand_ins_failed"]) == (1, 1)


def test_a_planted_fall_stands_out_and_no_fall_does_not(estimator, design_with):
    p = {}
    for ratio in (1.0, 0.4):
        design = design_with(areas=24, rate_ratio_after=ratio)
        check = ev.SpecificationCurve(before=["24 months"], controls=["every other"])
        answer = check.run(estimator.fit(design, seed=1), seed=1)
        p[ratio] = answer.facts["curve_p"]
        assert "p = " in answer.answer
        assert answer.facts["n_stand_ins"] == 19
    assert p[0.4] == pytest.approx(1 / 20)
    assert p[1.0] > 0.1
