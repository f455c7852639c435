"""Grades say what a design is, not what it found; every step down has its reason."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

from evaluate.claims.grade import analytical_confidence, design_grade, detects, doubts_about, maryland_level


@pytest.mark.parametrize(
    ("change", "grade"),
    [
        ({"plan_before_data": True}, "A"),
        ({}, "B"),
        ({"n_control": 20}, "B"),
        ({"n_control": 19}, "C"),
        ({"n_control": 5}, "C"),
        ({"n_control": 4}, "D"),
        ({"n_control": 0}, "D"),
        ({"n_before": 24, "n_after": 12}, "B"),
        ({"n_before": 23}, "C"),
        ({"n_after": 11}, "C"),
        ({"n_before": 23, "n_after": 5, "fine_periods": True}, "B"),
        ({"n_before": 11}, "D"),
        ({"n_before": 12}, "C"),
        ({"placebo_rate": 0.07}, "B"),
        ({"placebo_rate": 0.0}, "B"),
        ({"placebo_rate": 0.071}, "C"),
        ({"placebo_rate": 0.10}, "C"),
        ({"placebo_rate": 0.101}, "D"),
        ({"placebo_rate": 0.5, "n_placebos": 19}, "C"),  # too few to be a measurement
        ({"placebo_rate": nan, "n_placebos": 0}, "C"),
        ({"boundary_break": True}, "C"),
        ({"boundary_break": True, "plan_before_data": True}, "C"),
        ({"grade_ceiling": "C"}, "C"),
        ({"grade_ceiling": "D"}, "D"),
        ({"grade_ceiling": "E", "n_control": 0}, "E"),
    ],
)
def test_grades(change, grade, facts):
    found, reasons = design_grade(replace(facts, **change))
    assert found == grade
    assert bool(reasons) is (grade != "A")


def test_grade_does_not_depend_on_the_finding(facts):
    other = replace(facts, p50=0.99, p_claim=0.99, rate_ratio=0.3, lower=0.2, upper=0.4, grade="E")
    assert design_grade(other) == design_grade(facts)


def test_reasons_are_sentences(facts):
    assert design_grade(replace(facts, n_control=1)) == (
        "D",
        ("The design has 1 control area; grade C needs 5.",),
    )
    assert design_grade(replace(facts, n_before=20, n_control=12)) == (
        "C",
        (
            "The design has 12 control areas; grade B needs 20.",
            "The design has 20 months before and 13 from the start of the operation; grade B needs 24 and 12.",
        ),
    )
    assert design_grade(replace(facts, placebo_rate=0.2)) == (
        "D",
        ("The method finds an effect that is not there in 20% of 40 untreated areas; grade C allows 10%.",),
    )


def test_too_few_placebos_are_no_measurement(facts):
    unmeasured = (
        "How often the method finds an effect that is not there has not been measured on at least 20 untreated areas; "
        "grade B needs it.",
    )
    assert design_grade(replace(facts, placebo_rate=0.5, n_placebos=19)) == ("C", unmeasured)
    assert design_grade(replace(facts, placebo_rate=nan, n_placebos=40)) == ("C", unmeasured)
    assert design_grade(replace(facts, placebo_rate=0.05, n_placebos=20))[0] == "B"


def test_maryland_levels():
    assert [maryland_level(grade) for grade in "ABCDE"] == [3, 3, 3, 2, 1]


DOUBTS = [
    (
        {"upper": 0.9, "placebo_p": 0.3},
        "changes as large were common in untreated areas (placebo p-value 0.30)",
    ),
    ({"lower": 1.1, "upper": 1.5, "placebo_p": 0.3}, "placebo p-value 0.30"),
    (
        {"upper": 0.9, "calibrated_lower": 0.5, "calibrated_upper": 1.0},
        "widened by the error that the method makes",
    ),
    ({"smallest_detectable": nan}, "not known"),
    ({"smallest_detectable": 0.6}, "The claimed size is smaller than the smallest change"),
    (
        {"smallest_detectable": 0.6, "claimed_size": 0.0, "claimed_ratio": 1.0},
        "A change by a tenth",
    ),
    ({"triggered": True}, "followed a spike"),
    ({"net_of_buffers": None}, "moved to neighbouring areas"),
    ({"generation": "mixed"}, "what officers did"),
    ({"expected": 19.9}, "Fewer than 20 were expected"),
    ({"boundary_break": True}, "boundary moved"),
]


@pytest.mark.parametrize(("change", "doubt"), DOUBTS)
def test_any_doubt_lowers_confidence_by_one_step(change, doubt, facts):
    assert analytical_confidence(facts) == ("high", ())
    doubtful = replace(facts, **change)
    doubts = doubts_about(doubtful)
    assert len(doubts) == 1
    assert doubt in doubts[0]
    ratings = [analytical_confidence(replace(doubtful, grade=grade))[0] for grade in "ABCDE"]
    assert ratings == ["moderate", "moderate", "low", "low", "low"]


@pytest.mark.parametrize(
    "change",
    [
        {"upper": 0.9, "placebo_p": 0.10},
        {"upper": 1.0, "placebo_p": 0.9},
        {"lower": 1.0, "upper": 1.2, "placebo_p": 0.9},
        {"placebo_p": 0.9},  # nothing was found, so nothing is in conflict
        {"upper": 0.9, "smallest_detectable": 0.6},  # found although it was likely to be missed
        {"upper": 0.9, "calibrated_lower": 0.5, "calibrated_upper": 0.99},
        {"calibrated_lower": 0.5, "calibrated_upper": 1.2},  # the interval holds no change as it is
        {"triggered": True, "expected_fall": 0.1},
        {"net_of_buffers": False},
        {"expected": 20.0},
        {"direction": "increase", "net_of_buffers": None, "claimed_ratio": 2.0},
    ],
)
def test_what_is_no_doubt(change, facts):
    assert doubts_about(replace(facts, **change)) == ()


def test_confidence_without_doubts(facts):
    assert [analytical_confidence(replace(facts, grade=grade))[0] for grade in "ABCDE"] == [
        "high",
        "high",
        "moderate",
        "low",
        "low",
    ]


def test_detectable_sizes_are_compared_on_the_log_scale(facts):
    assert detects(replace(facts, smallest_detectable=0.5))
    assert not detects(replace(facts, smallest_detectable=0.501))
    rise = replace(facts, direction="increase", claimed_size=1.0, claimed_ratio=2.0)
    assert detects(replace(rise, smallest_detectable=0.5))
    assert not detects(replace(rise, smallest_detectable=0.501))


@pytest.mark.parametrize(
    ("grade", "doubt", "before", "after"),
    [
        ("A", False, "high", "moderate"),
        ("B", True, "moderate", "low"),
        ("C", False, "moderate", "low"),
        ("C", True, "low", "low"),
        ("D", False, "low", "low"),
    ],
)
def test_a_conflict_among_specifications_lowers_confidence_one_more_step(grade, doubt, before, after, facts):
    facts = replace(facts, grade=grade, net_of_buffers=None if doubt else True, n_specifications=208)
    assert analytical_confidence(replace(facts, conflicting=0.25))[0] == before
    rating, reasons = analytical_confidence(replace(facts, conflicting=0.26))
    assert rating == after
    assert reasons[-1] == "26% of the 208 specifications listed beforehand point the other way."
    assert len(reasons) == 1 + doubt


GRADE_REASONS = [
    (
        {"grade_ceiling": "E"},
        "E",
        [
            "It compares two totals, with no series and no control areas behind them.",
        ],
    ),
    (
        {"grade_ceiling": "D"},
        "D",
        [
            "It rests on a single series, without control areas.",
        ],
    ),
    (
        {"n_control": 0},
        "D",
        [
            "It rests on a single series, without control areas.",
        ],
    ),
    (
        {"n_before": 11},
        "D",
        [
            "The design has 11 periods before the operation; grade C needs 12.",
        ],
    ),
    (
        {"n_before": 1},
        "D",
        [
            "The design has 1 period before the operation; grade C needs 12.",
        ],
    ),
    (
        {"n_placebos": 20, "placebo_rate": 0.11},
        "D",
        [
            "The method finds an effect that is not there in 11% of 20 untreated areas; grade C allows 10%.",
        ],
    ),
    (
        {"n_placebos": 19, "placebo_rate": 0.11},
        "C",
        [
            "How often the method finds an effect that is not there has not been measured on at least "
            "20 untreated areas; grade B needs it.",
        ],
    ),
    (
        {"placebo_rate": 0.08},
        "C",
        [
            "The method finds an effect that is not there in 8% of 40 untreated areas; grade B allows 7%.",
        ],
    ),
    (
        {"boundary_break": True},
        "C",
        [
            "A boundary moved inside the data and was bridged by weighting.",
        ],
    ),
    (
        {"grade_ceiling": "C"},
        "C",
        [
            "The method used cannot earn a higher grade.",
        ],
    ),
    (
        {},
        "B",
        [
            "The plan was made after the data could be read; grade A needs it fixed before.",
        ],
    ),
]

DOUBTS = [
    (
        {},
        [],
    ),
    (
        {"upper": 0.95, "placebo_p": 0.2},
        [
            "The interval excludes no change, but changes as large were common in untreated areas "
            "(placebo p-value 0.20).",
        ],
    ),
    (
        {"upper": 0.95, "placebo_p": 0.1},
        [],
    ),
    (
        {"lower": 1.1, "upper": 1.5, "placebo_p": 0.11},
        [
            "The interval excludes no change, but changes as large were common in untreated areas "
            "(placebo p-value 0.11).",
        ],
    ),
    (
        {"upper": 0.95, "calibrated_lower": 0.6, "calibrated_upper": 1.0},
        [
            "The interval excludes no change, but widened by the error that the method makes in "
            "untreated areas it does not.",
        ],
    ),
    (
        {"lower": 1.1, "upper": 1.5, "calibrated_lower": 1.0, "calibrated_upper": 1.9},
        [
            "The interval excludes no change, but widened by the error that the method makes in "
            "untreated areas it does not.",
        ],
    ),
    (
        {"upper": 0.95, "calibrated_lower": 0.6, "calibrated_upper": 0.99},
        [],
    ),
    (
        {"upper": 1.0, "calibrated_lower": 0.6, "calibrated_upper": 1.2},
        [],
    ),
    (
        {"smallest_detectable": nan},
        [
            "The smallest change these data could show is not known.",
        ],
    ),
    (
        {"claimed_size": 0.2, "claimed_ratio": 0.8},
        [
            "The claimed size is smaller than the smallest change these data could be relied on to show.",
        ],
    ),
    (
        {"claimed_size": 0.0},
        [
            "A change by a tenth, the least that matters, is smaller than the smallest change these "
            "data could be relied on to show.",
        ],
    ),
    (
        {"claimed_size": 0.2, "claimed_ratio": 0.8, "upper": 0.95},
        [],
    ),
    (
        {"triggered": True},
        [
            "The operation followed a spike, and the fall to be expected after it was not measured.",
        ],
    ),
    (
        {"triggered": True, "expected_fall": 0.1},
        [],
    ),
    (
        {"net_of_buffers": None},
        [
            "Whether crime moved to neighbouring areas was not measured.",
        ],
    ),
    (
        {"net_of_buffers": None, "direction": "increase"},
        [
            "The claimed size is smaller than the smallest change these data could be relied on to show.",
        ],
    ),
    (
        {"generation": "mixed"},
        [
            "The counts come in part from what officers did, not only from what the public reported.",
        ],
    ),
    (
        {"expected": 19.9},
        [
            "Fewer than 20 were expected, so chance weighs heavily.",
        ],
    ),
    (
        {"expected": 20.0},
        [],
    ),
    (
        {"expected": nan},
        [
            "Fewer than 20 were expected, so chance weighs heavily.",
        ],
    ),
    (
        {"boundary_break": True},
        [
            "A boundary moved inside the data.",
        ],
    ),
]


@pytest.mark.parametrize(("changes", "grade", "reasons"), GRADE_REASONS)
def test_every_grade_has_its_reason_in_words(changes, grade, reasons, facts):
    assert design_grade(replace(facts, **changes)) == (grade, tuple(reasons))


@pytest.mark.parametrize(("changes", "doubts"), DOUBTS)
def test_every_doubt_in_words(changes, doubts, facts):
    assert doubts_about(replace(facts, **changes)) == tuple(doubts)


def test_one_other_specification(facts):
    single = replace(facts, n_specifications=1, conflicting=1.0)
    assert analytical_confidence(single)[1][-1] == (
        "The one other specification listed beforehand points the other way."
    )
