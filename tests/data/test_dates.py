"""Dates are read as people write them; which number is the day is never guessed."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evaluate as ev
from evaluate.data.dates import days_of
from evaluate.data.tables import table_of


def read(*values, **options) -> tuple[list[str], str]:
    days, note = days_of(table_of(pd.DataFrame({"received": list(values)})), "received", **options)
    return days.dt.strftime("%Y-%m-%d").fillna("").tolist(), note


@pytest.mark.parametrize(
    "text",
    [
        "2018-05-22",
        "2018/5/22",
        "2018-05-22 23:59",
        "2018-05-22T00:00:00.000",
        "22/05/2018",
        "22.5.2018",
        "22-05-2018 7:30",
        "22/05/2018 11:59 pm",
        "22 May 2018",
        "22-MAY-2018 12:00:00",
        " 22 May 2018 ",
    ],
)
def test_forms(text):
    assert read(text)[0] == ["2018-05-22"]


def test_empty_cells_have_no_day():
    assert read("2018-05-22", "", None)[0] == ["2018-05-22", "", ""]


@pytest.mark.parametrize(
    "value",
    [
        datetime.date(2018, 5, 22),
        datetime.datetime(2018, 5, 22, 8),
        pd.Timestamp("2018-05-22 23:00"),
        np.datetime64("2018-05-22"),
    ],
)
def test_real_dates(value):
    assert read(value, None)[0] == ["2018-05-22", ""]


def test_one_date_shows_the_order_of_all():
    days, note = read("03/04/2018", "13/04/2018")
    assert days == ["2018-04-03", "2018-04-13"]
    assert note == 'Dates in "received" are read with the day first, as 13/04/2018 shows.'
    days, note = read("03/04/2018", "04/13/2018")
    assert days == ["2018-03-04", "2018-04-13"]
    assert note == 'Dates in "received" are read with the month first, as 04/13/2018 shows.'


@pytest.mark.parametrize(("day_first", "day"), [(True, "2018-04-03"), (False, "2018-03-04")])
def test_the_user_says_the_order(day_first, day):
    assert read("03/04/2018", day_first=day_first) == ([day], "")


def test_a_zone_is_turned_into_local_time():
    """In summer an hour before midnight in UTC is the next day in London."""
    days, note = read(
        "2018-05-22T23:30:00Z", "2018-12-22 23:30:00+00:00", "2018-05-22 23:30+0100", "2018-05-22"
    )
    assert days == ["2018-05-23", "2018-12-22", "2018-05-22", "2018-05-22"]
    assert note == 'Times in "received" that give their zone were turned into local time.'
    assert read(pd.Timestamp("2018-05-22 23:30", tz="UTC"))[0] == ["2018-05-23"]


AMBIGUOUS = "Pass day_first=True for day/month/year, day_first=False for month/day/year."
ISO = "Write dates as year-month-day: 2018-05-22."
REFUSALS = {
    "ambiguous everywhere": (
        (["03/04/2018", "04/04/2018"], {}),
        f'row 1, column "received": "03/04/2018" could be either day/month or month/day, and no other date in the '
        f"column tells. {AMBIGUOUS}",
    ),
    "both orders": (
        (["13/04/2018", "04/14/2018"], {}),
        'row 1, column "received": "13/04/2018" has the day first and "04/14/2018" in row 2 has the month first. '
        f"{ISO} A spreadsheet may have swapped some of them.",
    ),
    "not in the order given": (
        (["2018-05-01", "04/14/2018"], {"day_first": True}),
        'row 2, column "received": "04/14/2018" is no day of the calendar with the day first. Correct the cell.',
    ),
    "no such day": (
        (["2018-02-29"], {}),
        'row 1, column "received": "2018-02-29" is no day of the calendar. Correct the cell.',
    ),
    "no such month": (
        (["22 Mai 2018"], {}),
        'row 1, column "received": "22 Mai 2018" is no day of the calendar. Correct the cell.',
    ),
    "year of two digits": (
        (["22/05/18"], {}),
        f'row 1, column "received": "22/05/18" cannot be read as a date. {ISO}',
    ),
    "words": ((["yesterday"], {}), f'row 1, column "received": "yesterday" cannot be read as a date. {ISO}'),
    "spreadsheet number": (
        (["2018-05-22", "43242"], {}),
        'row 2, column "received": "43242" cannot be read as a date. It looks like a spreadsheet\'s day number. '
        f"{ISO}",
    ),
    "mistyped century": (
        (["2918-05-22"], {}),
        'row 1, column "received": the year 2918 cannot be meant. Correct the cell.',
    ),
    "no such time": (
        (["2018-05-22T25:00:00Z"], {}),
        f'row 1, column "received": "2018-05-22T25:00:00Z" has no time of the day. {ISO}',
    ),
    "a zone after a British date": (
        (["22/05/2018 10:00Z"], {}),
        f'row 1, column "received": "22/05/2018 10:00Z" cannot be read as a date. {ISO}',
    ),
}


@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_refusals(case):
    (values, options), message = REFUSALS[case]
    with pytest.raises(ev.DataError) as refused:
        read(*values, **options)
    assert str(refused.value) == f"the DataFrame, {message}"


DAYS = st.dates(datetime.date(1990, 1, 1), datetime.date(2050, 12, 31))


@given(
    days=st.lists(DAYS, min_size=1, max_size=5),
    form=st.sampled_from(["%Y-%m-%d", "%Y/%m/%d %H:%M", "%d %b %Y"]),
)
def test_round_trip(days, form):
    assert read(*(day.strftime(form) for day in days))[0] == [day.isoformat() for day in days]


@given(days=st.lists(DAYS, min_size=1, max_size=5), form=st.sampled_from(["%d/%m/%Y", "%d.%m.%Y 10:30"]))
def test_british_dates_are_read_or_refused_but_never_swapped(days, form):
    written = [day.strftime(form) for day in days]
    if all(day.day <= 12 for day in days):
        with pytest.raises(ev.DataError, match="could be either"):
            read(*written)
    else:
        assert read(*written)[0] == [day.isoformat() for day in days]
