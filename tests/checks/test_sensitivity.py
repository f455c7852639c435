"""Sensitivities: other dates, windows, controls, specifications, counts and contamination."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.checks.control_contamination import seen_with_displacement, seen_with_spillover
from evaluate.checks.refit import Refit
from evaluate.checks.sensitivity import finding, sensitivity_table, shift_facts
from evaluate.checks.target import find_target
from evaluate.data.simulator import with_outcomes

# ---- what they share ---------------------------------------------------------------------------------------------


def test_shift_is_in_standard_errors_of_the_headline(estimator, design_with):
    result = estimator.fit(design_with(), seed=1)
    target = find_target(result, None, None)
    error = target.effect.ratio.log_standard_error
    moved = replace(
        target.effect, rate_ratio=target.effect.rate_ratio * np.exp(-1.5 * error), lower=0.1, upper=0.9
    )
    table = sensitivity_table(target, ["lower", "refused"], [Refit("lower", moved), Refit("x", problem="no")])
    assert table["shift"].tolist()[:2] == pytest.approx([0, -1.5])
    assert table["headline"].tolist() == [True, False, False]
    facts = shift_facts(table)
    assert facts["largest_shift"] == pytest.approx(1.5)
    assert (facts["n_alternatives"], facts["failed"], facts["findings_changed"]) == (1, 1, 1)
    with pytest.raises(ev.FitError, match="None of the 1 alternatives"):
        sensitivity_table(target, ["refused"], [Refit("x", problem="no")])


@pytest.mark.parametrize(
    ("lower", "upper", "word"),
    [(0.5, 0.9, "reduction"), (1.1, 2.0, "rise"), (0.9, 1.1, "either"), (0.5, 1.0, "either")],
)
def test_finding(estimator, design_with, lower, upper, word):
    effect = find_target(estimator.fit(design_with(), seed=1), None, None).effect
    assert finding(replace(effect, lower=lower, upper=upper)) == word


# ---- dates -------------------------------------------------------------------------------------------------------


def test_other_dates_keep_the_name_and_the_trigger(estimator, design_with):
    design = design_with(trigger="2 months")
    other = ev.Operation("the ward team", "2015-05-01", "2015-06-30", note="a newsletter")
    check = ev.StartDateSensitivity(alternatives=[other]).run(estimator.fit(design, seed=1), seed=1)
    moved = estimator.seen[1]
    assert moved.operations[0].name == "patrols"
    assert [str(window.periods[0]) for window in moved.windows] == ["2015-05", "2015-07"]
    assert len(moved.trigger_periods) == 2
    assert check.table["choice"].tolist() == ["as planned", "the ward team, 2015-05-01 to 2015-06-30"]
    assert check.number == check.facts["largest_shift"]


def test_other_dates_shorten_the_windows_where_the_data_end(estimator, design_with):
    design = design_with(periods=79, before="66 months")
    dates = [ev.Operation("early", "2015-05-01"), ev.Operation("late", "2015-10-01")]
    check = ev.StartDateSensitivity(alternatives=dates).run(estimator.fit(design, seed=1), seed=1)
    assert (check.table["problem"] == "").all()
    early, late = estimator.seen[1:]
    assert len(early.windows[1].periods) == 12
    assert early.periods[0] == late.periods[0] - 3
    assert len(late.windows[1].periods) == 9


def test_a_date_that_misses_the_effect_moves_the_estimate(estimator, design_with):
    design = design_with(rate_ratio_during=0.4, rate_ratio_after=0.4)
    early = ev.Operation("early", "2014-07-01", "2014-07-31")
    near = ev.Operation("near", "2015-08-01", "2015-08-31")
    check = ev.StartDateSensitivity(alternatives=[early, near]).run(
        estimator.fit(design.with_windows(after="9 months"), seed=1), seed=1
    )
    assert check.passed is False
    assert check.facts["furthest"].startswith("early")
    assert check.facts["findings_changed"] == 1


def test_dates_have_to_be_named(estimator, design_with):
    with pytest.raises(ev.DesignError, match="No other dates are given"):
        ev.StartDateSensitivity().run(estimator.fit(design_with(), seed=1), seed=1)


# ---- windows -----------------------------------------------------------------------------------------------------


def test_every_length_and_the_claimed_one_marked(estimator, design_with):
    design = design_with(after="9 months", rate_ratio_after=0.5)
    check = ev.WindowSensitivity().run(estimator.fit(design, seed=1), seed=1)
    assert check.table["length"].tolist() == list(range(1, 18))  # where the data end
    assert check.table.loc[check.table["claimed"], "length"].tolist() == [9]
    own = design.treated_counts[np.asarray(design.periods.isin(design.windows[1].periods))]
    assert check.table["observed"].tolist()[:9] == np.cumsum(own).tolist()
    assert check.facts["share_same_finding"] == check.number == 1.0
    assert (
        check.facts["claimed_rank"]
        == 1 + (check.table["rate_ratio"] < check.facts["claimed_rate_ratio"]).sum()
    )


def test_a_window_that_only_one_length_bears_out_fails(estimator, design_with):
    design = design_with(after="2 months", process=ev.Process(mean=60, dispersion=1.0, autocorrelation=0))
    counts = design.panel.counts.copy()
    counts.loc[{"area": "A01", "period": design.windows[1].periods}] = 30  # two months only; then as before
    design = replace(design, panel=replace(design.panel, counts=counts))
    check = ev.WindowSensitivity(lengths=range(12, 18)).run(estimator.fit(design, seed=1), seed=1)
    assert check.facts["claimed_finding"] == "reduction"
    assert check.facts["most_favourable_length"] == 2
    assert check.facts["claimed_rank"] == 1
    assert check.passed is False


def test_no_window_reaches_into_the_next_operation(estimator, design_with):
    design = design_with(periods=96)
    design = design.with_windows(after="12 months").with_operations(
        [*design.operations, ev.Operation("second", "2016-02-01", "2016-02-29")]
    )
    check = ev.WindowSensitivity().run(estimator.fit(design, seed=1), seed=1)
    assert check.table["length"].tolist() == [1, 2, 3, 4, 5, 6]
    assert check.facts["claimed_length"] == 6
    for moved in estimator.seen[1:]:
        assert [one.name for one in moved.operations] == ["patrols"]
        assert str(moved.periods[-1]) < "2016-02"
    later = ev.WindowSensitivity(operation="second", lengths=[3, 40]).run(
        estimator.fit(design, seed=1), seed=1
    )
    assert later.table["length"].tolist() == [3, 12]


def test_looking_back_keeps_the_last_period_and_moves_the_first(estimator, design_with):
    """Nine months of which the last six had the effect: "the past six months" shows most."""
    design = design_with(periods=96)
    counts = design.panel.counts.copy()
    start = design.windows[0].periods[0]
    counts.loc[{"area": "A01", "period": pd.period_range(start, periods=6, freq="M")}] *= 0.3
    claimed = ev.Operation("the past nine months", (start - 3).start_time, (start + 5).end_time.normalize())
    design = replace(design, panel=replace(design.panel, counts=np.floor(counts))).with_operations([claimed])
    result = estimator.fit(design, seed=1)
    check = ev.WindowSensitivity(window="during", looking_back=True).run(result, seed=1)
    assert check.table["length"].tolist() == list(range(1, 19))
    assert check.facts["claimed_length"] == 9
    ends = {one.windows[0].periods[-1] for one in estimator.seen}
    assert ends == {start + 5}
    assert [len(one.windows[0].periods) for one in estimator.seen[1:]] == list(range(1, 19))
    assert check.facts["claimed_rate_ratio"] == result.effect("the past nine months", "during").rate_ratio
    ratios = check.table.set_index("length")["rate_ratio"]
    assert ratios[6] < ratios[9] < ratios[18]
    with pytest.raises(ev.DesignError, match="is no stretch of time that a claim picked"):
        ev.WindowSensitivity(window="after", looking_back=True).run(result, seed=1)


def test_a_during_has_no_length_to_choose(estimator, design_with):
    with pytest.raises(ev.DesignError, match="lasted as long as it did"):
        ev.WindowSensitivity(window="during").run(estimator.fit(design_with(), seed=1), seed=1)


# ---- controls ----------------------------------------------------------------------------------------------------


def test_each_control_is_left_out_once(estimator, design_with):
    design = design_with(areas=8)
    check = ev.LeaveOneOut().run(estimator.fit(design, seed=1), seed=1)
    gone = [set(design.control) - set(moved.control) for moved in estimator.seen[1:]]
    assert sorted(area for one in gone for area in one) == list(design.control)
    assert check.facts["n_alternatives"] == 7
    assert check.passed is True


def test_one_control_that_carries_the_estimate_fails(estimator, design_with):
    design = design_with(areas=6)
    counts = design.panel.counts.copy()
    counts.loc[{"area": "A06", "period": design.windows[1].periods}] *= 8
    design = replace(design, panel=replace(design.panel, counts=counts))
    check = ev.LeaveOneOut().run(estimator.fit(design, seed=1), seed=1)
    assert check.facts["furthest"] == "without A06"
    assert check.passed is False


def test_at_most_so_many_are_left_out(estimator, design_with):
    result = estimator.fit(design_with(), seed=1)
    one, same = (ev.LeaveOneOut(most=4).run(result, seed=3) for _ in range(2))
    assert one.table.equals(same.table)
    assert one.facts["n_alternatives"] == 4
    assert "4 control areas one at a time, of 19" in one.answer


def test_leaving_one_out_needs_two(estimator, design_with):
    with pytest.raises(ev.DesignError, match="needs two or more; this design has 1"):
        ev.LeaveOneOut().run(estimator.fit(design_with(areas=2), seed=1), seed=1)


@pytest.mark.parametrize(("seen", "parts"), [(0.548, {"share": 0.3, "fraction": 0.5})])
def test_spillover(seen, parts):
    assert seen_with_spillover(0.5, **parts) == pytest.approx(seen, abs=5e-4)


def test_contamination_is_undone(estimator, design_with):
    result = estimator.fit(design_with(rate_ratio_after=0.5), seed=1)
    check = ev.ControlContamination(share=0.3, fraction=0.5, displaced=0.2).run(result, seed=1)
    effect = result.effect("patrols", "after")
    spill, moved = check.facts["spillover_rate_ratio"], check.facts["displacement_rate_ratio"]
    assert spill < effect.rate_ratio < moved
    assert seen_with_spillover(spill, share=0.3, fraction=0.5) == pytest.approx(effect.rate_ratio)
    control = result.design.control_counts[
        :, result.design.periods.isin(result.design.windows[1].periods)
    ].sum()
    prevented = effect.observed / moved - effect.observed
    again = seen_with_displacement(
        moved, prevented=prevented, displaced=0.2, control=control - 0.2 * prevented
    )
    assert again == pytest.approx(effect.rate_ratio)
    shifts = np.abs(np.log([spill, moved]) - np.log(effect.rate_ratio)) / effect.ratio.log_standard_error
    assert check.number == pytest.approx(shifts.max())


def test_clean_controls_change_nothing(estimator, design_with):
    result = estimator.fit(design_with(rate_ratio_after=0.5), seed=1)
    check = ev.ControlContamination(share=0, displaced=0).run(result, seed=1)
    assert check.number == pytest.approx(0, abs=1e-9)
    with pytest.raises(ev.DesignError, match="share is a fraction from 0 to 1; it is 3"):
        ev.ControlContamination(share=3)


# ---- fit, specifications, enforcement ----------------------------------------------------------------------------


def test_preperiod_fit_against_noise(estimator, design_with):
    result = estimator.fit(design_with(), seed=1)
    check = ev.PreperiodFit().run(result, seed=1)
    assert check.passed is True
    assert len(check.table) == 36
    off = result.counterfactual.assign(expected=result.counterfactual["expected"] * 1.6)
    assert ev.PreperiodFit().run(replace(result, counterfactual=off), seed=1).passed is False


def test_preperiod_fit_does_not_blame_a_method_for_small_counts(estimator, design_with):
    result = estimator.fit(design_with(process=ev.Process(mean=6, dispersion=1.0, autocorrelation=0)), seed=1)
    check = ev.PreperiodFit().run(result, seed=1)
    assert check.number > 0.2
    assert check.passed is True


def test_enforcement_is_activity_not_crime(estimator, design_with):
    design = design_with()
    made = with_outcomes(
        {"crime": design.panel, "soliciting": ev.simulate_panel(areas=20, periods=84, seed=9)}
    )
    result = estimator.fit(replace(design, panel=made), seed=1)
    check = ev.EnforcementGenerated(outcomes=["soliciting"]).run(result, seed=1)
    assert check.passed is None
    assert "crime is not among the counts that enforcement makes. soliciting:" in check.answer
    assert check.answer.endswith("a measure of activity.")
    own = ev.EnforcementGenerated(outcomes=["crime", "soliciting"]).run(result, seed=1)
    assert own.passed is False
    assert own.table["outcome"].tolist() == ["soliciting"]
    with pytest.raises(ev.DesignError, match="No outcome is named"):
        ev.EnforcementGenerated().run(result, seed=1)
