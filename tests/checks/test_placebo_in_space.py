"""Stand-ins: who they are, how p is counted, and what they say of the method."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import evaluate as ev
from evaluate.checks.placebo_in_space import permutation_p
from evaluate.checks.refit import Refit, comparable
from evaluate.checks.stand_ins import stand_in_groups
from evaluate.checks.target import find_target
from evaluate.numerics.spikes import spike_scores


def test_a_strong_effect_reaches_the_smallest_p_and_never_nought(estimator, design_with):
    result = estimator.fit(design_with(rate_ratio_after=0.4), seed=1)
    check = ev.PlaceboInSpace().run(result, seed=1)
    assert check.number == 1 / 20 == check.facts["smallest_p"]
    assert check.facts["placebo_p_reduction"] == 1 / 20
    assert check.passed is True


def test_p_counts_the_treated_area_among_the_stand_ins(estimator, design_with):
    check = ev.PlaceboInSpace().run(estimator.fit(design_with(seed=3), seed=1), seed=1)
    own = check.table.iloc[0]["statistic"]
    others = check.table.iloc[1:]["statistic"].to_numpy()
    assert check.number == (1 + (np.abs(others) >= abs(own)).sum()) / 20
    assert check.facts["placebo_p_reduction"] == (1 + (others <= own).sum()) / 20


def test_one_sided_p_of_a_rise_is_large(estimator, design_with):
    check = ev.PlaceboInSpace().run(estimator.fit(design_with(rate_ratio_after=2.0), seed=1), seed=1)
    assert check.number == 1 / 20
    assert check.facts["placebo_p_reduction"] == 1.0


@pytest.mark.parametrize(("b", "n", "p"), [(0, 19, 0.05), (1, 19, 0.1), (19, 19, 1.0), (0, 0, 1.0)])
def test_permutation_p(b, n, p):
    assert permutation_p(np.arange(n) < b) == pytest.approx(p)


def test_fewer_than_nineteen_stand_ins_cannot_decide(estimator, design_with):
    result = estimator.fit(design_with(areas=19, rate_ratio_after=0.4), seed=1)
    check = ev.PlaceboInSpace().run(result, seed=1)
    assert check.facts["n_placebos"] == 18
    assert check.passed is None
    assert "With fewer than 19 stand-ins p cannot reach 0.05" in check.answer


def test_treated_buffer_and_excluded_are_never_stand_ins_nor_controls_of_one(estimator, design_with):
    design = design_with(areas=26, buffers=3, trigger="2 months").without(["A25", "A26"])
    taken = {*design.treated, *design.buffer, *design.excluded}
    assert taken == {"A01", "A02", "A03", "A04", "A25", "A26"}
    check = ev.PlaceboInSpace().run(estimator.fit(design, seed=1), seed=1)
    stand_ins = {area for areas in check.table["areas"][1:] for area in areas.split("+")}
    assert stand_ins == set(design.control)
    for moved in estimator.seen[1:]:
        assert not taken & {*moved.treated, *moved.control, *moved.buffer}
        assert len(moved.control) == len(design.control) - 1


def test_groups_have_as_many_areas_as_were_treated(estimator, design_with):
    design = design_with(areas=12)
    design = design.with_treated(["A01", "A02"])
    check = ev.PlaceboInSpace(placebos=25).run(estimator.fit(design, seed=1), seed=1)
    groups = [areas.split("+") for areas in check.table["areas"][1:]]
    assert len(groups) == 25 == len({tuple(group) for group in groups})
    assert all(len(set(group)) == 2 and not {"A01", "A02"} & set(group) for group in groups)


def test_a_subset_is_drawn_by_seed_and_workers_do_not_matter(estimator, design_with):
    result = estimator.fit(design_with(), seed=1)
    one, same, other = (
        ev.PlaceboInSpace(placebos=6, n_jobs=jobs).run(result, seed=seed)
        for jobs, seed in ((1, 5), (2, 5), (1, 6))
    )
    assert one.table.equals(same.table)
    assert one.facts == same.facts
    assert list(one.table["areas"]) != list(other.table["areas"])
    assert one.facts["n_placebos"] == 6
    assert list(one.table["areas"][1:]) == sorted(one.table["areas"][1:])


def test_every_control_is_used_where_more_are_asked_for(design_with):
    design = design_with()
    assert len(stand_in_groups(design, most=500, random=np.random.default_rng(1))) == 19


def test_rejection_rate_and_its_error(estimator, design_with):
    check = ev.PlaceboInSpace().run(estimator.fit(design_with(seed=8), seed=1), seed=1)
    rows = check.table[check.table["kind"] == "untreated area"]
    found = ((rows["upper"] < 1) | (rows["lower"] > 1)).sum()
    assert check.facts["placebo_rejection"] == pytest.approx(found / 19)
    guess = (found + 2) / 23
    assert check.facts["placebo_rejection_se"] == pytest.approx(np.sqrt(guess * (1 - guess) / 23))
    assert check.facts["placebo_z_sd"] == pytest.approx(np.std(rows["statistic"], ddof=1))


def test_spike_matched_stand_ins_had_a_spike_as_high_and_share_no_period(estimator, design_with):
    design = design_with(triggered=True, trigger="1 month", seed=2, before="24 months", after="6 months")
    result = estimator.fit(design, seed=1)
    before = len(estimator.seen)
    check = ev.PlaceboInSpace(placebos=15).run(result, seed=1)
    score = check.facts["spike_score"]
    matched = [moved for moved in estimator.seen[before:] if moved.periods[0] != design.periods[0]]
    assert matched
    for moved in matched:
        trigger = np.asarray(moved.periods.isin(moved.trigger_periods))
        total = moved.treated_counts + moved.control_counts.sum(axis=0)
        own = spike_scores(
            moved.treated_counts[None], total - moved.treated_counts, spike=trigger, baseline=moved.baseline
        )
        assert own[0] >= score
    rows = check.table[check.table["kind"] == "after a spike as high"]
    months = rows["start"].map(lambda text: int(text[:4]) * 12 + int(text[5:7]))
    for _, starts in months.groupby(rows["areas"]):
        assert (np.diff(np.sort(starts)) >= 8).all()  # one month of spike, one of operation, six after
    assert check.facts["spike_matched_n_placebos"] == len(rows) <= check.facts["spike_matched_available"]


def test_spike_matching_is_left_out_on_request_or_without_a_trigger(estimator, design_with):
    triggered = estimator.fit(design_with(trigger="1 month"), seed=1)
    plain = estimator.fit(design_with(), seed=1)
    for check in (
        ev.PlaceboInSpace(spike_matched=False).run(triggered, seed=1),
        ev.PlaceboInSpace().run(plain, seed=1),
    ):
        assert "spike_score" not in check.facts
        assert set(check.table["kind"]) == {"treated", "untreated area"}


def test_a_spike_nobody_else_had_is_said(estimator, design_with):
    design = design_with(trigger="1 month")
    panel = design.panel
    counts = panel.counts.copy()
    counts.loc[{"area": "A01", "period": design.trigger_periods[0]}] = 5_000
    spiked = replace(design, panel=replace(panel, counts=counts))
    check = ev.PlaceboInSpace(placebos=5).run(estimator.fit(spiked, seed=1), seed=1)
    assert check.facts["spike_matched_n_placebos"] == 0
    assert "No untreated area had a spike as high" in check.answer


def test_an_effect_without_a_standard_error_is_refused(without_interval, design_with):
    with pytest.raises(ev.FitError, match="without a standard error"):
        ev.PlaceboInSpace().run(without_interval.fit(design_with(), seed=1), seed=1)


def test_a_stand_in_that_cannot_be_fitted_is_counted_as_such(estimator, design_with):
    design = design_with()
    counts = design.panel.counts.copy()
    counts.loc[{"area": "A07", "period": design.windows[1].periods}] = 0
    design = replace(design, panel=replace(design.panel, counts=counts))
    check = ev.PlaceboInSpace().run(estimator.fit(design, seed=1), seed=1)
    assert (check.facts["n_placebos"], check.facts["failed"]) == (18, 1)
    assert "A07" not in set(check.table["areas"])
    assert "1 stand-in could not be fitted." in check.answer


def test_a_stand_in_where_nothing_was_recorded_is_not_compared(design_with):
    made = comparable(
        [Refit("A07", find_target(ev.BeforeAfter().fit(design_with(), seed=1), None, None).effect)]
    )
    assert made[0].effect is not None
    none = comparable([Refit("A07", replace(made[0].effect, rate_ratio=0.0))])
    assert none[0].effect is None
    assert "without a standard error" in none[0].problem


def test_no_control_to_stand_in_is_refused(estimator, design_with):
    design = design_with(areas=3).with_treated(["A01", "A02"])
    with pytest.raises(ev.FitError, match="1 control area cannot stand in for 2 treated"):
        ev.PlaceboInSpace().run(estimator.fit(design, seed=1), seed=1)


def test_the_answer_in_words(estimator, design_with):
    check = ev.PlaceboInSpace().run(estimator.fit(design_with(rate_ratio_after=0.4, seed=4), seed=1), seed=1)
    rate, error = check.facts["placebo_rejection"], 100 * check.facts["placebo_rejection_se"]
    assert check.answer == (
        "0 of 19 untreated stand-ins showed an effect at least as strong: p = 0.050 (the smallest possible with 19 is "
        f"0.050). The method found an effect that is not there in {rate:.0%} of them (standard error "
        f"{error:.1f} points)."
    )
