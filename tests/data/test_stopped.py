"""A category next to absent for a year or more was not counted; a rare one may be at nought by chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluate.data.stopped import LEAST_RUN, Stop, describe_stops, find_stops, set_missing


def totals(*runs: tuple[int, float]) -> np.ndarray:
    """One category's totals: so many periods at such a level, one run after the other."""
    return np.concatenate([np.full(number, float(level)) for number, level in runs])[:, None]


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([(36, 2000), (130, 3)], [Stop(0, 36, 165, 390)]),  # fraud: stray records after the end
        ([(156, 0), (11, 2000)], [Stop(0, 0, 155, 0)]),  # a new name
        ([(20, 500), (14, 0), (20, 500)], [Stop(0, 20, 33, 0)]),  # an interruption
        ([(20, 0), (20, 500), (20, 0)], [Stop(0, 0, 19, 0), Stop(0, 40, 59, 0)]),
        ([(30, 2000), (30, 21)], []),  # 1.05% of the usual level is low, not gone
        ([(30, 2000), (2, 0)], []),  # two months are too few to speak of
        ([(30, 2000), (3, 0)], [Stop(0, 30, 32, 0)]),  # three are told, and kept
        ([(30, 19), (30, 0)], []),  # a rare category may be at nought
        ([(30, 21), (30, 0)], [Stop(0, 30, 59, 0)]),
        ([(60, 0)], []),  # never there
        ([(5, 100), (7, 0)], []),  # too short a file to know a usual level
    ],
)
def test_runs(runs, expected):
    assert find_stops(totals(*runs)) == expected


def test_a_missing_period_ends_a_run():
    series = totals((20, 500), (24, 0))
    series[30] = np.nan
    assert [(stop.first, stop.last) for stop in find_stops(series)] == [(20, 29), (31, 43)]


def test_categories_are_judged_each_by_itself():
    both = np.hstack([totals((20, 500), (20, 0)), totals((40, 500))])
    assert {stop.outcome for stop in find_stops(both)} == {0}


def test_only_long_runs_are_set_missing_and_the_rest_is_left_alone():
    counts = np.arange(2 * 40 * 1, dtype=float).reshape(2, 40, 1)
    before = counts.copy()
    changed = set_missing(counts, [Stop(0, 0, LEAST_RUN - 1, 0), Stop(0, 30, 30 + LEAST_RUN - 2, 0)])
    assert np.isnan(changed[:, :LEAST_RUN]).all()
    np.testing.assert_array_equal(changed[:, LEAST_RUN:], before[:, LEAST_RUN:])
    np.testing.assert_array_equal(counts, before)


def test_what_is_said():
    months = pd.period_range("2013-01", periods=40, freq="M")
    long, short = describe_stops([Stop(0, 3, 39, 1), Stop(1, 35, 39, 0)], ["FRAUD", "BURGLARY"], months)
    assert long == (
        "FRAUD is below 1% of its usual level in the whole file from 2013-04 to 2016-04 (37 periods), so it was not "
        "counted under this name then: these cells are missing, not zero, and the 1 incident in them is left out."
    )
    assert short == (
        "BURGLARY is below 1% of its usual level in the whole file from 2015-12 to 2016-04 (5 periods): fewer than 12, "
        "so the counts are kept as published. It may have been renamed or moved; do not judge an operation by it there."
    )
