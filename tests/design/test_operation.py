"""An operation is dated without guessing."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest

import evaluate as ev


def test_days_count_both_ends():
    assert ev.Operation("May 2018", "2018-05-22", "2018-05-26").days == 5
    assert ev.Operation("June 2017", "2017-06-01", "2017-06-30").days == 30


def test_without_an_end_it_lasts_a_day():
    operation = ev.Operation("raid", "2018-05-22")
    assert (operation.first_day, operation.last_day, operation.days) == (
        pd.Timestamp("2018-05-22"),
        pd.Timestamp("2018-05-22"),
        1,
    )


@pytest.mark.parametrize(
    "start", [date(2018, 5, 22), datetime(2018, 5, 22, 14, 30), pd.Timestamp("2018-05-22 09:00")]
)
def test_dates_of_every_kind_are_days(start):
    assert ev.Operation("raid", start).first_day == pd.Timestamp("2018-05-22")


def test_it_prints_its_dates():
    assert repr(ev.Operation("May 2018", "2018-05-22", "2018-05-26")) == (
        "Operation('May 2018', 2018-05-22 to 2018-05-26)"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("May", "2018-05-26", "2018-05-22"),
            'Operation "May" ends on 2018-05-22, before it starts on 2018-05-26. Swap the two dates, or correct one.',
        ),
        (
            ("May", "22/05/2018"),
            'Operation "May" has the date "22/05/2018", which cannot be read. Write it as year-month-day: 2018-05-22.',
        ),
        (
            ("May", "2018-05-22", "2018-05-32"),
            'Operation "May" has the date "2018-05-32", which cannot be read. Write it as year-month-day: 2018-05-22.',
        ),
        (
            ("May", None),
            'Operation "May" has the date "None", which cannot be read. Write it as year-month-day: 2018-05-22.',
        ),
        (
            ("May", pd.NaT),
            'Operation "May" has the date "NaT", which cannot be read. Write it as year-month-day: 2018-05-22.',
        ),
        (
            ("May", 20180522),
            'Operation "May" has the date "20180522", which cannot be read. Write it as year-month-day: 2018-05-22.',
        ),
        (
            ("May", "2018-05-22", None, "three months"),
            'A length of time is a whole number and a unit; "three months" is not. '
            'Write for instance "36 months", "10 weeks" or "14 days".',
        ),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ev.DesignError) as refused:
        ev.Operation(*arguments)
    assert str(refused.value) == message
