"""Dates are read as people write them; which number is the day is never guessed."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
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
        "20180522",
        "20180522 10:15",
        "22-May-18",
        "22nd May 2018",
        "22nd of May, 2018 at 9:05am",
        "Tuesday 22 May 2018",
        "Tue, 22 May 2018 10:00:00",
        "Tue 22/05/2018",
        "May 22, 2018 11:59 PM",
        "22/05/2018, 10:30",
        "22/05/2018 12:00 a.m.",
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


def test_times_without_a_zone_are_in_the_zone_that_is_named():
    values = (
        "22/05/2018 23:30",
        "22/12/2018 23:30",
        "22/05/2018",
        "2018-05-22T23:30+01:00",
        "2018-05-22 23:30:00Z",
    )
    days, note = read(*values, zone="UTC")
    assert days == ["2018-05-23", "2018-12-22", "2018-05-22", "2018-05-22", "2018-05-23"]
    assert "Times in" in note
    assert read(pd.Timestamp("2018-05-22 23:30"), zone="UTC")[0] == ["2018-05-23"]
    assert read("2018-05-22 20:30", zone="America/New_York")[0] == ["2018-05-23"]
    assert read("2018-05-22T23:30:00-05:00")[0] == ["2018-05-23"]


@pytest.mark.parametrize("value", [43242, 43242.97, "43242", "43242.97"])
def test_day_numbers_of_a_spreadsheet(value):
    days, note = read(value, 43243)
    assert days == ["2018-05-22", "2018-05-23"]
    shown = str(value)
    assert note == (
        f'Dates in "received" are a spreadsheet\'s day numbers, counted from 1900: {shown} is 2018-05-22.'
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("22/05/18", "2018-05-22"),
        ("1.2.69", "1969-02-01"),
        ("31-12-68", "2068-12-31"),
        ("3 Sept 1999", "1999-09-03"),
    ],
)
def test_years_of_two_digits_where_the_order_is_said(text, day):
    assert read(text, day_first=True)[0] == [day]


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
        'row 1, column "received": "22/05/18" has a year of two digits, so that any of its numbers could be the year. '
        f"{AMBIGUOUS}",
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
    "no such time of a British date": (
        (["22/05/2018 10:75"], {}),
        f'row 1, column "received": "22/05/2018 10:75" has no time of the day. {ISO}',
    ),
    "thirteen in the afternoon": (
        (["22 May 2018 13:00 pm"], {}),
        f'row 1, column "received": "22 May 2018 13:00 pm" has no time of the day. {ISO}',
    ),
    "mixed marks": (
        (["22/05.2018"], {}),
        f'row 1, column "received": "22/05.2018" cannot be read as a date. {ISO}',
    ),
    "no month in letters": (
        (["22 Mayonnaise 2018"], {}),
        f'row 1, column "received": "22 Mayonnaise 2018" cannot be read as a date. {ISO}',
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


def test_a_zone_that_is_none():
    with pytest.raises(ev.DataError) as refused:
        read("2018-05-22 10:00", zone="Europe/Londen")
    assert str(refused.value) == (
        'the DataFrame: zone="Europe/Londen" is no time zone. Did you mean "Europe/London"?'
    )


def half_understood(days: list[datetime.date], *, month_first: bool = True) -> list[object]:
    """What a spreadsheet of the other order makes of typed dates."""
    typed = "%d/%m/%Y" if month_first else "%m/%d/%Y"
    return [
        datetime.datetime(day.year, day.day, day.month) if day.day <= 12 else day.strftime(typed)
        for day in days
    ]


@settings(max_examples=50)
@given(
    days=st.lists(st.dates(datetime.date(2015, 1, 1), datetime.date(2024, 12, 31)), min_size=1, max_size=80),
    month_first=st.booleans(),
)
def test_dates_that_a_spreadsheet_swapped_are_put_right_or_refused(days, month_first):
    cells = half_understood(days, month_first=month_first)
    early = {day for day in days if day.day <= 12}
    if all(day.day <= 12 for day in days) and len(early) < 20:
        return  # too few to see that anything is wrong, and no text says so
    swapped = sum(day.day <= 12 and day.day != day.month for day in days)
    try:
        read_back, note = read(*cells)
    except ev.DataError as error:
        refusal = str(error)
    else:
        refusal = ""
        assert read_back == [day.isoformat() for day in days]
        assert not swapped or f"had swapped day and month of {swapped} date" in note
    few_or_no_text = len(early) < 8 or len(early) == len(set(days))
    assert not refusal or few_or_no_text
    assert not refusal or "cannot be told" in refusal or "first to the twelfth" in refusal


def test_many_dates_are_put_right():
    random = np.random.default_rng(1)
    days = [
        datetime.date(2018, 1, 1) + datetime.timedelta(days=int(step))
        for step in random.integers(0, 700, 300)
    ]
    assert read(*half_understood(days))[0] == [day.isoformat() for day in days]


def test_some_that_were_typed_as_dates_are_told_by_the_order_of_the_rows():
    days = [datetime.date(2018, 1, 1) + datetime.timedelta(days=9 * step) for step in range(40)]
    cells = half_understood(days)
    cells[20] = datetime.datetime(days[20].year, days[20].month, days[20].day)
    assert days[20].day > 12  # so that the column no longer shows that the spreadsheet did it
    read_back, note = read(*cells)
    assert read_back == [day.isoformat() for day in days]
    assert "as the order of the rows shows" in note


def test_text_that_no_spreadsheet_could_have_swapped_says_nothing_of_the_others():
    cells = [datetime.datetime(2018, 3, 4), "22 May 2018", "2018-05-30", datetime.date(2018, 5, 31)]
    assert read(*cells) == (["2018-03-04", "2018-05-22", "2018-05-30", "2018-05-31"], "")


def test_what_cannot_be_told_is_refused():
    with pytest.raises(ev.DataError) as refused:
        read(datetime.datetime(2018, 3, 4), "21/03/2018", datetime.datetime(2018, 5, 30))
    assert str(refused.value) == (
        'the DataFrame, row 1, column "received": the spreadsheet took this cell for a date, 2018-03-04, and left '
        'others as text, such as "21/03/2018"; whether it swapped day and month cannot be told. Write dates as '
        "year-month-day: 2018-05-22. (1 such cell)"
    )


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
