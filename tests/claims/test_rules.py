"""The table of rules: each row can decide, the first that holds does, and the words have fixed cuts."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import pytest

from evaluate.claims.rules import RULES, decide, out_of_reach, phia, shortfalls_of_huge, size_word

ROWS = {
    "cannot tell": {"smallest_detectable": 0.55, "lower": 0.4, "upper": 1.2},
    "activity only": {"generation": "enforcement"},
    "too few sources": {
        "p_claim": 0.93,
        "p50": 0.93,
        "claims_activity": True,
        "n_sources": 2,
        "agreeing_sources": 1,
    },
    "almost certain": {"p_claim": 0.93, "p50": 0.93},
    "offset": {"p_claim": 0.93, "p50": 0.93, "net_of_buffers": False, "p_net": 0.1},
    "likely": {"p_claim": 0.93, "p50": 0.93, "net_of_buffers": None},
    "smaller": {},
    "too small": {"p10": 0.1, "p_rope": 0.8},
    "other way": {"p10": 0.1, "p_up": 0.8},
    "otherwise": {"p10": 0.5},
}


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_every_rule_can_decide(rule, facts):
    assert decide(replace(facts, **ROWS[rule])).id == rule


def test_the_first_rule_that_holds_decides(facts):
    """Make every row hold at once; then take away one condition after the other, from the top."""
    everything = replace(
        facts,
        **ROWS["cannot tell"],
        generation="enforcement",
        p_claim=0.95,
        p50=0.95,
        p10=0.9,
        p_rope=0.9,
        p_up=0.9,
        claims_activity=True,
        agreeing_sources=1,
        p_net=0.1,
    )
    steps = [
        ("cannot tell", {}),
        ("activity only", {"smallest_detectable": 0.5}),
        ("too few sources", {"generation": "public-reported"}),
        ("almost certain", {"agreeing_sources": 2}),
        ("offset", {"net_of_buffers": False}),
        ("likely", {"p_net": 0.3}),
        ("smaller", {"p_claim": 0.2}),
        ("too small", {"p10": 0.7}),
        ("other way", {"p_rope": 0.7}),
        ("otherwise", {"p_up": 0.7}),
    ]
    for expected, change in steps:
        everything = replace(everything, **change)
        assert decide(everything).id == expected


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"p_claim": 0.925, "p50": 0.925}, "supported"),
        ({"p_claim": 0.9249, "p50": 0.9249}, "probably supported"),
        ({"p_claim": 0.925, "p50": 0.925, "grade": "C"}, "supported"),
        ({"p_claim": 0.925, "p50": 0.925, "grade": "D"}, "probably supported"),
        ({"p_claim": 0.525}, "probably supported"),
        ({"p_claim": 0.525, "p_net": 0.225}, "probably supported"),
        ({"p_claim": 0.525, "p_net": 0.2249}, "smaller than claimed"),
        ({"p_claim": 0.5249, "p_net": 0.2249}, "not supported"),
        ({"p_claim": 0.6, "p_net": 0.1, "claimed_size": 0.49}, "probably supported"),  # not a claim of half
        (
            {"p_claim": 0.6, "p_net": 0.1, "share_of_days": 0.5},
            "probably supported",
        ),  # nor one about the whole area
        ({"p_claim": 0.5249}, "not supported"),
        ({"p_claim": 0.2249, "p10": 0.775}, "smaller than claimed"),
        ({"p_claim": 0.225, "p10": 0.775}, "not supported"),
        ({"p_claim": 0.2249, "p10": 0.7749}, "not supported"),
        ({"p10": 0.0, "p_rope": 0.775}, "too small to matter"),
        ({"p10": 0.0, "p_rope": 0.7749}, "not supported"),
        ({"p10": 0.0, "p_up": 0.775}, "the other way"),
        ({"p10": 0.0, "p_up": 0.7749}, "not supported"),
        ({"p10": 0.0, "p_up": 0.9, "p_claim": 0.225}, "the other way"),
        ({"p_claim": 0.525, "claims_activity": True, "agreeing_sources": 1}, "cannot tell"),
        ({"p_claim": 0.525, "claims_activity": True, "agreeing_sources": 2}, "probably supported"),
        ({"p_claim": 0.5249, "claims_activity": True, "agreeing_sources": 1}, "not supported"),
        ({"p_claim": 0.525, "claims_activity": False, "agreeing_sources": 0}, "probably supported"),
        ({"grade": "E"}, "not tested"),
        ({"p_claim": nan}, "not tested"),
    ],
)
def test_cuts(change, finding, facts):
    assert decide(replace(facts, **change)).finding == finding


@pytest.mark.parametrize(
    ("change", "cannot_tell"),
    [
        ({"smallest_detectable": 0.51}, True),
        ({"smallest_detectable": 0.50}, False),
        ({"smallest_detectable": nan}, False),
        (
            {"smallest_detectable": 0.51, "upper": 0.99},
            True,
        ),  # the 95% interval excludes no change, the 99% not
        ({"smallest_detectable": 0.51, "upper": 0.99, "level": 0.99}, False),
        ({"smallest_detectable": 0.51, "upper": 0.93}, False),  # so does 0.8 (0.93 / 0.8)^1.314 = 0.975
        ({"smallest_detectable": 0.51, "lower": 0.51}, True),  # excludes the claim at 95%, not at 99%
        ({"smallest_detectable": 0.51, "lower": 0.57}, False),  # 0.8 (0.57 / 0.8)^1.314 = 0.512
        ({"smallest_detectable": 0.51, "lower": 0.50, "upper": 1.0}, True),
        ({"smallest_detectable": 0.51, "rate_ratio": 0.0, "lower": 0.0}, True),  # nothing was recorded
        ({"smallest_detectable": 1.0}, True),
    ],
)
def test_the_data_cannot_tell_where_power_is_short_and_the_interval_holds_both(change, cannot_tell, facts):
    wide = replace(facts, rate_ratio=0.8, lower=0.4, upper=1.2)
    assert (decide(replace(wide, **change)).finding == "cannot tell") is cannot_tell


def test_a_claim_of_an_increase_is_the_mirror(facts):
    up = replace(
        facts,
        direction="increase",
        claimed_size=0.5,
        claimed_ratio=1.5,
        p_any=0.01,
        p10=0.0,
        p_up=0.9,
        p_claim=0.95,
    )
    assert decide(up).finding == "supported"
    assert decide(replace(up, net_of_buffers=None)).finding == "supported"  # nothing is displaced by a rise
    assert decide(replace(up, p_claim=0.1)).finding == "smaller than claimed"
    assert decide(replace(up, p_claim=0.0, p_up=0.0, p10=0.8)).finding == "the other way"
    edge = replace(up, smallest_detectable=0.5, p_claim=0.3, level=0.99)
    assert decide(replace(edge, lower=1.0, upper=1.5)).finding == "cannot tell"
    assert decide(replace(edge, lower=1.01, upper=1.5)).finding == "not supported"
    assert decide(replace(edge, lower=1.0, upper=1.49)).finding == "not supported"
    # A rise by half is as large in proportion as a fall by a third.
    wide = replace(up, lower=0.6, upper=1.9, p_claim=0.3)
    assert decide(replace(wide, smallest_detectable=0.34)).finding == "cannot tell"
    assert decide(replace(wide, smallest_detectable=0.33)).finding == "not supported"


def test_a_claim_without_a_size_is_held_against_a_tenth(facts):
    vague = replace(facts, claimed_size=0.0, claimed_ratio=1.0, p_claim=0.8, lower=0.8, upper=1.1)
    assert decide(replace(vague, smallest_detectable=0.2)).finding == "cannot tell"
    assert decide(replace(vague, smallest_detectable=0.09)).finding == "probably supported"
    assert decide(replace(vague, smallest_detectable=0.2, lower=0.95)).finding == "probably supported"


def test_only_a_claim_of_half_or_more_needs_the_buffers(facts):
    smaller = replace(facts, claimed_size=0.21, claimed_ratio=0.79, p_claim=0.95, net_of_buffers=None)
    smaller = replace(smaller, smallest_detectable=0.2)
    assert decide(smaller).finding == "supported"
    assert decide(replace(smaller, claimed_size=0.5)).finding == "probably supported"


def test_what_complete_success_could_not_show_cannot_be_told(facts):
    five_days = replace(
        facts, share_of_days=5 / 31, smallest_detectable=0.2, lower=0.6, upper=0.9, p_claim=0.99
    )
    assert out_of_reach(five_days)
    assert decide(five_days).finding == "cannot tell"
    assert not out_of_reach(replace(five_days, smallest_detectable=0.15))
    assert not out_of_reach(replace(five_days, smallest_detectable=nan))
    assert not out_of_reach(replace(facts, smallest_detectable=1.0))  # the whole window can be reached
    street = replace(five_days, share_of_days=1.0, share_of_area=17 / 209)
    assert decide(street).finding == "cannot tell"


@pytest.mark.parametrize(
    ("below", "cut", "above"),
    [
        ("remote chance", 0.075, "highly unlikely"),
        ("highly unlikely", 0.225, "unlikely"),
        ("unlikely", 0.375, "realistic possibility"),
        ("realistic possibility", 0.525, "likely"),
        ("likely", 0.775, "highly likely"),
        ("highly likely", 0.925, "almost certain"),
    ],
)
def test_probability_words_change_at_the_midpoints_of_the_gaps(below, cut, above):
    assert phia(cut - 1e-9) == below
    assert phia(cut) == above


def test_a_weak_design_allows_no_strong_word():
    assert {phia(p / 100, grade="D") for p in range(101)} == {"unlikely", "realistic possibility", "likely"}
    assert phia(0.99, grade="E") is None
    assert phia(nan) is None
    assert phia(0.0) == "remote chance"
    assert phia(1.0) == "almost certain"


@pytest.mark.parametrize(
    ("ratio", "word"),
    [
        (1.0, "negligible"),
        (0.901, "negligible"),
        (0.90, "small"),
        (0.851, "small"),
        (0.85, "moderate"),
        (0.751, "moderate"),
        (0.75, "large"),
        (0.501, "large"),
        (0.50, "half or more"),
        (0.0, "half or more"),
        (1.10, "negligible"),
        (1 / 0.9, "small"),
        (1 / 0.75, "large"),
        (2.0, "double or more"),
        (inf, "double or more"),
    ],
)
def test_size_words(ratio, word):
    assert size_word(ratio) == word


@pytest.mark.parametrize(
    ("change", "shortfall"),
    [
        ({"sustained_months": 5.9}, "it was followed for 6 months and not for 6"),
        ({"sustained_months": 1}, "it was followed for 1 month and not for 6"),
        ({"sustained_months": 0}, "the window ends with the operation, so whether it lasted is not known"),
        ({"late_ratio": 0.8}, "it did not last through the second half of the window"),
        ({"grade": "D"}, "it is not net of what control areas did"),
        ({"generation": "mixed"}, "the counts do not come from the public's reports alone"),
        ({"net_of_buffers": None}, "whether it was offset in neighbouring areas was not measured"),
        ({"net_of_buffers": False}, "it is not certain to be left once neighbouring areas are counted in"),
    ],
)
def test_huge_needs_more_than_half(change, shortfall, facts):
    half = replace(facts, late_ratio=0.5, p50=0.95, p_claim=0.95, sustained_months=6)
    assert shortfalls_of_huge(half) == ()
    assert shortfalls_of_huge(replace(half, **change)) == (shortfall,)


def test_the_best_grade_can_be_almost_certain(facts):
    sure = replace(facts, p_claim=0.96, grade="A", smallest_detectable=0.2)
    assert decide(sure).id == "almost certain"
    assert decide(replace(sure, grade="D")).id == "likely"


def test_doubling_is_as_large_as_halving():
    assert [size_word(ratio) for ratio in (2.0, 1.99, 0.5, 0.51, 0.0)] == [
        "double or more", "large", "half or more", "large", "half or more",
    ]  # fmt: skip
