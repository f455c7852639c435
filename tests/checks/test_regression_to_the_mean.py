"""What a spike leads one to expect with no operation."""

from __future__ import annotations

import numpy as np
import pytest

import evaluate as ev
from evaluate.checks.target import find_target

SPIKY = ev.Process(mean=30, dispersion=2.0, autocorrelation=0.4, persistent_share=1.0)


@pytest.fixture(scope="module")
def nothing_done(design_with):
    """Thirty operations that did nothing, each launched on the highest month of twelve."""
    checks = []
    for seed in range(30):
        design = design_with(
            areas=8, process=SPIKY, triggered=True, trigger="1 month", after="6 months", seed=seed
        )
        checks.append(
            ev.RegressionToTheMean(simulations=500).run(ev.BeforeAfter().fit(design, seed=1), seed=seed)
        )
    return checks


def test_the_interval_covers_the_fall_that_nothing_makes(nothing_done):
    covered = [
        check.facts["expected_fall_lower"] <= check.facts["raw_fall"] <= check.facts["expected_fall_upper"]
        for check in nothing_done
    ]
    assert sum(covered) >= 25  # 95% of 30 is 28.5; fewer than 25 has a probability of 0.003


def test_the_expected_fall_is_unbiased_and_not_small(nothing_done):
    gaps = np.array([check.facts["raw_fall"] - check.facts["expected_fall"] for check in nothing_done])
    assert abs(gaps.mean()) < 3 * gaps.std() / np.sqrt(len(gaps)) + 0.01
    assert np.mean([check.facts["expected_fall"] for check in nothing_done]) > 0.15


def test_few_falls_pass_where_nothing_was_done(nothing_done):
    assert sum(check.passed for check in nothing_done) <= 4  # 2.5% of 30 is 0.75


def test_a_real_fall_passes(design_with):
    design = design_with(process=SPIKY, triggered=True, trigger="1 month", rate_ratio_after=0.3)
    check = ev.RegressionToTheMean().run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    assert check.passed is True
    assert check.number == check.facts["raw_fall"] > check.threshold == check.facts["expected_fall_upper"]
    assert "percentage points larger than that range allows" in check.answer


def test_a_rise_leaves_nothing_to_explain(design_with):
    check = ev.RegressionToTheMean().run(
        ev.BeforeAfter().fit(design_with(trigger="1 month", rate_ratio_after=2.0), seed=1), seed=1
    )
    assert check.facts["raw_fall"] < 0
    assert "shows a rise of" in check.answer
    assert check.answer.endswith("There is no fall to explain.")
    assert check.passed is False


def test_baselines_stand_side_by_side(design_with):
    design = design_with(trigger="2 months", before="24 months")
    check = ev.RegressionToTheMean().run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    rows = check.table.set_index("baseline")
    start = design.windows[0].periods[0]
    assert rows.index.tolist() == ["trigger", "last 3 months", "last 12 months", "whole baseline"]
    assert rows["from"].tolist() == [str(start - 2), str(start - 3), str(start - 12), str(start - 24)]
    assert rows["to"].tolist() == [str(start - 1)] * 3 + [str(start - 3)]
    own, days = design.treated_counts, design.exposure_days
    trigger = np.asarray(design.periods.isin(design.trigger_periods))
    inside = np.asarray(design.periods.isin(design.windows[1].periods))
    rate = own[inside].sum() / days[inside].sum() / (own[trigger].sum() / days[trigger].sum())
    assert check.facts["raw_fall"] == pytest.approx(1 - rate)


def test_without_a_trigger_the_last_quarter_leads(design_with):
    check = ev.RegressionToTheMean().run(ev.BeforeAfter().fit(design_with(), seed=1), seed=1)
    assert check.facts["baseline"] == "last 3 months"
    assert np.isnan(check.facts["spike_score"])
    assert check.answer.startswith("Against the last 3 months before")


def test_small_counts_get_no_percentages(design_with):
    design = design_with(
        process=ev.Process(mean=1.0, spread=0.1), trigger="3 months", after="6 months", seed=3
    )
    check = ev.RegressionToTheMean().run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    assert "%" not in check.answer
    assert check.answer.startswith("Counts are too small for percentages")


def test_nothing_recorded_in_the_spike_is_refused(design_with):
    from dataclasses import replace

    design = design_with(trigger="1 month")
    counts = design.panel.counts.copy()
    counts.loc[{"area": "A01", "period": design.trigger_periods[0]}] = 0
    design = replace(design, panel=replace(design.panel, counts=counts))
    with pytest.raises(ev.FitError, match="Nothing was recorded in the trigger before patrols"):
        ev.RegressionToTheMean().run(ev.BeforeAfter().fit(design, seed=1), seed=1)


def test_a_later_operation_is_held_against_what_the_first_left(design_with):
    design = design_with(periods=96, rate_ratio_after=0.5)
    design = design.with_windows(after="6 months").with_operations(
        [*design.operations, ev.Operation("second", "2016-12-01", "2016-12-31", trigger="2 months")]
    )
    target = find_target(ev.BeforeAfter().fit(design, seed=1), "second", "after")
    assert list(map(str, design.periods[target.reference][[0, -1]])) == ["2015-08", "2016-09"]
    assert list(map(str, design.periods[target.trigger])) == ["2016-10", "2016-11"]
    first = find_target(target.result, None, None)
    assert np.array_equal(first.reference, design.baseline)


def test_two_operations_one_after_the_other_share_the_baseline(design_with):
    design = design_with().with_operations(
        [
            ev.Operation("first", "2015-07-01", "2015-07-31"),
            ev.Operation("second", "2015-09-01", "2015-09-30"),
        ]
    )
    target = find_target(ev.BeforeAfter().fit(design, seed=1), "second", None)
    assert np.array_equal(target.reference, design.baseline)


def test_too_few_simulations_are_refused(design_with):
    with pytest.raises(ev.DesignError, match="200 simulations or more"):
        ev.RegressionToTheMean(simulations=50).run(ev.BeforeAfter().fit(design_with(), seed=1), seed=1)


def test_same_seed_same_answer(design_with):
    result = ev.BeforeAfter().fit(design_with(trigger="1 month"), seed=1)
    one, same, other = (ev.RegressionToTheMean().run(result, seed=seed) for seed in (1, 1, 2))
    assert one.facts == same.facts
    assert one.facts["expected_fall"] != other.facts["expected_fall"]
