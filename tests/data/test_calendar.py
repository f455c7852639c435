"""Days, weekends, bank holidays, operations and the pandemic, per period, against counting day by day."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.data.calendar import PANDEMIC, WEEKDAYS
from evaluate.data.periods import period_bounds

MAY = ev.Operation("May 2018", "2018-05-22", "2018-05-26")


def by_hand(periods: pd.PeriodIndex, nation: str) -> pd.DataFrame:
    """The table, counted day by day."""
    holidays = set(ev.bank_holidays(nation).index)
    rows = []
    for first, last in zip(*period_bounds(periods), strict=True):
        days = pd.date_range(first, last)
        row = {"days": len(days)}
        row |= {name: int((days.day_of_week == place).sum()) for place, name in enumerate(WEEKDAYS)}
        row["weekend_days"] = int((days.day_of_week >= 5).sum())
        row["bank_holidays"] = sum(day in holidays for day in days)
        row["working_days"] = sum(day.weekday() < 5 and day not in holidays for day in days)
        start, end = PANDEMIC[nation]
        row["pandemic"] = np.mean([start <= f"{day:%Y-%m-%d}" <= end for day in days])
        rows.append(row)
    return pd.DataFrame(rows, index=periods).astype(float)


@pytest.mark.parametrize("nation", ["England and Wales", "Scotland", "Northern Ireland"])
@pytest.mark.parametrize("length", ["D", "W-SUN", "28D", "M", "Q-DEC", "Y-DEC"])
def test_every_length_of_period_agrees_with_counting_days(length, nation):
    number = {"D": 1500, "W-SUN": 250, "28D": 60, "M": 60, "Q-DEC": 20, "Y-DEC": 6}[length]
    periods = pd.period_range("2018-01-01", periods=number, freq=length)
    pd.testing.assert_frame_equal(ev.calendar(periods, nation=nation), by_hand(periods, nation))


def test_the_parts_of_a_period_make_the_whole():
    table = ev.calendar(pd.period_range("2000-01", "2030-12", freq="M"))
    assert (table["working_days"] + table["bank_holidays"] + table["weekend_days"] == table["days"]).all()
    assert (table[list(WEEKDAYS)].sum(axis=1) == table["days"]).all()
    assert table["bank_holidays"].sum() == len(ev.bank_holidays())


def test_an_operation_of_five_days_is_a_sixth_of_its_month_and_each_of_its_days():
    months = ev.calendar(pd.period_range("2018-04", "2018-06", freq="M"), operations=[MAY])
    np.testing.assert_allclose(months["operation: May 2018"], [0, 5 / 31, 0])
    days = ev.calendar(pd.period_range("2018-05-21", "2018-05-27", freq="D"), operations=[MAY])
    assert days["operation: May 2018"].tolist() == [0, 1, 1, 1, 1, 1, 0]
    assert days["monday"].tolist() == [1, 0, 0, 0, 0, 0, 0]


def test_the_pandemic_begins_inside_march_2020():
    table = ev.calendar(pd.period_range("2020-02", "2022-03", freq="M"))
    assert table["pandemic"].iloc[[0, -1]].tolist() == [0, 0]
    assert table.loc["2020-03", "pandemic"] == 9 / 31
    assert (table.loc["2020-04":"2022-01", "pandemic"] == 1).all()
    assert table.loc["2022-02", "pandemic"] == 23 / 28


@pytest.mark.parametrize(
    ("periods", "nation", "message"),
    [
        (
            "M",
            "Wales",
            'There is no calendar of "Wales". Valid names: England and Wales, Scotland and Northern Ireland.',
        ),
        (
            "dates",
            "Scotland",
            "A calendar is made for periods, such as panel.periods; give a pandas PeriodIndex.",
        ),
        ("none", "Scotland", "A calendar needs at least one period; none is given."),
        (
            "1969",
            "Scotland",
            "Bank holidays are known from 2000 to 2030; 1969 to 1969 is asked for. Use fewer years.",
        ),
    ],
)
def test_what_cannot_be_said_is_refused(periods, nation, message):
    given = {
        "M": pd.period_range("2018-01", periods=3, freq="M"),
        "dates": pd.date_range("2018-01-01", periods=3),
        "none": pd.PeriodIndex([], freq="M"),
        "1969": pd.period_range("1969-01", periods=3, freq="M"),
    }[periods]
    with pytest.raises(ev.DataError) as raised:
        ev.calendar(given, nation=nation)
    assert str(raised.value) == message
