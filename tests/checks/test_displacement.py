"""What went next door, and what is left when it is counted."""

from __future__ import annotations

import numpy as np
import pytest

import evaluate as ev
from evaluate.numerics.wdd import Arm, weighted_displacement_difference


def test_the_net_interval_covers_the_truth(estimator, design_with):
    # Halved, with 30% of it moved next door: 0.65 of the treated area's expected count is still recorded somewhere.
    truth = 1 - 0.5 * (1 - 0.3)
    covered, moved = [], []
    for seed in range(30):
        design = design_with(buffers=2, rate_ratio_after=0.5, displaced=0.3, seed=seed)
        check = ev.Displacement().run(estimator.fit(design, seed=1), seed=1)
        covered.append(check.facts["net_lower"] <= truth <= check.facts["net_upper"])
        expected = design.panel.truth.expected[design.windows[1].periods].sum() * 0.5 * 0.3
        moved.append(check.facts["moved_lower"] <= expected <= check.facts["moved_upper"])
    assert sum(covered) >= 25  # 95% of 30 is 28.5; fewer than 25 has a probability of 0.003
    assert sum(moved) >= 25


def test_the_same_estimator_is_fitted_to_buffers_and_to_both(estimator, design_with):
    design = design_with(buffers=2)
    ev.Displacement().run(estimator.fit(design, seed=1), seed=1)
    _, buffers, together = estimator.seen
    assert buffers.treated == design.buffer
    assert "A01" in buffers.excluded
    assert together.treated == ("A01", *design.buffer)
    assert buffers.control == together.control == design.control


def test_net_ratio_is_measured_against_the_treated_area(estimator, design_with):
    design = design_with(buffers=2, rate_ratio_after=0.5, displaced=0.3)
    check = ev.Displacement(reduction=0.2).run(estimator.fit(design, seed=1), seed=1)
    treated, buffers, together = (check.table.iloc[row] for row in range(3))
    left = treated["observed"] + buffers["observed"] - buffers["expected"]
    assert check.number == pytest.approx(left / treated["expected"], rel=0.02)
    scale = together["expected"] / treated["expected"]
    assert check.facts["net_upper"] == pytest.approx(1 - (1 - together["upper"]) * scale)
    assert check.facts["net_p50"] < check.facts["net_p_claim"] < check.facts["net_p_reduction"]


def test_everything_moved_leaves_nothing(estimator, design_with):
    design = design_with(buffers=2, rate_ratio_after=0.4, displaced=1.0)
    check = ev.Displacement().run(estimator.fit(design, seed=1), seed=1)
    assert check.passed is False
    assert check.facts["moved_lower"] > 0
    assert check.facts["net_lower"] < 1 < check.facts["net_upper"]
    assert "more than expected" in check.answer


def test_benefits_that_spread_count_for_the_operation(estimator, design_with):
    design = design_with(buffers=2, rate_ratio_after=0.5, displaced=-0.4)
    check = ev.Displacement().run(estimator.fit(design, seed=1), seed=1)
    assert check.facts["moved"] < 0
    assert check.number < check.table.iloc[0]["rate_ratio"]
    assert "fewer than expected" in check.answer
    assert check.facts["wdq"] > 0


def test_totals_by_hand(estimator, design_with):
    design = design_with(buffers=2, before="24 months", after="12 months", rate_ratio_after=0.5)
    check = ev.Displacement().run(estimator.fit(design, seed=1), seed=1)
    base = design.baseline
    inside = np.asarray(design.periods.isin(design.windows[1].periods))
    arms = [
        Arm(float(counts[base].sum()), float(counts[inside].sum()), weight)
        for counts, weight in (
            (design.treated_counts, 1.0),
            (design.control_counts.sum(axis=0), len(design.control) / 3),
            (design.buffer_counts, 1.0),
        )
    ]
    days = design.exposure_days
    by_hand = weighted_displacement_difference(
        arms[0],
        arms[1],
        displacement=arms[2],
        lengths=(days[base].sum() / days[inside].sum(), 1.0),
        dispersion=check.facts["wdd_dispersion"],
    ).total
    assert check.facts["wdd"] == pytest.approx(by_hand.estimate)
    assert check.facts["wdd_se"] == pytest.approx(by_hand.standard_error)
    assert check.facts["wdd_upper"] - check.facts["wdd_lower"] == pytest.approx(
        2 * 1.959964 * by_hand.standard_error
    )
    assert check.facts["wdd_dispersion"] >= 1
    growth = arms[1].after / arms[1].before
    prevented = sum(arm.before * growth - arm.after for arm in (arms[0], arms[2]))
    assert check.facts["total_net_effect"] == pytest.approx(prevented)


def test_the_quotient_is_not_shown_where_success_may_be_nought(estimator, design_with):
    check = ev.Displacement().run(estimator.fit(design_with(buffers=2), seed=1), seed=1)
    assert np.isnan(check.facts["wdq"])


def test_no_buffer_is_refused_in_the_designs_own_words(estimator, design_with):
    with pytest.raises(ev.DesignError, match="no buffer areas"):
        ev.Displacement().run(estimator.fit(design_with(), seed=1), seed=1)


def test_no_controls_leave_the_arithmetic_out(design_with):
    design = design_with(buffers=2)
    design = design.without(design.control)
    check = ev.Displacement().run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    assert "wdd" not in check.facts
    assert check.facts["net_rate_ratio"] > 0


def test_no_interval_no_verdict(without_interval, design_with):
    check = ev.Displacement().run(without_interval.fit(design_with(buffers=2), seed=1), seed=1)
    assert check.passed is None
    assert check.answer.endswith("The method gives no interval, so a net effect cannot be judged.")


def test_rings_are_asked_one_by_one_and_stay_out_of_the_controls(estimator, design_with):
    result = estimator.fit(design_with(buffers=3), seed=1)
    first, second = result.design.buffer[:1], result.design.buffer[1:]
    check = ev.Displacement(rings={"first ring": first, "second ring": second}).run(result, seed=1)
    plain = ev.Displacement().run(result, seed=1)
    assert check.table["areas"].tolist() == [
        "treated",
        "first ring",
        "second ring",
        "buffers",
        "treated and buffers",
    ]
    ring = check.table.set_index("areas").loc["first ring"]
    alone = estimator.fit(result.design.with_treated(first), seed=1).effect("patrols", "after")
    assert ring["observed"] == alone.observed
    assert ring["rate_ratio"] == pytest.approx(alone.rate_ratio, rel=0.02)
    assert check.number == pytest.approx(plain.number, rel=0.02)
    assert "ring by ring: first ring " in check.answer
    assert "ring by ring" not in plain.answer


def test_a_ring_outside_the_buffer_is_refused(estimator, design_with):
    result = estimator.fit(design_with(buffers=2), seed=1)
    control = result.design.control[0]
    with pytest.raises(
        ev.DesignError, match=f'The ring "far" holds {control}, not among the buffers. A ring is a part'
    ):
        ev.Displacement(rings={"far": [control]}).run(result, seed=1)


def test_equal_checks_are_one_key_so_that_a_study_makes_them_once():
    assert {ev.Displacement(rings={"next": ["A02"]}): 1}[ev.Displacement(rings={"next": ["A02"]})] == 1
