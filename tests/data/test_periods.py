"""Lengths of time as people write them, and days of periods."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.data.periods import (
    FREQUENCIES,
    Span,
    days_in,
    days_meant,
    period_holding,
    period_name,
    periods_between,
    periods_per_year,
    share_of_days,
)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("36 months", Span(36, "month")),
        (" 1 Year ", Span(1, "year")),
        ("10weeks", Span(10, "week")),
        ("0 days", Span(0, "day")),
    ],
)
def test_spans(text, span):
    assert Span.parse(text) == span


@pytest.mark.parametrize("text", ["", "months", "-3 months", "3.5 months", "3 fortnights", "36", None])
def test_what_is_no_span(text):
    with pytest.raises(ev.DesignError, match="A length of time is a whole number and a unit"):
        Span.parse(text)


def test_spans_print_as_written():
    assert (str(Span(1, "year")), str(Span(36, "month"))) == ("1 year", "36 months")


def test_months_added_end_where_months_end():
    assert pd.Timestamp("2018-01-31") + Span(1, "month").offset == pd.Timestamp("2018-02-28")


@pytest.mark.parametrize(("name", "per_year"), [("day", 365.25), ("month", 12), ("quarter", 4), ("year", 1)])
def test_names_and_numbers_of_periods(name, per_year):
    periods = pd.period_range("2018-01-01", periods=3, freq=FREQUENCIES[name])
    assert period_name(periods) == name
    assert periods_per_year(periods) == per_year


@pytest.mark.parametrize("anchor", ["W-SUN", "W-WED", "W-SAT"])
def test_weeks_of_any_anchor_are_weeks(anchor):
    periods = pd.period_range("2018-01-01", periods=3, freq=anchor)
    assert period_name(periods) == "week"
    assert periods_per_year(periods) == pytest.approx(365.25 / 7)


def test_a_length_that_is_not_known():
    with pytest.raises(
        ev.DataError, match=r'Periods of frequency "14D" are not supported\. Count by day, week'
    ):
        periods_per_year(pd.period_range("2018-01-01", periods=3, freq="14D"))


def test_days():
    assert days_in(pd.period_range("2016-01", periods=3, freq="M")).tolist() == [31, 29, 31]
    assert days_in(pd.period_range("2018-01-01", periods=2, freq="28D")).tolist() == [28, 28]
    assert days_in(pd.period_range("2016", periods=2, freq="Y")).tolist() == [366, 365]


def test_shares_of_an_operation_add_up_to_its_days():
    months = pd.period_range("2017-01", periods=24, freq="M")
    shares = share_of_days(months, pd.Timestamp("2017-05-20"), pd.Timestamp("2017-07-04"))
    assert float(shares @ days_in(months)) == pytest.approx(12 + 30 + 4)
    assert share_of_days(months, pd.Timestamp("2020-01-01"), pd.Timestamp("2020-02-01")).sum() == 0


def test_the_time_of_day_does_not_matter_to_a_share():
    may = pd.period_range("2018-05", periods=1, freq="M")
    share = share_of_days(may, pd.Timestamp("2018-05-22 18:00"), pd.Timestamp("2018-05-26 02:00"))
    assert share == pytest.approx([5 / 31])


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("2018-05-22", "2018-05-22", "2018-05-22"),
        ("2018-02", "2018-02-01", "2018-02-28"),
        ("2018", "2018-01-01", "2018-12-31"),
        ("2018Q2", "2018-04-01", "2018-06-30"),
        ("2018-05-21/2018-05-27", "2018-05-21", "2018-05-27"),
        (date(2018, 5, 22), "2018-05-22", "2018-05-22"),
        (pd.Timestamp("2018-05-22 13:00"), "2018-05-22", "2018-05-22"),
        (pd.Period("2018-05", freq="M"), "2018-05-01", "2018-05-31"),
    ],
)
def test_days_meant(value, first, last):
    assert days_meant(value) == (pd.Timestamp(first), pd.Timestamp(last))


@pytest.mark.parametrize("value", ["05/06/2018", "May 2018", "2018-13", "2018-02-30", "soon", ""])
def test_days_that_could_mean_anything(value):
    with pytest.raises(ev.DataError) as refused:
        days_meant(value)
    assert str(refused.value) == (
        f'"{value}" is no date, month or year. Write for instance "2018-05-22", "2018-05" or "2018".'
    )


@pytest.mark.parametrize("name", list(FREQUENCIES))
def test_the_grid_goes_on_beyond_its_periods(name):
    """Every day lies in the period that holds it, and steps count periods, also outside the periods given."""
    grid = pd.period_range("2018-01-01", periods=30, freq=FREQUENCIES[name])
    inner = grid[10:20]
    for place in (0, 10, 15, 29):
        for day in (grid[place].start_time, grid[place].end_time.normalize()):
            assert period_holding(inner, day) == grid[place]
        assert periods_between(inner, grid[12], grid[place]) == place - 12
        assert grid[12] + periods_between(inner, grid[12], grid[place]) == grid[place]


def test_every_name_has_a_frequency_pandas_knows():
    for code in FREQUENCIES.values():
        assert np.isfinite(periods_per_year(pd.period_range("2018-01-01", periods=2, freq=code)))
