"""From claim, result and checks to a verdict whose every part comes from the same numbers."""

from __future__ import annotations

from dataclasses import asdict, replace
from math import isnan

import numpy as np
import pytest

import evaluate as ev
from evaluate.checks.result import CheckResults
from evaluate.claims.judge import untestable

from .conftest import answer

HUGE = ev.Claim("a huge reduction was achieved", source="a newspaper", window="after", reduction=0.50)


def test_parts_agree_with_the_facts(stated, checked):
    verdict = ev.judge(HUGE, stated(0.8, 0.15), checked(mde=0.34))
    assert verdict.probability == verdict.facts.p_claim == verdict.facts.p50
    assert verdict.smallest_detectable == 0.34
    assert (verdict.grade, verdict.maryland, verdict.confidence) == ("B", 3, "high")
    assert verdict.grade == verdict.facts.grade
    assert verdict.term == "remote chance"
    assert verdict.rule.startswith("smaller (")


def test_a_plan_before_the_data_earns_grade_a(stated, checked):
    assert ev.judge(HUGE, stated(0.8, 0.15), checked(mde=0.34), plan_before_data=True).grade == "A"
    verdict = ev.judge(HUGE, stated(0.8, 0.15), checked(mde=0.34), boundary_break=True)
    assert (verdict.grade, verdict.confidence) == ("C", "low")


def test_without_checks_confidence_is_low_and_the_reasons_say_why(stated):
    verdict = ev.judge(HUGE, stated(0.8, 0.15))
    assert (verdict.grade, verdict.confidence) == ("C", "low")
    assert "has not been measured on at least 20 untreated areas" in verdict.reasons[0]


def test_enforcement_counts_never_show_a_fall_or_a_rise(stated, checked):
    for m in (0.2, 5.0):
        for claim in (HUGE, ev.Claim("it rose", source="s", window="after", increase=0.5)):
            verdict = ev.judge(claim, stated(m, 0.1), checked(), generation="enforcement")
            assert verdict.finding == "not tested"
            assert isnan(verdict.probability)
            assert verdict.term is None
            assert "describe police activity and do not test whether crime" in verdict.words


def test_two_totals_test_nothing(stated, checked):
    verdict = ev.judge(HUGE, stated(0.2, 0.1, design_grade_ceiling="E"), checked())
    assert (verdict.finding, verdict.grade, verdict.maryland) == ("not tested", "E", 1)
    assert isnan(verdict.probability)


def test_at_grade_e_not_even_a_number_is_given_where_the_data_cannot_tell(stated):
    verdict = ev.judge(HUGE, stated(0.8, 0.6, design_grade_ceiling="E"))
    assert verdict.finding == "cannot tell"
    assert isnan(verdict.probability)


def test_a_reduction_by_half_is_huge_only_when_it_lasts_and_is_not_offset(stated, checked, design):
    whole = ev.judge(HUGE, stated(0.35, 0.1), checked())
    assert whole.finding == "supported"
    assert "that the reduction was huge (half or more)" in whole.words
    unknown = ev.judge(HUGE, stated(0.35, 0.1), checked(net=0.5))
    assert unknown.finding == "probably supported"
    assert "at least highly likely (more than 99%) that the reduction was half or more" in unknown.words
    assert "huge because it is not certain to be left once neighbouring areas" in " ".join(unknown.reasons)
    short = stated(0.35, 0.1, of=design.with_windows(after="3 months"))
    brief = ev.judge(HUGE, short, checked())
    assert "that the reduction was half or more" in brief.words
    assert "it was followed for 3 months and not for 6" in " ".join(brief.reasons)


def test_the_operation_of_five_days_cannot_be_seen_in_a_month(stated, design):
    short = design.with_operations([ev.Operation("May", "2016-05-22", "2016-05-26")])
    claim = ev.Claim("a success", source="s", window="during", reduction=0.5)
    verdict = ev.judge(claim, stated(0.95, 0.12, of=short))
    assert verdict.finding == "cannot tell"
    variation = f"{100 * verdict.facts.month_to_month:.0f}"
    said = (
        "Five days in a month of 31 can change a monthly count by at most 16%. "
        f"The normal month-to-month variation in this area is +/-{variation}%. "
        "Monthly counts therefore cannot show whether the operation reduced crime on the days it ran "
        "(smallest detectable: 29%)."
    )
    assert verdict.words == f"The data cannot tell. {said}"
    assert verdict.paragraph.count(said) == 1


