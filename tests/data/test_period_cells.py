"""Periods in a column: months, quarters, years, or the dates they begin on."""

from __future__ import annotations

import pandas as pd
import pytest

import evaluate as ev
from evaluate.data.period_cells import periods_in
from evaluate.data.tables import table_of


def read(values, **options) -> pd.PeriodIndex:
    return periods_in(table_of(pd.DataFrame({"when": values})), "when", **options)


@pytest.mark.parametrize(
    ("values", "options", "frequency", "last"),
    [
        (["2018-05", "201806"], {}, "M", "2018-06"),
        ([201805, 201806], {}, "M", "2018-06"),
        (["2018Q1", "2018-q2", "2018 Q3"], {}, "Q-DEC", "2018Q3"),
        ([2017, 2018], {}, "Y-DEC", "2018"),
        ([2017.0, 2018.0], {}, "Y-DEC", "2018"),
        (["2018-05-01", "2018-06-01"], {}, "M", "2018-06"),
        (["01/05/2018", "01/06/2018", "13/06/2018"], {"every": "month"}, "M", "2018-06"),
        (["2018-05-07", "2018-05-14"], {}, "W-SUN", "2018-05-14/2018-05-20"),
        (["2018-05-13", "2018-05-20"], {"every": "week"}, "W-SUN", "2018-05-14/2018-05-20"),
        (["2018-01-02", "2018-01-30", "2018-03-27"], {"every": "4 weeks"}, "28D", "2018-03-27"),
        (["2018-05-01", "2018-05-02"], {"every": "day"}, "D", "2018-05-02"),
        (pd.date_range("2018-01-01", periods=3, freq="MS"), {}, "M", "2018-03"),
        (pd.period_range("2018-01", periods=3, freq="Q"), {}, "Q-DEC", "2018Q3"),
    ],
)
def test_forms(values, options, frequency, last):
    periods = read(values, **options)
    assert periods.freqstr == frequency
    assert str(periods[-1]) == last


LENGTHS = 'Say it: every="day", "week", "4 weeks" or "month".'
FORM = "Write a month as 2018-05 and a day as 2018-05-22."
REFUSALS = {
    "days": (
        (["2018-05-01", "2018-05-02"], {}),
        f'column "when": the dates (2018-05-01 and others) could begin periods of several lengths. {LENGTHS}',
    ),
    "Mondays four weeks apart": (
        (["2018-01-01", "2018-01-29"], {}),
        f'column "when": the dates (2018-01-01 and others) could begin periods of several lengths. {LENGTHS}',
    ),
    "quarters by their first days": (
        (["2018-01-01", "2018-04-01"], {}),
        f'column "when": the dates (2018-01-01 and others) could begin periods of several lengths. {LENGTHS}',
    ),
    "one date": (
        (["2018-01-01"], {}),
        f'column "when": the dates (2018-01-01 and others) could begin periods of several lengths. {LENGTHS}',
    ),
    "numbers": (
        ([1, 2, 3], {}),
        'column "when": the periods are numbered ("1") and say no date. Say which period the lowest number stands for, '
        'such as first="2018-01", every="month": an operation has a date.',
    ),
    "month 13": (
        (["2018-05", "2018-13"], {}),
        f'row 2, column "when": "2018-13" is no month, as "2018-05" is. {FORM}',
    ),
    "empty": (
        (["2018-05", ""], {}),
        'row 2, column "when": the period is empty. Fill it in, or remove the row.',
    ),
    "empty period": (
        (pd.PeriodIndex(["2018-05", pd.NaT], freq="M"), {}),
        'row 2, column "when": the period is empty. Fill it in, or remove the row.',
    ),
    "months said to be weeks": (
        (["2018-05"], {"every": "week"}),
        'column "when": the column holds months ("2018-05") and every="week" was given. Leave every= out.',
    ),
    "off the grid": (
        (["2018-01-01", "2018-01-28"], {"every": "4 weeks"}),
        'row 2, column "when": 2018-01-28 is not a whole number of 28 days after 2018-01-01. Periods of 4 weeks follow '
        "each other without gaps; correct the date.",
    ),
    "ambiguous": (
        (["01/05/2018", "01/06/2018"], {}),
        'row 1, column "when": "01/05/2018" could be either day/month or month/day, and no other date in the column '
        f"tells. {FORM}",
    ),
}


@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_refusals(case):
    (values, options), message = REFUSALS[case]
    with pytest.raises(ev.DataError) as refused:
        read(values, **options)
    assert str(refused.value) == f"the DataFrame, {message}"


def test_a_length_that_is_none():
    with pytest.raises(ev.DataError) as refused:
        read(["2018-05"], every="months")
    assert str(refused.value).startswith(
        'the DataFrame: every="months" is no length of a period. Did you mean "month"'
    )
