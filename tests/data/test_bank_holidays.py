"""Bank holidays against the dates published on GOV.UK (gov.uk/bank-holidays.json), and the days made for once."""

from __future__ import annotations

import pandas as pd
import pytest

import evaluate as ev

# As published, by year: month and day.
PUBLISHED = {
    ("England and Wales", 2012): "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26",
    ("England and Wales", 2013): "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    ("England and Wales", 2015): "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    ("England and Wales", 2016): "01-01 03-25 03-28 05-02 05-30 08-29 12-26 12-27",
    ("England and Wales", 2017): "01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    ("England and Wales", 2018): "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26",
    ("England and Wales", 2019): "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
    ("England and Wales", 2020): "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
    ("England and Wales", 2021): "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    ("England and Wales", 2022): "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    ("England and Wales", 2023): "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    ("England and Wales", 2026): "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    ("England and Wales", 2027): "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    ("Scotland", 2019): "01-01 01-02 04-19 05-06 05-27 08-05 12-02 12-25 12-26",
    ("Scotland", 2020): "01-01 01-02 04-10 05-08 05-25 08-03 11-30 12-25 12-28",
    ("Scotland", 2021): "01-01 01-04 04-02 05-03 05-31 08-02 11-30 12-27 12-28",
    ("Scotland", 2022): "01-03 01-04 04-15 05-02 06-02 06-03 08-01 09-19 11-30 12-26 12-27",
}


@pytest.mark.parametrize(("nation", "year"), PUBLISHED)
def test_each_year_has_the_published_dates(nation, year):
    found = ev.bank_holidays(nation, start=year, end=year)
    assert [f"{day:%m-%d}" for day in found.index] == PUBLISHED[nation, year].split()


def test_northern_ireland_has_two_more_days_and_their_substitutes():
    found = ev.bank_holidays("Northern Ireland", start=2012, end=2012)
    ours = ev.bank_holidays("England and Wales", start=2012, end=2012)
    assert {f"{day:%m-%d}": name for day, name in found.drop(ours.index).items()} == {
        "03-19": "St Patrick's Day (substitute day)",
        "07-12": "Battle of the Boyne",
    }


@pytest.mark.parametrize(
    ("day", "where"),
    [
        ("2002-06-03", {"England and Wales", "Scotland", "Northern Ireland"}),
        ("2011-04-29", {"England and Wales", "Scotland", "Northern Ireland"}),
        ("2012-06-05", {"England and Wales", "Scotland", "Northern Ireland"}),
        ("2022-09-19", {"England and Wales", "Scotland", "Northern Ireland"}),
        ("2023-05-08", {"England and Wales", "Scotland", "Northern Ireland"}),
        ("2026-06-15", {"Scotland"}),
        ("2002-05-27", set()),  # moved to 4 June
        ("2020-05-04", set()),  # moved to 8 May
        ("2006-11-30", set()),  # St Andrew's Day is a bank holiday since 2007
        ("2007-11-30", {"Scotland"}),
    ],
)
def test_days_made_or_moved_for_once(day, where):
    nations = ("England and Wales", "Scotland", "Northern Ireland")
    assert {nation for nation in nations if pd.Timestamp(day) in ev.bank_holidays(nation).index} == where


@pytest.mark.parametrize("nation", ["England and Wales", "Scotland", "Northern Ireland"])
def test_no_bank_holiday_is_on_a_weekend_and_none_is_lost(nation):
    days = ev.bank_holidays(nation).index
    assert (days.day_of_week < 5).all()
    assert days.is_unique
    assert days.is_monotonic_increasing
    ordinary = {"England and Wales": 8, "Scotland": 9, "Northern Ireland": 10}[nation]
    extra = {2002: 1, 2011: 1, 2012: 1, 2022: 2, 2023: 1}
    if nation == "Scotland":
        extra |= {2026: 1, **dict.fromkeys(range(2000, 2007), -1), 2002: 0}  # before 2007 without St Andrew
    per_year = pd.Series(1, index=days).groupby(days.year).sum()
    assert per_year.to_dict() == {year: ordinary + extra.get(year, 0) for year in range(2000, 2031)}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"nation": "Engand and Wales"},
            'There are no bank holidays of "Engand and Wales". Did you mean "England and Wales"?',
        ),
        (
            {"start": 1985, "end": 2000},
            "Bank holidays are known from 2000 to 2030; 1985 to 2000 is asked for. Use fewer years.",
        ),
    ],
)
def test_what_is_not_known_is_refused(arguments, message):
    with pytest.raises(ev.DataError) as raised:
        ev.bank_holidays(**arguments)
    assert str(raised.value) == message