def test_a_street_that_is_a_sliver_of_its_ward_cannot_be_judged_by_it(stated, checked):
    verdict = ev.judge(HUGE, stated(0.80, 0.05), checked(mde=0.15), dilution=17 / 209)
    assert verdict.finding == "cannot tell"
    assert "would have fallen by at most 8%" in verdict.words
    whole = (
        "The place the claim is about had 8% of the area's counts, so what happened there can change them by at "
        "most 8%. In the area as a whole the probability of a reduction by half is less than 1%."
    )
    assert whole in verdict.reasons


def test_untestable():
    claim = ev.Claim("on-street prostitution has increased", source="a newspaper", increase=0.0)
    verdict = untestable(claim, "Recorded soliciting counts what officers did")
    assert (verdict.finding, verdict.grade, verdict.maryland, verdict.facts) == ("not tested", "E", 1, None)
    assert verdict.paragraph == (
        "The figures describe police activity and do not test whether crime rose. Recorded soliciting counts what "
        "officers did. Arrest and caution counts are not evidence either way."
    )
    assert "none: the claim was not put to the data" in verdict.explain()
    public = untestable(claim, "The file has no such category.", generation="public-reported")
    assert public.words == "These data do not test the claim."
    with pytest.raises(ev.DesignError, match="needs the reason why"):
        untestable(claim, " ")


def test_an_untestable_claim_has_no_numbers():
    claim = ev.Claim("crime is down", source="a newspaper", reduction=0.2)
    verdict = untestable(claim, " Nobody counted.. ", generation="mixed")
    assert np.isnan(verdict.probability)
    assert np.isnan(verdict.smallest_detectable)
    assert (verdict.confidence, verdict.reasons) == ("low", ("Nobody counted.",))
    assert verdict.claim is claim
    assert verdict.rule == "untestable (the plan says that these data cannot be asked, and why)"
    assert verdict.explain() == (
        'Claim: "crime is down" (reduction of at least 20%)\nFinding: not tested\n'
        "Rule: untestable (the plan says that these data cannot be asked, and why)\nFacts:\n"
        "  none: the claim was not put to the data\nReasons:\n  Nobody counted."
    )
    assert verdict._repr_html_() == (
        "<blockquote>crime is down</blockquote><p><strong>not tested</strong> (design grade E). These data do not test "
        "the claim.</p><ul><li>Nobody counted.</li></ul>"
    )
    assert replace(verdict, reasons=()).explain().endswith("Reasons:")
    assert replace(verdict, reasons=())._repr_html_().endswith("</p>")


def test_what_a_user_wrote_is_not_markup():
    claim = ev.Claim("<b>huge</b>", source="a newspaper", reduction=0.5)
    shown = untestable(claim, "5 < 6", generation="mixed")._repr_html_()
    assert shown.startswith("<blockquote>&lt;b&gt;huge&lt;/b&gt;</blockquote>")
    assert "<li>5 &lt; 6.</li>" in shown


def test_explain_whole(stated):
    """Every line in its place: claim, finding, rule, rules before it, facts, reasons."""
    verdict = ev.judge(HUGE, stated(0.8, 0.1))
    lines = verdict.explain().splitlines()
    marks = [line for line in lines if not line.startswith("  ")]
    assert marks == [
        repr(HUGE), f"Finding: {verdict.finding}", f"Rule: {verdict.rule}", "Rules before it, which did not hold:",
        "Facts:", "Reasons:",
    ]  # fmt: skip
    assert (
        "  activity only (grade E, or counts of what officers did, or a method that gives no probability)"
        in lines
    )
    assert f"  n_control = {verdict.facts.n_control}" in lines


def test_generation_is_one_of_three(stated):
    with pytest.raises(ev.DesignError, match=r'it is "enforcment"\. Did you mean "enforcement"'):
        ev.judge(HUGE, stated(0.8, 0.1), generation="enforcment")
    with pytest.raises(ev.DesignError, match="generation"):
        untestable(HUGE, "why", generation="police")


def test_explain_shows_every_fact_and_the_rule(stated, checked):
    verdict = ev.judge(HUGE, stated(0.8, 0.15), checked(mde=0.34))
    text = verdict.explain()
    for name in asdict(verdict.facts):
        assert f"  {name} = " in text
    assert "Rule: smaller (probability of the claim below 22.5%" in text
    assert "  p10 = 0.784" in text
    for reason in verdict.reasons:
        assert f"  {reason}" in text


def test_explain_says_which_rules_did_not_hold_and_what_was_not_measured(stated):
    verdict = ev.judge(HUGE, stated(0.8, 0.1))
    before, after = verdict.explain().split("Facts:")
    assert [line.split(" (")[0] for line in before.splitlines() if line.startswith("  ")] == [
        "  cannot tell", "  activity only", "  too few sources", "  almost certain", "  offset", "  likely",
    ]  # fmt: skip
    assert "  placebo_p = not measured\n" in after
    assert "  net_of_buffers = not measured\n" in after


