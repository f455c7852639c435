"""Pretend starts: where they lie, what happens without room, and what decides."""

from __future__ import annotations

import numpy as np
import pytest

import evaluate as ev


def test_no_pretend_window_reaches_the_spike_or_the_operation(estimator, design_with):
    design = design_with(trigger="3 months")
    ev.PlaceboInTime().run(estimator.fit(design, seed=1), seed=1)
    moved = estimator.seen[1:]
    assert len(moved) == 8
    for one in moved:
        assert one.periods[-1] < design.trigger_periods[0]
        assert one.windows[0].periods[0] >= design.periods[0]
        assert len(one.trigger_periods) == 3
        assert one.treated == design.treated


def test_windows_keep_their_lengths_where_the_panel_reaches_back(estimator, design_with):
    design = design_with(before="24 months", trigger="1 month")
    check = ev.PlaceboInTime(shifts=5).run(estimator.fit(design, seed=1), seed=1)
    assert (check.table["before"] == 24).all()
    assert (check.table["after"] == 12).all()
    assert check.facts["shortened"] is False
    assert "no room" not in check.answer


def test_before_is_shorter_where_it_does_not_and_the_answer_says_so(estimator, design_with):
    design = design_with(periods=61, operation_at=48, before="48 months", trigger="3 months")
    check = ev.PlaceboInTime().run(estimator.fit(design, seed=1), seed=1)
    assert check.table["before"].min() == 15
    assert (check.table["after"] == 12).all()
    assert "before is as short as 15 months, after 12 months" in check.answer


def test_after_is_shortened_last(estimator, design_with):
    design = design_with(periods=43, operation_at=30, before="30 months", trigger="3 months")
    check = ev.PlaceboInTime().run(estimator.fit(design, seed=1), seed=1)
    assert check.table[["before", "after"]].values.tolist() == [[15, 11]]


def test_no_room_at_all_is_refused(estimator, design_with):
    design = design_with(periods=30, operation_at=14, before="14 months", trigger="1 month")
    with pytest.raises(ev.DesignError, match="no room for a pretend operation: it needs 13 months before"):
        ev.PlaceboInTime().run(estimator.fit(design, seed=1), seed=1)


def test_missing_counts_before_the_design_are_not_used(estimator, design_with):
    from dataclasses import replace

    design = design_with(before="30 months")
    counts = design.panel.counts.copy()
    counts.loc[{"area": "A01", "period": design.periods[0] - 5}] = np.nan
    design = replace(design, panel=replace(design.panel, counts=counts))
    check = ev.PlaceboInTime(shifts=3).run(estimator.fit(design, seed=1), seed=1)
    earliest = [one.periods[0] for one in estimator.seen[1:]]
    assert min(earliest) == design.periods[0] - 4
    assert check.facts["shortened"] is True


def test_an_operation_that_really_began_earlier_is_noticed(estimator, design_with):
    # The true start is a year before the one stated, so pretend starts in between find what was there.
    design = design_with(rate_ratio_during=0.4, rate_ratio_after=0.4, operation_at=54).shifted_to(
        "2015-07-01"
    )
    check = ev.PlaceboInTime().run(estimator.fit(design, seed=1), seed=1)
    assert check.passed is False
    assert check.number > check.threshold


def test_share_and_p_are_counted_from_the_table(estimator, design_with):
    result = estimator.fit(design_with(seed=5), seed=1)
    check = ev.PlaceboInTime(shifts=6).run(result, seed=1)
    outside = (check.table["upper"] < 1) | (check.table["lower"] > 1)
    assert check.number == pytest.approx(outside.mean())
    effect = result.effect("patrols", "after")
    own = abs(np.log(effect.rate_ratio) / effect.ratio.log_standard_error)
    assert check.facts["placebo_p"] == (1 + (check.table["statistic"].abs() >= own).sum()) / 7
    assert check.threshold == pytest.approx(1 / 6)  # Binomial(6, 0.05): P(at most 1) = 0.967


def test_during_needs_no_after(estimator, design_with):
    check = ev.PlaceboInTime(window="during", shifts=4).run(estimator.fit(design_with(), seed=1), seed=1)
    assert (check.table["after"] == 0).all()
    assert check.facts["window"] == "during"


def test_a_later_operation_is_pretended_before_the_first(estimator, design_with):
    design = design_with(periods=96)
    design = design.with_windows(after="6 months").with_operations(
        [*design.operations, ev.Operation("second", "2016-06-10", "2016-06-14")]
    )
    check = ev.PlaceboInTime(operation="second", shifts=3).run(estimator.fit(design, seed=1), seed=1)
    for one in estimator.seen[1:]:
        assert [operation.name for operation in one.operations] == ["second"]
        assert one.operations[0].days == 5
        assert one.periods[-1] < design.windows[0].periods[0]
    assert check.facts["operation"] == "second"


def test_named_starts_are_taken_instead(estimator, design_with):
    design = design_with(trigger="3 months")
    starts = ["2013-06-15", "2013-12-01"]
    check = ev.PlaceboInTime(starts=starts).run(estimator.fit(design, seed=1), seed=1)
    assert check.table["start"].tolist() == ["2013-06", "2013-12"]
    assert [str(one.windows[0].periods[0]) for one in estimator.seen[1:]] == ["2013-06", "2013-12"]


def test_a_named_start_without_room_is_refused(estimator, design_with):
    design = design_with(trigger="3 months")
    late = f"{design.trigger_periods[0]}-01"
    with pytest.raises(
        ev.DesignError, match=f"A pretend operation can begin from .*; {late} is not among them"
    ):
        ev.PlaceboInTime(starts=[late]).run(estimator.fit(design, seed=1), seed=1)
