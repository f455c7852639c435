"""The facts are the result's and the checks' own numbers, and nothing that was not measured."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, log

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.checks.result import CheckResults
from evaluate.claims.gather import claimed_window, facts_from, setting_of
from evaluate.claims.grade import doubts_about
from evaluate.effects.effect import StudentRatio
from evaluate.numerics.detectable import smallest_detectable

from .conftest import answer

AFTER = ev.Claim("it fell", source="s", window="after", reduction=0.5)


def test_what_was_not_measured_is_unknown(stated):
    facts = facts_from(AFTER, stated(0.8, 0.15))
    for name in ("placebo_p", "placebo_rate", "net_rate_ratio", "expected_fall", "raw_fall"):
        assert isnan(getattr(facts, name))
    assert facts.net_of_buffers is None
    assert facts.n_placebos == 0


def test_counts_and_sizes_are_those_of_the_design(stated, design):
    facts = facts_from(AFTER, stated(0.8, 0.15))
    after = design.window("June 2017", "after")
    observed = design.treated_counts[design.periods.isin(after.periods)].sum()
    assert (facts.observed, facts.expected) == (observed, pytest.approx(observed / 0.8))
    assert (facts.n_before, facts.n_after, facts.n_control) == (36, 13, 20)
    assert facts.sustained_months == 12
    assert not facts.fine_periods
    assert not facts.triggered
    # Of the order of a negative binomial count's own scatter around a mean of 100 with a dispersion of 1.5.
    assert 0.19 < facts.month_to_month < 0.40


def test_a_single_series_counts_no_controls(stated):
    facts = facts_from(AFTER, stated(0.8, 0.15, design_grade_ceiling="D"))
    assert (facts.grade_ceiling, facts.n_control) == ("D", 0)
    assert facts_from(AFTER, stated(0.8, 0.15, control_areas=7)).n_control == 7


def test_smallest_detectable_comes_from_the_check_or_the_standard_error(stated, checked):
    result = stated(0.8, 0.15)
    assert facts_from(AFTER, result, checked(mde=0.27)).smallest_detectable == 0.27
    # The check was about "after": for "during" the standard error speaks, 1 - exp(-2.80 s).
    during = replace(AFTER, window="during")
    assert facts_from(during, result, checked(mde=0.27)).smallest_detectable == pytest.approx(0.343, abs=5e-4)
    named = stated(0.8, 0.15, standard_errors={"June 2017, after": 0.10})
    assert facts_from(AFTER, named).smallest_detectable == pytest.approx(1 - np.exp(-0.2802), abs=1e-4)


def test_student_ratio_keeps_its_degrees_of_freedom(stated):
    result = stated(0.8, 0.15)
    few = [replace(effect, ratio=StudentRatio(log(0.8), 0.15, 6)) for effect in result.effect_list]
    facts = facts_from(AFTER, replace(result, effect_list=few))
    assert facts.smallest_detectable == smallest_detectable(0.15, degrees_of_freedom=6)


def test_checks_are_read_only_where_they_are_about_this_effect(stated):
    result = stated(0.8, 0.15)
    about = {"operation": "June 2017", "window": "after"}
    checks = CheckResults(
        [
            answer("placebo in space", 0.3, placebo_p=0.3, placebo_rejection=0.06, n_placebos=25, **about),
            answer("displacement", 0.93, net_p50=0.93, net_rate_ratio=0.7, **about),
            answer("regression to the mean", 0.12, expected_fall=0.12, raw_fall=0.30, **about),
        ]
    )
    facts = facts_from(AFTER, result, checks)
    assert (facts.placebo_p, facts.placebo_rate, facts.n_placebos) == (0.3, 0.06, 25)
    assert (facts.net_of_buffers, facts.net_rate_ratio) == (True, 0.7)
    assert (facts.expected_fall, facts.raw_fall) == (0.12, 0.30)
    during = facts_from(replace(AFTER, window="during"), result, checks)
    assert isnan(during.placebo_p)
    assert isnan(during.expected_fall)
    assert during.net_of_buffers is None


@pytest.mark.parametrize(("matched", "rate"), [(19, 0.05), (20, 0.15)])
def test_untreated_areas_with_a_spike_as_high_come_first_where_there_are_enough(matched, rate, stated):
    check = answer(
        "placebo in space",
        0.3,
        placebo_p=0.3,
        placebo_rejection=0.05,
        n_placebos=40,
        spike_matched_placebo_p=0.6,
        spike_matched_placebo_rejection=0.15,
        spike_matched_n_placebos=matched,
    )
    facts = facts_from(AFTER, stated(0.8, 0.15), CheckResults([check]))
    assert facts.placebo_rate == rate


@pytest.mark.parametrize(("net", "left"), [(0.925, True), (0.924, False)])
def test_net_of_buffers_means_almost_certainly_left(net, left, stated, checked):
    assert facts_from(AFTER, stated(0.8, 0.15), checked(net=net)).net_of_buffers is left


def test_a_claim_of_more_than_half_has_to_hold_net_in_its_own_size(stated):
    checks = CheckResults([answer("displacement", 0.99, net_p50=0.99, net_p_claim=0.5, net_rate_ratio=0.3)])
    for size, left in ((0.5, True), (0.75, False), (0.21, True)):
        claim = replace(AFTER, reduction=size)
        assert facts_from(claim, stated(0.3, 0.15), checks).net_of_buffers is left


def test_only_the_operation_that_followed_the_spike_is_triggered(stated, design):
    two = [*design.operations, ev.Operation("May 2017", "2017-05-22", "2017-05-26")]
    both = replace(design, operations=two, after="6 months", trigger="3 months")
    result = stated(0.8, 0.15, of=both)
    assert facts_from(replace(AFTER, operation="June 2017"), result).triggered
    assert not facts_from(replace(AFTER, operation="May 2017"), result).triggered
    alone = facts_from(replace(AFTER, operation="June 2017"), stated(0.8, 0.15))
    assert not alone.triggered


def test_days_and_place_scale_the_claim(stated, design):
    short = design.with_operations([ev.Operation("May", "2016-05-22", "2016-05-26")])
    during = ev.Claim("it halved", source="s", window="during", reduction=0.5)
    facts = facts_from(during, stated(0.9, 0.05, of=short), dilution=0.5)
    assert facts.share_of_days == pytest.approx(5 / 31)
    assert facts.reach == pytest.approx(0.5 * 5 / 31)
    assert facts.claimed_ratio == pytest.approx(1 - 0.5 * 0.5 * 5 / 31)
    assert facts.p_claim == pytest.approx(
        StudentRatio(log(0.9), 0.05, float("inf")).probability_at_most(facts.claimed_ratio)
    )
    # The published arithmetic: half fewer on 5 of 31 days leave a month at .9194.
    assert facts_from(during, stated(0.9, 0.05, of=short)).claimed_ratio == pytest.approx(0.9194, abs=5e-5)
    after = replace(during, window="after")
    assert facts_from(after, stated(0.9, 0.05, of=short)).reach == 1


def test_standard_error_of_an_effect_on_a_few_days_is_brought_to_the_counts(stated, design):
    short = design.with_operations([ev.Operation("May", "2016-05-22", "2016-05-26")])
    result = stated(0.9, 0.05, of=short, standard_errors={"May, during": 1.0})
    facts = facts_from(replace(AFTER, window="during"), result)
    assert facts.smallest_detectable == pytest.approx(smallest_detectable(5 / 31))


def test_dilution_check_is_read(stated):
    checks = CheckResults([answer("dilution", 0.08, share_of_area=17 / 209)])
    assert facts_from(AFTER, stated(0.8, 0.15), checks).share_of_area == pytest.approx(17 / 209)
    assert facts_from(AFTER, stated(0.8, 0.15), checks, dilution=1.0).share_of_area == 1.0
    with pytest.raises(ev.DesignError, match=r"above 0 and at most 1; it is 8.1. Write 17 / 209"):
        facts_from(AFTER, stated(0.8, 0.15), dilution=8.1)


def test_late_ratio_is_that_of_the_second_half(stated, design):
    result = stated(0.5, 0.1)
    assert facts_from(AFTER, result).late_ratio == pytest.approx(0.5)
    table = result.counterfactual.copy()
    late = design.window("June 2017", "after").periods[6:]
    table.loc[late, "expected"] = table.loc[late, "observed"]
    moved = replace(result, counterfactual=table)
    halves = table.loc[design.window("June 2017", "after").periods]
    whole = halves["observed"].sum() / halves["expected"].sum()
    assert facts_from(AFTER, moved).late_ratio == pytest.approx(0.5 * 1.0 / whole)
    assert isnan(facts_from(replace(AFTER, window="during"), result).late_ratio)


def test_a_method_without_a_distribution_gives_no_probability(stated):
    result = stated(0.8, 0.15)
    bare = [replace(effect, ratio=None) for effect in result.effect_list]
    facts = facts_from(AFTER, replace(result, effect_list=bare))
    assert isnan(facts.p_claim)
    assert isnan(facts.p_up)
    assert isnan(facts.smallest_detectable)


def test_the_window_meant_may_be_left_out_where_there_is_one(stated, design):
    alone = design.with_windows(after="0 months")
    claim = ev.Claim("it fell", source="s")
    assert claimed_window(claim, stated(0.8, 0.1, of=alone)).key == ("June 2017", "during")
    assert claimed_window(replace(claim, window="after"), stated(0.8, 0.1)).key == ("June 2017", "after")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"window": ""},
            "The claim could mean 2 windows: June 2017, during; June 2017, after. "
            "Give it operation=... and window=....",
        ),
        (
            {"operation": "June 2O17"},
            'The claim names the operation "June 2O17", which the design has not. Did you mean "June 2017"?',
        ),
        (
            {"outcome": "robbery"},
            'The claim is about "robbery" and the result about "crime". Judge it by a result of the same outcome: '
            'estimator.fit(design.for_outcome("robbery"), seed=...).',
        ),
    ],
)
def test_a_claim_that_does_not_fit_is_refused(change, message, stated):
    with pytest.raises(ev.DesignError) as refused:
        facts_from(replace(AFTER, **change), stated(0.8, 0.15))
    assert str(refused.value) == message


def test_a_window_the_design_has_not_is_refused(stated, design):
    alone = stated(0.8, 0.1, of=design.with_windows(after="0 months"))
    with pytest.raises(ev.DesignError, match="no window"):
        facts_from(AFTER, alone)


def test_names_are_those_a_reader_knows(stated):
    setting = setting_of(AFTER, stated(0.8, 0.15))
    assert (setting.area, setting.start, setting.end) == ("Loxford", "July 2016", "June 2017")
    assert (setting.operation_days, setting.window_days, setting.window_periods) == (30, 365, 12)


def test_weeks_are_named_by_their_days():
    panel = ev.simulate_panel(areas=7, periods=120, every="week", seed=1)
    design = ev.Design(
        panel,
        outcome="crime",
        treated=["A01", "A02"],
        operations=[ev.Operation("w", "2011-05-02", "2011-05-08")],
        before="52 weeks",
        after="8 weeks",
    )
    result = ev.BeforeAfter().fit(design, seed=1)
    setting = setting_of(ev.Claim("x", source="s", window="during"), result)
    assert (setting.start, setting.end, setting.period) == ("2 May 2011", "8 May 2011", "week")
    assert setting.area == "A01 and A02"
    facts = facts_from(ev.Claim("x", source="s", window="after"), result)
    assert facts.fine_periods
    assert facts.sustained_months == pytest.approx(8 * 12 / (365.25 / 7))


def test_specifications_are_counted_together(stated):
    about = {"operation": "June 2017", "window": "after"}
    curve = answer("specification curve", n_specifications=200, share_same_direction=0.7, **about)
    listed = answer("listed sensitivities", n_specifications=4, share_same_direction=0.25, **about)
    facts = facts_from(AFTER, stated(0.8, 0.1), CheckResults([curve, listed]))
    assert (facts.n_specifications, facts.conflicting) == (204, pytest.approx(63 / 204))
    assert isnan(facts_from(AFTER, stated(0.8, 0.1)).conflicting)
    other = answer("specification curve", n_specifications=9, share_same_direction=0.0, window="during")
    assert facts_from(AFTER, stated(0.8, 0.1), CheckResults([other])).n_specifications == 0


def test_the_widened_interval_is_that_of_the_placebos_of_this_effect(stated):
    result = stated(0.7, 0.1)
    log_ratios = np.random.default_rng(1).normal(0, 0.3, 40)
    table = pd.DataFrame({"kind": "untreated area", "rate_ratio": np.exp(log_ratios), "standard_error": 0.1})
    table["excludes_one"] = False
    about = {"operation": "June 2017", "placebo_p": 0.02, "placebo_rejection": 0.05, "n_placebos": 40}
    placebos = replace(answer("placebo in space", 0.02, window="after", **about), table=table)
    facts = facts_from(AFTER, result, CheckResults([placebos]))
    calibrated = ev.empirically_calibrated(result, placebos)
    assert (facts.calibrated_lower, facts.calibrated_upper) == (calibrated.lower, calibrated.upper)
    assert facts.upper < 1 < facts.calibrated_upper
    assert "widened by the error that the method makes" in doubts_about(facts)[0]
    other = replace(placebos, facts=placebos.facts | {"window": "during"})
    assert isnan(facts_from(AFTER, result, CheckResults([other])).calibrated_lower)
