"""Breaks of sums follow from those of their parts, however the parts are grouped on the way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluate.data.outcome_breaks import AROUND, LEAST_SHARE, OutcomeBreak, breaks_in, combined_breaks

CATEGORIES = [
    "BURGLARY: BURGLARY BUSINESS AND COMMUNITY",
    "BURGLARY: DOMESTIC BURGLARY",
    "BURGLARY: RES BURGLARY OF A HOME",
    "BURGLARY: RES BURGLARY OF UNCONNECTED BUILDING",
    "FRAUD AND FORGERY: FRAUD AND FORGERY",
    "PUBLIC ORDER OFFENCES: RACE OR RELIGIOUS AGG PUBLIC FEAR",
    "ROBBERY: ROBBERY OF PERSONAL PROPERTY",
    "VIOLENCE AGAINST THE PERSON: STALKING AND HARASSMENT",
]
MONTHS = pd.period_range("2010-04", "2024-12", freq="M")
EARLY = MONTHS[MONTHS < "2014-01"]


def told(breaks: tuple[OutcomeBreak, ...]) -> list[tuple[object, ...]]:
    """What matters of breaks, in an order that does not depend on the way."""
    return sorted(
        (one.name, sorted(one.held), round(one.share_before, 9), round(one.share_after, 9), one.is_refused)
        for one in breaks
    )


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    group=st.lists(st.integers(0, 2), min_size=len(CATEGORIES), max_size=len(CATEGORIES)),
)
def test_the_breaks_of_a_sum_do_not_depend_on_the_way_to_it(seed, group):
    """Categories 0 stay out; 1 and 2 are added up first, and then together."""
    totals = np.random.default_rng(seed).integers(1, 1_000, (len(MONTHS), len(CATEGORIES))).astype(float)
    parts = {
        name: [category for category, mine in zip(CATEGORIES, group, strict=True) if mine == number]
        for number, name in ((1, "one"), (2, "other"))
    }
    parts = {name: mine for name, mine in parts.items() if mine}
    if not parts:
        return
    at_once = breaks_in(
        totals, {"sum": [category for mine in parts.values() for category in mine]}, CATEGORIES, MONTHS
    )
    first = breaks_in(totals, parts, CATEGORIES, MONTHS)
    table = pd.DataFrame(
        {
            name: totals[:, [CATEGORIES.index(category) for category in mine]].sum(axis=1)
            for name, mine in parts.items()
        },
        index=MONTHS,
    )
    in_two_steps = combined_breaks(first, {"sum": list(parts)}, table)
    assert told(in_two_steps) == told(at_once)


def test_the_share_is_that_of_the_year_on_either_side():
    names = ["FRAUD AND FORGERY: FRAUD AND FORGERY", "ROBBERY: ROBBERY OF PERSONAL PROPERTY"]
    totals = np.full((len(EARLY), 2), 90.0)
    first = EARLY.get_loc(pd.Period("2013-02", "M"))
    totals[first - AROUND : first, 0] = 10.0
    totals[first:, 0] = 0.0
    (found,) = breaks_in(totals, {"both": names}, names, EARLY)
    assert (found.share_before, found.share_after, found.share) == (0.1, 0.0, 0.1)


@pytest.mark.parametrize(("fraud", "is_refused"), [(49.9, False), (50.0, True), (50.1, True)])
def test_a_twentieth_is_refused(fraud, is_refused):
    names = ["FRAUD AND FORGERY: FRAUD AND FORGERY", "ROBBERY: ROBBERY OF PERSONAL PROPERTY"]
    totals = np.tile([fraud, 1000.0 - fraud], (len(EARLY), 1))
    (found,) = breaks_in(totals, {"both": names}, names, EARLY)
    assert LEAST_SHARE == 0.05
    assert found.is_refused is is_refused


@pytest.mark.parametrize(
    ("start", "end", "crossed"),
    [
        ("2012-01", "2013-01", False),
        ("2012-01", "2013-02", True),
        ("2013-01", "2013-02", True),
        ("2013-02", "2014-01", False),
    ],
)
def test_periods_cross_a_break_when_they_lie_on_both_sides(start, end, crossed):
    one = OutcomeBreak("all", "x", "2013-02", ("A",), ("A",), False, False, 1.0, 1.0, "y", "z")
    assert one.is_crossed_by(pd.period_range(start, end, freq="M")) is crossed
    assert one.is_crossed_by(pd.period_range(start, end, freq="D")) is crossed


def test_no_periods_cross_nothing():
    one = OutcomeBreak("all", "x", "2013-02", ("A",), ("A",), False, False, 1.0, 1.0, "y", "z")
    assert one.is_crossed_by(MONTHS[:0]) is False


def test_a_stray_record_has_no_part_in_a_break():
    """A category with under 1% of what moved is neither broken nor needed to make a sum whole."""
    names = CATEGORIES[:3]
    totals = np.tile([500.0, 1500.0, 0.0], (len(MONTHS), 1))
    totals[MONTHS.get_loc(pd.Period("2017-05", "M")), 2] = 1.0
    found = breaks_in(totals, {"sum": names[:2], "home": names[2:]}, names, MONTHS)
    assert [one for one in found if one.name == "burglary redrawn, 2017"] == []