def test_the_same_as_data(stated, checked):
    verdict = ev.judge(HUGE, stated(0.8, 0.15), checked(mde=0.34))
    rules = verdict.rules_table.set_index("rule")
    assert rules.index[rules["decided"]].tolist() == ["smaller"]
    assert rules["holds"].idxmax() == "smaller"
    assert rules.loc["otherwise", "holds"]  # it always does, further down
    facts = verdict.facts_table.set_index("fact")["value"]
    assert facts["p10"] == verdict.facts.p10
    assert facts["expected_fall"] is None
    assert facts["net_of_buffers"] is True
    untested = untestable(HUGE, "nobody counted")
    assert untested.facts_table.empty
    assert untested.rules_table.empty


def test_short_form(stated, checked):
    verdict = ev.judge(HUGE, stated(0.8, 0.15), checked(mde=0.34))
    assert repr(verdict) == (
        'Verdict on "a huge reduction was achieved": smaller than claimed (grade B). A real reduction is highly '
        "likely (78% that it was 10% or more), but a huge one is highly unlikely (less than 1%: a remote chance); "
        "analytical confidence is high."
    )


def test_same_question_same_verdict_whatever_the_claim_is_called(stated, checked):
    one = ev.judge(HUGE, stated(0.8, 0.15), checked())
    two = ev.judge(replace(HUGE, text="other words", speaker="another"), stated(0.8, 0.15), checked())
    # By text, because a fact that was not measured is NaN, which equals nothing.
    assert replace(two, claim=HUGE).explain() == one.explain()
    assert (two.words, two.paragraph) == (one.words, one.paragraph)


ACTIVITY = replace(HUGE, text="a huge reduction in activity was achieved", activity=True)


def with_sources(checks, n_sources, n_fell, n_rose=0):
    facts = {"n_sources": n_sources, "n_fell": n_fell, "n_rose": n_rose, "window": "after"}
    return CheckResults([*checks, answer("triangulation", float(n_fell), **facts)])


def test_activity_takes_two_sources_that_enforcement_does_not_make(stated, checked):
    result = stated(0.35, 0.20)
    assert ev.judge(HUGE, result, checked(mde=0.43)).finding == "supported"
    alone = ev.judge(ACTIVITY, result, checked(mde=0.43))
    assert alone.finding == "cannot tell"
    assert alone.words == (
        "The data cannot tell. That activity fell takes two sources that enforcement does not make; none was looked at."
    )
    one = ev.judge(ACTIVITY, result, with_sources(checked(mde=0.43), 3, 1))
    assert one.finding == "cannot tell"
    assert one.words.endswith("does not make; one of the three looked at shows it.")
    assert (
        "it is almost certain (more than 99%) that there was a reduction of any size" in one.paragraph.lower()
    )
    assert one.words in one.paragraph
    two = ev.judge(ACTIVITY, result, with_sources(checked(mde=0.43), 3, 2))
    assert two.finding == "supported"
    assert (
        "No single count measures activity; of 3 sources that enforcement does not make, 2 show fewer than expected."
        in two.reasons
    )


def test_a_rise_in_activity_takes_two_sources_that_rose(stated, checked):
    claim = ev.Claim("activity is up by a tenth", source="s", window="after", increase=0.1, activity=True)
    fell = ev.judge(claim, stated(1.5, 0.1), with_sources(checked(mde=0.1), 2, 2, 0))
    assert fell.finding == "cannot tell"
    assert "That activity rose takes two sources" in fell.words
    assert ev.judge(claim, stated(1.5, 0.1), with_sources(checked(mde=0.1), 2, 0, 2)).finding == "supported"


def test_a_specification_curve_in_conflict_lowers_the_confidence_of_a_verdict():
    design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, rate_ratio_after=0.6, seed=1))
    result = ev.BeforeAfter().fit(design, seed=1)
    curve = ev.run_checks(result, [ev.SpecificationCurve(before=["24 months"])])[0]
    facts = ev.judge(HUGE, result, CheckResults([curve])).facts
    assert facts.n_specifications == curve.facts["n_specifications"] > 1
    assert facts.conflicting == pytest.approx(1 - curve.facts["share_same_direction"])
    conflict = replace(curve, facts={**curve.facts, "share_same_direction": 0.7})
    said = ev.judge(HUGE, result, CheckResults([conflict])).reasons
    assert any(
        "30% of the" in reason and "listed beforehand point the other way" in reason for reason in said
    )
