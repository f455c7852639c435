"""Windows divide the periods among the operations, and shares say how much of a period lies in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.data.periods import Span
from evaluate.design.window import following, lay_out, preceding, touched

MONTHS = pd.period_range("2016-01", "2019-12", freq="M")
JUNE = ev.Operation("June 2017", "2017-06-01", "2017-06-30")
MAY = ev.Operation("May 2018", "2018-05-22", "2018-05-26")


def names(periods):
    return [str(period) for period in periods]


def test_a_month_is_touched_by_a_day_in_it():
    across = ev.Operation("across", "2017-05-31", "2017-07-01")
    assert names(touched(MONTHS, across)) == ["2017-05", "2017-06", "2017-07"]
    assert names(touched(MONTHS, MAY)) == ["2018-05"]


@pytest.mark.parametrize(
    ("first", "span", "expected"),
    [
        ("2017-06", "3 months", ["2017-03", "2017-04", "2017-05"]),
        ("2017-03", "1 month", ["2017-02"]),
        ("2017-03", "4 weeks", ["2017-02"]),  # 28 days are just February
        ("2017-04", "4 weeks", []),  # March does not fit into 28 days
        ("2017-06", "0 months", []),
        ("2016-02", "3 months", ["2016-01"]),
    ],
)
def test_whole_periods_before(first, span, expected):
    assert names(preceding(MONTHS, pd.Period(first, freq="M"), Span.parse(span))) == expected


@pytest.mark.parametrize(
    ("last", "span", "expected"),
    [
        ("2017-06", "2 months", ["2017-07", "2017-08"]),
        ("2017-06", "61 days", ["2017-07"]),
        ("2017-06", "62 days", ["2017-07", "2017-08"]),
        ("2018-01", "1 month", ["2018-02"]),  # the end of January plus a month is the end of February
        ("2019-12", "1 year", []),
    ],
)
def test_whole_periods_after(last, span, expected):
    assert names(following(MONTHS, pd.Period(last, freq="M"), Span.parse(span))) == expected


def test_five_days_of_may_are_five_thirty_firsts():
    during = lay_out(MONTHS, [MAY], Span.parse("12 months"))[0]
    assert names(during.periods) == ["2018-05"]
    assert during.share.sum() == pytest.approx(5 / 31)
    assert during.share[pd.Period("2018-05", freq="M") == MONTHS] == pytest.approx(5 / 31)


def test_days_at_both_ends_of_an_operation_are_shares():
    across = ev.Operation("across", "2017-05-31", "2017-07-10")
    during = lay_out(MONTHS, [across], Span.parse("1 month"))[0]
    shares = pd.Series(during.share, index=MONTHS)
    assert shares["2017-05":"2017-07"].tolist() == pytest.approx([1 / 31, 1.0, 10 / 31])
    assert shares.sum() == pytest.approx(1 + 11 / 31)


def test_the_after_of_the_first_operation_carries_on_through_the_second():
    windows = {window.key: window for window in lay_out(MONTHS, [JUNE, MAY], Span.parse("12 months"))}
    assert list(windows) == [
        ("June 2017", "during"),
        ("June 2017", "after"),
        ("May 2018", "during"),
        ("May 2018", "after"),
    ]
    first, second = windows["June 2017", "after"], windows["May 2018", "after"]
    # Judged until the next operation comes, in effect until the end.
    assert (names(first.periods)[0], names(first.periods)[-1]) == ("2017-07", "2018-04")
    np.testing.assert_array_equal(
        first.share, np.asarray(pd.Period("2017-06", freq="M") < MONTHS, dtype=float)
    )
    # The last operation's after ends where the design asks it to.
    assert (names(second.periods)[0], names(second.periods)[-1]) == ("2018-06", "2019-05")
    np.testing.assert_array_equal(second.share, np.isin(MONTHS, second.periods).astype(float))


def test_no_after_where_the_next_operation_follows_at_once():
    july = ev.Operation("July", "2017-07-03", "2017-07-04")
    windows = lay_out(MONTHS, [JUNE, july], Span.parse("3 months"))
    assert [window.key for window in windows] == [
        ("June 2017", "during"),
        ("July", "during"),
        ("July", "after"),
    ]


def test_no_after_where_none_is_asked_for():
    assert [window.name for window in lay_out(MONTHS, [MAY], Span.parse("0 months"))] == ["during"]


def test_operations_in_one_month_cannot_be_told_apart():
    late = ev.Operation("late May", "2018-05-30", "2018-06-02")
    with pytest.raises(ev.DesignError) as refused:
        lay_out(MONTHS, [MAY, late], Span.parse("3 months"))
    assert str(refused.value) == (
        'Operations "May 2018" and "late May" both have days in 2018-05, so their windows overlap and cannot be told '
        "apart. Join them into one operation, or count by a shorter period."
    )


def test_days_tell_them_apart():
    days = pd.period_range("2018-01-01", "2018-12-31", freq="D")
    late = ev.Operation("late May", "2018-05-30", "2018-06-02")
    during = [
        window for window in lay_out(days, [MAY, late], Span.parse("4 weeks")) if window.name == "during"
    ]
    assert [len(window.periods) for window in during] == [5, 4]
    assert set(np.concatenate([window.share for window in during])) == {0.0, 1.0}


def test_weeks_and_runs_of_four_weeks_have_shares_too():
    weeks = pd.period_range("2018-05-14", periods=4, freq="W-SUN")  # 22 to 26 May are Tuesday to Saturday
    assert lay_out(weeks, [MAY], Span.parse("1 week"))[0].share == pytest.approx([0, 5 / 7, 0, 0])
    fours = pd.period_range("2018-04-30", periods=3, freq="28D")
    assert lay_out(fours, [MAY], Span.parse("4 weeks"))[0].share == pytest.approx([5 / 28, 0, 0])


def test_a_window_prints_its_periods():
    assert (
        repr(lay_out(MONTHS, [MAY], Span.parse("2 months"))[1])
        == "Window('May 2018', 'after', 2018-06 to 2018-07)"
    )
