"""A change planted before the first day is found; none is found where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

import evaluate as ev


def changed_before(design: ev.Design, factor: float, periods: int) -> ev.Design:
    """The design with the treated counts of the last periods before the first operation multiplied."""
    first = design.window(design.operations[0].name, "during").periods[0]
    counts = design.panel.counts.copy()
    for number in range(1, periods + 1):
        counts.loc[{"area": design.treated[0], "period": first - number}] *= factor
    return replace(design, panel=replace(design.panel, counts=counts.round()))


def test_nothing_before_the_first_day(estimator, design_with):
    check = ev.Anticipation().run(estimator.fit(design_with(), seed=1), seed=1)
    assert check.passed is True
    assert check.table["lead"].tolist() == [1, 2, 3]
    assert check.number == min(1.0, 3 * check.table["p_value"].min())


def test_a_fall_before_the_first_day_is_found(estimator, design_with):
    design = changed_before(design_with(), 0.4, 2)
    check = ev.Anticipation().run(estimator.fit(design, seed=1), seed=1)
    assert check.passed is False
    assert check.facts["furthest_lead"] == 2
    assert check.table.loc[1, "rate_ratio"] == pytest.approx(0.4, abs=0.1)


def test_the_leads_are_the_periods_just_before_and_leave_the_rest_as_it_was(estimator, design_with):
    design = design_with()
    ev.Anticipation().run(estimator.fit(design, seed=1), seed=1)
    for length, moved in zip((1, 2, 3), estimator.seen[1:4], strict=True):
        lead = moved.window("lead", "during").periods
        first = design.window("patrols", "during").periods[0]
        assert lead.tolist() == [first - number for number in range(length, 0, -1)]
        assert moved.periods.equals(design.periods)
        assert moved.baseline.sum() == design.baseline.sum() - length
        assert moved.window("patrols", "after").periods.equals(design.window("patrols", "after").periods)


def test_what_is_left_of_the_trigger_goes_before_the_lead(estimator, design_with):
    design = design_with(trigger="3 months")
    ev.Anticipation().run(estimator.fit(design, seed=1), seed=1)
    for length, moved in zip((1, 2, 3), estimator.seen[1:4], strict=True):
        assert len(moved.trigger_periods) == 3 - length
        assert (moved.baseline == design.baseline).all()


def test_the_spike_itself_is_no_anticipation(estimator, design_with):
    design = changed_before(design_with(trigger="3 months"), 2.0, 3)
    check = ev.Anticipation().run(estimator.fit(design, seed=1), seed=1)
    assert check.table["rate_ratio"].min() > 1.5
    assert check.passed is True
    assert check.number == 1.0
    assert "so a rise in them is not counted" in check.answer
    fallen = changed_before(design_with(trigger="3 months"), 0.4, 3)
    assert ev.Anticipation().run(estimator.fit(fallen, seed=1), seed=1).passed is False


def test_a_later_operation_is_led_inside_what_the_first_left(estimator, design_with):
    design = design_with(periods=96)
    design = design.with_operations(
        [*design.operations, ev.Operation("second", "2016-02-01", "2016-02-29", trigger="2 months")]
    )
    check = ev.Anticipation(operation="second").run(estimator.fit(design, seed=1), seed=1)
    moved = estimator.seen[1]
    assert [one.name for one in moved.operations] == ["patrols", "lead", "second"]
    assert len(moved.trigger_periods) == 1
    assert (moved.baseline == design.baseline).all()
    assert check.facts["operation"] == "second"


def test_it_goes_with_the_structural_model():
    design = ev.simulated_design(ev.simulate_panel(areas=9, periods=60, rate_ratio_after=0.6, seed=3))
    early = changed_before(design, 0.4, 3)
    check = ev.Anticipation().run(ev.StructuralModel(draws=300).fit(early, seed=1), seed=1)
    assert check.passed is False


def test_a_lead_of_no_length_is_refused():
    with pytest.raises(ev.DesignError, match="from 1 to 12 periods; it is 0"):
        ev.Anticipation(periods=0)
